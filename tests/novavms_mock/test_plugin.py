"""The pytest plugin, in pytest processes of their own: example and guide, and what is said when something is wrong."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "how-to" / "pytest.md").read_text(encoding="utf-8")
PLUGINS = ("-p", "novavms_mock.plugin", "-p", "xdist")
FAILING = """
import pytest

@pytest.fixture
def admin(novavms_org):
    return novavms_org.client("admin")

def test_of_a_body(admin):
    answer = admin.post("/api/v1/sites?a=b", content=b"{\\x1b[1m}")
    assert answer.status_code == 201

@pytest.mark.novavms(scenari="busy-week")
def test_of_an_unknown_key(novavms_org): ...

@pytest.mark.novavms("busy-week")
def test_of_a_value_without_key(novavms_org): ...

@pytest.mark.novavms(scenario="nowhere")
def test_of_an_unknown_scenario(novavms_org): ...
"""


def environment() -> dict[str, str]:
    """Return the environment of a pytest that is started with PLUGINS alone."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST_")}
    return {**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest with the plugin, and of others with xdist alone."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *PLUGINS, *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.slow
@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["one process", "two workers"])
def test_the_example_passes(processes: tuple[str, ...], tmp_path: Path) -> None:
    folder = shutil.copytree(ROOT / "examples" / "python-tests", tmp_path / "example")
    done = run(Path(folder), *processes)
    assert "6 passed" in done.stdout, done.stdout


@pytest.mark.slow
def test_the_guide_says_what_works(tmp_path: Path) -> None:
    for number, block in enumerate(re.findall(r"^```python\n(.+?)^```", GUIDE, flags=re.M | re.S)):
        (tmp_path / f"test_{number}.py").write_text(block)
    (settings,) = re.findall(r"^```ini\n(.+?)^```", GUIDE, flags=re.M | re.S)
    (tmp_path / "pytest.ini").write_text(settings)
    (tmp_path / "mockserver").mkdir()  # of the user, who may have any folder
    (tmp_path / "mockserver" / "__init__.py").write_text("raise RuntimeError('a folder of the user')")
    done = run(tmp_path)
    assert f"{len(re.findall('def test_', GUIDE)) + 1} passed" in done.stdout, done.stdout  # one runs twice


@pytest.mark.slow
def test_a_failure_shows_the_last_calls_and_a_wrong_marker_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(FAILING)
    done = run(tmp_path)
    assert "1 failed, 3 errors" in done.stdout, done.stdout
    calls = done.stdout.partition("NovaVMS calls")[2]
    shown = re.escape('POST /api/v1/sites?a=b -> 400 (Adam Admin)\n  sent { [1m}\n  answered {"error"')
    assert re.search(shown, calls)
    takes = "the marker novavms takes scenario, fixture, events, name, settings, seed by name, not"
    assert f"\n{takes} scenari\n" in done.stdout
    assert f"\n{takes} 'busy-week'\n" in done.stdout
    assert "\nPOST /_mock/orgs: scenario is not one of busy-week, " in done.stdout
    started = run(tmp_path, "-k", "body", "-o", "novavms_mock_arguments=--colour").stdout
    assert "\nthe mock did not start: unrecognized arguments: --colour\n" in started, started


def test_ctrl_c_and_a_killed_pytest_leave_no_mock(tmp_path: Path) -> None:
    text = """
import os, time
def test_it(novavms_mock):
    with open("draft", "w") as file:
        file.write(str(novavms_mock._process._process.pid))
    os.rename("draft", "pid")
    time.sleep(60)
"""
    (tmp_path / "test_it.py").write_text(text)
    for number in (signal.SIGINT, signal.SIGKILL):
        command = [sys.executable, "-m", "pytest", *PLUGINS]
        with subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL) as process:
            pid = tmp_path / "pid"
            while not pid.exists():
                assert process.poll() is None
                time.sleep(0.02)
            process.send_signal(number)
        mock = int(pid.read_text())
        pid.unlink()
        until = time.monotonic() + 10
        while _runs(mock):
            assert time.monotonic() < until, "the mock outlived pytest"
            time.sleep(0.02)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_pytest_that_does_not_use_it_imports_only_the_plugin() -> None:
    code = "import sys, pytest; before = {*sys.modules}; import novavms_mock.plugin; print(*({*sys.modules} - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {"novavms_mock", "novavms_mock.plugin"}
