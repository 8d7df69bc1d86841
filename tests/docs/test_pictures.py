"""The pictures of the pages: drawn from what is so, small, shown on a page, and complete without any other host."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from docs_tools import site, tutorial
from docs_tools.pictures import architecture

FOLDER = site.ROOT / "docs" / "pictures"
MAX_BYTES = 150_000
SOURCES = [site.ROOT / "README.md", *(site.ROOT / source for source in site.copied())]
SHOWN = {
    (page.parent / address).resolve()
    for page in SOURCES
    for address in re.findall(r"!\[[^\]]+\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
}


def test_the_architecture_is_that_of_the_import_contracts() -> None:
    picture = (FOLDER / "architecture.svg").read_text(encoding="utf-8")
    assert picture == architecture.draw(), "python -m docs_tools.pictures architecture"
    for package in ("backends.cluster", "shared_target", "process", "The suite is an independent oracle"):
        assert f">{package}</text>" in picture


def test_the_recorded_session_is_that_of_the_tutorial() -> None:
    text = " ".join("".join(ElementTree.parse(FOLDER / "first-bug.svg").getroot().itertext()).split())
    recorded = [step for step in tutorial.steps() if step.commands.startswith("novavms-contract run")]
    assert len(recorded) == 2
    for step in recorded:
        for line in (step.commands, *step.output.split("\n")):
            words = " ".join(line.partition("…")[0].split())
            assert words in text, "python -m docs_tools.pictures terminal"


@pytest.mark.parametrize("picture", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_a_picture_is_small_and_shown(picture: Path) -> None:
    assert picture.stat().st_size < MAX_BYTES
    assert picture in SHOWN
    if picture.suffix == ".svg":
        addresses = re.findall(r"(?:https?:)?//[^\s\"']+", picture.read_text(encoding="utf-8"))
        assert {one for one in addresses if "127.0.0.1" not in one} == {"http://www.w3.org/2000/svg"}


def test_every_picture_that_a_page_shows_is_there() -> None:
    assert {str(path) for path in SHOWN if not path.exists()} == set()
