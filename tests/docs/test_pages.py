"""The commands of how-to pages are ones that there are, and the files that they show are valid and complete."""

import re
import shlex
from pathlib import Path

import pytest

import contract_tests.cli
import mockserver.cli.main
from contract_tests.config import targets
from contract_tests.gate import waivers
from contract_tests.report import writer
from contract_tests.report.journal import JOURNAL_FILE
from contract_tests.verdicts import Verdict
from tests.contract_tests import factories

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PARSERS = {"novavms-mock": mockserver.cli.main._parser, "novavms-contract": contract_tests.cli._parser}


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.+?)^```", (DOCS / page).read_text(encoding="utf-8"), flags=re.M | re.S)


@pytest.mark.parametrize("page", sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")))
def test_commands_of_a_page_are_valid(page: str) -> None:
    shown = "\n".join(blocks(page, "sh")).replace("\\\n", "")
    for program, arguments in re.findall(
        r"(?:^|&& |/)(novavms-mock|novavms-contract) (.+?)(?: &&?|$)", shown, flags=re.M
    ):
        PARSERS[program]().parse_args(shlex.split(arguments, comments=True))


def test_the_target_file_of_the_page_has_every_key_and_is_valid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shown,) = blocks("how-to/staging.md", "toml")
    for name in re.findall(r"env:(\w+)", shown):
        monkeypatch.setenv(name, f"sk_live_{name}")
    path = tmp_path / "targets.toml"
    path.write_text(shown, encoding="utf-8")
    assert targets.load(path)["staging"].actors.keys() >= {"admin", "viewer", "outsider", "expired"}
    text = (DOCS / "how-to" / "staging.md").read_text(encoding="utf-8")
    assert {key for key in targets._TYPES if not re.search(rf"(^|\| `|staging\.){key}( =|\])", text, re.M)} == set()


def test_the_waivers_of_the_page_are_valid(tmp_path: Path) -> None:
    (shown,) = blocks("how-to/waivers.md", "toml")
    path = tmp_path / "waivers.toml"
    path.write_text(shown, encoding="utf-8")
    assert [one.rule for one in waivers.load(path)] == ["EV-26"]


def test_the_page_of_the_example_is_held_against_the_mock_without_findings(capsys: pytest.CaptureFixture[str]) -> None:
    (shown,) = blocks("how-to/documentation-pages.md", "sh")
    arguments = [str(ROOT / one) if one.startswith("tests/") else one for one in shlex.split(shown)[1:]]
    assert contract_tests.cli.main(arguments) == 0
    assert "nothing found" in capsys.readouterr().out


def test_the_page_about_reports_has_every_file_and_every_key() -> None:
    text = (DOCS / "reference" / "reports.md").read_text(encoding="utf-8")
    found = factories.report().as_json()
    failing = next(rule for rule in found["rules"] if rule["failure"])
    names = {
        *writer._VIEWS,
        JOURNAL_FILE,
        *found,
        *failing,
        *failing["failure"],
        *(one.value for one in Verdict),
    }
    assert {name for name in names if f"`{name}`" not in text and f"`{name.upper()}`" not in text} == set()
