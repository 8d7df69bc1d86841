"""Files that the commands read: of bounded size, and neither a pipe nor a device is waited for."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from contract_tests import cli
from contract_tests.commands.exit_codes import USAGE_ERROR

WAIVE = ["waive", "EV-26", "--until", "2999-01-01", "--reason", "known", "--owner", "me", "--from"]


def huge(path: Path) -> None:
    """Make a file that takes no space and is larger than any bound."""
    with path.open("wb") as file:
        file.truncate(1 << 40)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize(
    ("make", "problem"),
    [(huge, "is larger than"), (os.mkfifo, "is a named pipe, not a file"), (device, "is a device, not a file")],
)
@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["run", "--rules", "EV-26", "--since"], "report.json"),
        (["run", "--rules", "EV-26", "--decided-like"], "report.json"),
        (["run", "--rules", "EV-26", "--waivers"], "waivers.toml"),
        (["run", "--config"], "targets.toml"),
        (["report"], "journal.jsonl"),
        (WAIVE, "journal.jsonl"),
        (["docs"], "page.md"),
        (["docs", "page.md", "--old"], "page.md"),
    ],
)
def test_a_file_that_is_none_or_too_large_is_refused_in_one_line(
    arguments: list[str],
    name: str,
    make: Callable[[Path], None],
    problem: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    make(tmp_path / name)
    of_folder = arguments[0] in ("report", "waive")
    pages = [
        str(Path(__file__).parents[1] / "data" / "docs" / "alerts.md") if each == "page.md" else each
        for each in arguments
    ]
    assert cli.main([*pages, str(tmp_path if of_folder else tmp_path / name)]) == USAGE_ERROR
    captured = capsys.readouterr()
    assert captured.out == ""
    assert f"{tmp_path / name}: {problem}" in captured.err
    assert captured.err.count("\n") == 1
