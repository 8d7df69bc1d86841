"""The site covers everything that there is, and no link on it is dead."""

import posixpath
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from contract_tests import catalogue
from contract_tests.cli import main as contract_main
from docs_tools import command_lines, control_plane, how_to_index, rule_pages, site
from docs_tools.__main__ import foreign_loads
from mockserver.cli.main import main as mock_main
from mockserver.openapi.document import Document

MAINS = {"novavms-mock": mock_main, "novavms-contract": contract_main}
CONTROL = Document.load(site.ROOT / "spec" / "control.yaml").raw


@cache
def pages() -> dict[str, str]:
    return site.pages()


def section(page: str, heading: str) -> str:
    """Return the part of a page below a heading of the second level."""
    return pages()[page].partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("command", command_lines.options())
def test_every_option_of_a_command_is_listed(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    program, name = command.split()
    with pytest.raises(SystemExit):
        MAINS[program]([name, "--help"])
    shown = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", capsys.readouterr().out)) - {"--help"}
    listed = section(f"reference/{program}.md", command)
    assert {option for option in shown if f"`{option}" not in listed and f"{option} " not in listed} == set()


@pytest.mark.parametrize("program", MAINS)
def test_every_command_of_a_program_is_listed(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        MAINS[program](["--help"])
    commands = set(re.findall(r"^    ([a-z]+) +\S", capsys.readouterr().out, flags=re.M))
    assert commands
    assert {name for name in commands if not section(f"reference/{program}.md", f"{program} {name}")} == set()


@pytest.mark.parametrize(("path", "method", "call"), list(control_plane.calls(CONTROL)))
def test_every_call_of_the_control_plane_has_a_section(path: str, method: str, call: dict[str, object]) -> None:
    text = section("reference/control-plane.md", f"{method} {path}")
    assert f"`{call['operationId']}`" in text
    parameters = [one.get("name") or one["$ref"] for one in call["parameters"]]  # type: ignore[attr-defined]
    assert len(re.findall(r"^\| `\w+` \| (?:path|query|header) \|", text, flags=re.M)) == len(parameters)


def test_every_field_of_the_control_plane_is_listed() -> None:
    text = section("reference/control-plane.md", "Schemas")
    for name, schema in CONTROL["components"]["schemas"].items():
        own = text.partition(f"### {name}\n")[2].partition("\n### ")[0]
        assert {field for field in schema.get("properties", ()) if f"| `{field}` |" not in own} == set(), name


def test_every_rule_has_its_place_on_the_page_of_its_family() -> None:
    for rule in catalogue.load().rules.values():
        text = section(rule_pages.path(rule.family), rule.id)
        assert rule.says in text
        assert f"- **Strength**: {rule.strength}" in text
        assert "- **Checks**: " in text, rule.id


def test_the_navigation_has_every_page() -> None:
    def listed(entry: object) -> Iterator[str]:
        if isinstance(entry, str):
            yield entry
        elif isinstance(entry, dict | list):
            for one in entry.values() if isinstance(entry, dict) else entry:
                yield from listed(one)

    shown = list(listed(site.navigation(pages())))
    assert sorted(shown) == sorted(pages())
    in_order = re.findall(r"\]\(([\w-]+\.md)\)", pages()[how_to_index.PATH])
    assert [page for page in shown if page.startswith("how-to/")][1:] == [f"how-to/{page}" for page in in_order]


def test_what_a_page_loads_from_another_host_is_found(tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_text('<a href="https://example.com/"></a><script src="/bundle.js"></script>', encoding="utf-8")
    assert foreign_loads(tmp_path) == []
    page.write_text('<link rel="stylesheet" href="https://fonts.example.com/a.css">', encoding="utf-8")
    assert foreign_loads(tmp_path) == [f"{page}: loads https://fonts.example.com/a.css"]


def test_every_link_leads_to_a_page_and_a_heading_of_it() -> None:
    dead, pictures = [], set(site.pictures().values())
    for page, text in pages().items():
        for address in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)):
            target, _, anchor = address.partition("#")
            if "://" in target:
                continue
            linked = posixpath.normpath(posixpath.join(posixpath.dirname(page), target)) if target else page
            if linked in pictures:
                continue
            if linked not in pages() or (anchor and anchor not in anchors(linked)):
                dead.append(f"{page}: {address}")
    assert dead == []


@cache
def anchors(page: str) -> set[str]:
    """Return the anchors of the headings of a page, as Python-Markdown names them."""
    headings = re.findall(r"^#+ (.+)$", pages()[page], flags=re.M)
    return {re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", heading).strip().lower()) for heading in headings}


def test_the_list_of_how_to_pages_has_every_one_once() -> None:
    listed = re.findall(r"\]\(([\w-]+)\.md\)", pages()[how_to_index.PATH])
    own = [page for page in pages() if posixpath.dirname(page) == "how-to" and page != how_to_index.PATH]
    assert sorted(listed) == sorted(posixpath.splitext(posixpath.basename(page))[0] for page in own)
