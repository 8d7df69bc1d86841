"""Every option that names a place: one line and exit code 2 where the place cannot be read or written."""

from pathlib import Path

import pytest

from contract_tests import cli, runner
from contract_tests.commands.exit_codes import USAGE_ERROR
from contract_tests.mutation import kill

_WAIVE = ["waive", "EV-26", "--until", "2999-01-01", "--reason", "known", "--owner", "me"]
READING = [
    ["run", "staging", "--config"],
    ["run", "--rules", "EV-26", "--waivers"],
    ["run", "--rules", "EV-26", "--since"],
    ["run", "--rules", "EV-26", "--decided-like"],
    ["sdk", "--kills"],
    ["sdk", "--kill"],
    ["docs"],
    ["report"],
    [*_WAIVE, "--from"],
]
WRITING = [
    ["run", "--rules", "EV-26", "--report"],
    ["kill", "--mutants", "EV-26/*", "--report"],
    ["sdk", "--report"],
]
#: Places that are no file and no folder, or where nothing can be made, in a folder with an empty file.
UNREADABLE = ["{folder}/missing/x", "/dev/null", "/dev/zero", "{folder}/file/x", "/proc/1/mem", 300 * "x"]
UNWRITABLE = ["/dev/null", "/dev/full", "{folder}/file", "{folder}/file/x", "/proc/x", 300 * "x"]


@pytest.mark.parametrize("place", UNREADABLE)
@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_a_place_that_cannot_be_read(
    arguments: list[str], place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refused_in_one_line(arguments, place, tmp_path, capsys)


@pytest.mark.parametrize("place", UNWRITABLE)
@pytest.mark.parametrize("arguments", WRITING, ids=" ".join)
def test_a_place_that_cannot_be_written(
    arguments: list[str],
    place: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (runner, kill):
        monkeypatch.setattr(module, "run", lambda *_, **__: pytest.fail("it ran"))
    refused_in_one_line(arguments, place, tmp_path, capsys)


def refused_in_one_line(arguments: list[str], place: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "file").touch()
    named = place.replace("{folder}", str(folder))
    assert cli.main([*arguments, named]) == USAGE_ERROR
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("novavms-contract: ")
    assert named in captured.err
    assert captured.err.count("\n") == 1
    assert [path.name for path in folder.iterdir()] == ["file"]
    if named.startswith("/dev/"):
        assert Path(named).is_char_device()
