"""What the README says is so: its commands run, and what it lists is what there is."""

import json
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from mockserver import cli
from mockserver.app import load_document
from mockserver.openapi.document import Document

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS: list[str] = re.findall(r"^```sh\n(.+?)\n```", README, flags=re.M | re.S)


def checkout(into: Path) -> Path:
    """Copy the project without what building and testing left behind."""
    left = shutil.ignore_patterns(".git", ".venv", ".tox", ".hypothesis", "__pycache__", ".*_cache")
    return Path(shutil.copytree(ROOT, into / "clone", ignore=left))


def test_first_command_sets_up_and_serves(tmp_path: Path) -> None:
    main_job = next(command for command in COMMANDS if command.endswith("novavms-mock serve"))
    ready = tmp_path / "ready.json"
    command = f"{main_job} --port 0 --ready-file {ready}".replace("&& .venv/bin/novavms", "&& exec .venv/bin/novavms")
    process = subprocess.Popen(command, shell=True, cwd=checkout(tmp_path), stdout=subprocess.DEVNULL)
    try:
        while not ready.exists():
            assert process.poll() is None, "the command ended before it served"
            time.sleep(0.1)
        base_url = json.loads(ready.read_text())["base_url"]
        curls = [command for command in COMMANDS if command.startswith("curl")]
        assert curls
        for curl in curls:
            here = curl.replace("http://127.0.0.1:8080", base_url).replace("curl ", "curl -sS --fail-with-body ", 1)
            assert json.loads(subprocess.run(here, shell=True, check=True, capture_output=True).stdout)
        assert httpx.get(f"{base_url}/healthz").json() == {"status": "ok"}
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


def test_ci_runs_the_second_command_and_nothing_else() -> None:
    test_command = next(command for command in COMMANDS if command.endswith("bin/tox"))
    script = (ROOT / ".ci" / "run").read_text().splitlines()
    assert [line for line in script if line and not line.startswith(("#", "set ", "cd "))] == [test_command]


def test_every_option_of_serve_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["serve", "--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    assert {option for option in options if f"`{option}" not in README} == set()


def test_every_call_of_the_control_plane_is_listed() -> None:
    paths = Document.load(ROOT / "spec" / "control.yaml").raw["paths"]
    assert {path for path in paths if path not in README} == set()


def test_every_resource_of_the_document_is_named() -> None:
    tags = {tag["name"] for tag in load_document(None).raw["tags"]} - {"system"}
    assert {tag for tag in tags if tag.replace("-", " ") not in " ".join(README.split())} == set()
