"""What README and the pages it leads to say is so: commands run, and what they list is what there is."""

import json
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from contract_tests.cli import main as contract_main
from mockserver.app import load_document
from mockserver.cli.main import main as mock_main
from mockserver.openapi.document import Document

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
#: What a path in a document begins with.
FOLDERS = {path.name for path in (*ROOT.iterdir(), *(ROOT / "mockserver").iterdir()) if path.is_dir()}
COMMANDS: list[str] = re.findall(r"^```sh\n(.+?)\n```", README, flags=re.M | re.S)
HOW_TO = ROOT / "docs" / "how-to"
PAGES = [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "docs").rglob("*.md"))]


def shown(page: str) -> list[str]:
    """Return the commands of a how-to page."""
    return re.findall(r"^```sh\n(.+?)\n```", (HOW_TO / page).read_text(encoding="utf-8"), flags=re.M | re.S)


def checkout(into: Path) -> Path:
    """Copy the project without what building and testing left behind."""
    left = shutil.ignore_patterns(".git", ".venv", ".tox", ".hypothesis", "__pycache__", ".*_cache")
    return Path(shutil.copytree(ROOT, into / "clone", ignore=left))


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which the README's first command has set up and run a part of the main job."""
    here = checkout(tmp_path_factory.mktemp("readme"))
    main_job = next(command for command in COMMANDS if command.endswith("novavms-contract run"))
    done = subprocess.run(f"{main_job} --rules 'EV-2*'", shell=True, cwd=here, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "Conforms" in done.stdout
    return here


def test_serve_and_the_curl_commands_work_as_shown(clone: Path, tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    serve = next(command for command in COMMANDS if command.endswith("novavms-mock serve"))
    command = f"exec {serve} --port 0 --ready-file {ready}"
    process = subprocess.Popen(command, shell=True, cwd=clone, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not ready.exists():
            assert process.poll() is None, "the command ended before it served"
            time.sleep(0.1)
        base_url = json.loads(ready.read_text())["base_url"]
        curls = [command for command in [*COMMANDS, *shown("control-plane.md")] if command.startswith("curl")]
        assert len(curls) == 3
        for curl in curls:
            here = curl.replace("http://127.0.0.1:8080", base_url).replace("curl ", "curl -sS --fail-with-body ", 1)
            assert json.loads(subprocess.run(here, shell=True, check=True, capture_output=True).stdout)
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


def test_two_workers_on_a_database_serve_as_shown(clone: Path, tmp_path: Path, database: str) -> None:
    ready = tmp_path / "ready.json"
    (serve,) = shown("postgresql.md")
    command = serve.replace("postgresql://mock@127.0.0.1/mock", database).replace("&& ", "&& exec ")
    command += f" --port 0 --ready-file {ready}"
    process = subprocess.Popen(command, shell=True, cwd=clone, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not ready.exists():
            assert process.poll() is None, "the command ended before it served"
            time.sleep(0.1)
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


def test_ci_runs_the_second_command_and_nothing_else() -> None:
    test_command = next(command for command in COMMANDS if command.endswith("bin/tox"))
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith(("#", "set ", "cd "))] == [test_command]


@pytest.mark.parametrize(
    ("main", "command", "page"),
    [
        (mock_main, "serve", "running-the-mock.md"),
        (mock_main, "simulate", "running-the-mock.md"),
        (contract_main, "run", "checking-a-server.md"),
        (contract_main, "sdk", "checking-an-sdk.md"),
        (contract_main, "docs", "documentation-pages.md"),
    ],
)
def test_every_option_is_listed(
    main: Callable[[list[str]], int], command: str, page: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    text = (HOW_TO / page).read_text(encoding="utf-8") + (HOW_TO / "checking-a-server.md").read_text(encoding="utf-8")
    assert {option for option in options if option not in text} == set()


def test_every_call_of_the_control_plane_is_listed() -> None:
    paths = Document.load(ROOT / "spec" / "control.yaml").raw["paths"]
    text = (HOW_TO / "control-plane.md").read_text(encoding="utf-8")
    assert {path for path in paths if path not in text} == set()


def test_every_resource_of_the_document_is_named() -> None:
    tags = {tag["name"] for tag in load_document(None).raw["tags"]} - {"system"}
    assert {tag for tag in tags if tag.replace("-", " ") not in " ".join(README.split())} == set()


@pytest.mark.parametrize("document", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", *PAGES])
def test_every_file_that_is_named_exists(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    named = {path for path in re.findall(r"[`(]([\w./-]+/[\w.-]*)[`)]", text) if path.partition("/")[0] in FOLDERS}
    assert named or document in PAGES
    folders = (ROOT, ROOT / "mockserver", (ROOT / document).parent)
    missing = {path for path in named if not any((folder / path).exists() for folder in folders)}
    assert missing == set()


def test_the_architecture_is_one_page_that_names_every_package() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 120
    packages = {
        path.parent.name for top in ("mockserver", "contract_tests") for path in ROOT.glob(f"{top}/*/__init__.py")
    }
    assert {package for package in packages if f"{package}/" not in text} == set()


def test_each_figure_stands_in_the_file_that_it_names_where_all_is_held() -> None:
    rows = re.findall(r"^\|[^|]+\| ([^|]+) \| \[`[^|]+`\]\((benchmarks/results/[^)]+)\) \|$", README, flags=re.M)
    assert len(rows) > 5
    for figure, path in rows:
        measured = (ROOT / path).read_text(encoding="utf-8")
        assert "**no**" not in measured, path
        for number in re.findall(r"[-+]?\d[\d,.]*%?(?!xx)\b", figure):
            assert number in measured, (number, path)
