"""The pages about the SDK: every block of Python runs and prints what the page says; nothing of the SDK is left out."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from novavms import errors
from tests.harness import Running, running
from tests.novavms_mock.test_plugin import run as run_pytest
from tests.sdk.test_surface import BASIC_VERBS, VERBS

FOLDER = Path(__file__).parents[2] / "docs" / "sdk"
PAGES = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.md"))}
TEXT = "\n".join(PAGES.values())
#: A block of Python, and the block of its output if it has one.
BLOCK = re.compile(r"^```python\n(.+?)\n```(?:\n\n```text\n(.+?)\n```)?$", flags=re.M | re.S)
WITH_TESTS = "testing.md"
PROGRAMS = [name for name, text in PAGES.items() if BLOCK.search(text) and name != WITH_TESTS]
SHOWN = "http://127.0.0.1:8080"
END = "---- end of a block ----"


@pytest.fixture(scope="module")
def acme() -> Iterator[Running]:
    with running(fixture="acme") as mock:
        yield mock


def pattern(output: str) -> str:
    """Return a pattern of an output, in which … is any text."""
    return ".*".join(map(re.escape, output.split("…")))


@pytest.mark.parametrize("page", PROGRAMS)
def test_a_page_runs_from_top_to_bottom_and_prints_what_it_says(page: str, acme: Running, tmp_path: Path) -> None:
    acme.control("POST", "/reset")
    blocks = BLOCK.findall(PAGES[page])
    program = tmp_path / "page.py"
    code = "".join(f"{block}\nprint({END!r}, flush=True)\n" for block, _ in blocks)
    program.write_text(code.replace(SHOWN, acme.base_url), encoding="utf-8")
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, timeout=60, check=False)
    printed = done.stdout.replace(acme.base_url, SHOWN).split(f"{END}\n")
    for (block, output), found in zip(blocks, printed, strict=False):
        assert re.fullmatch(pattern(output), found.rstrip("\n"), flags=re.S), (block, found, done.stderr)
    assert (len(printed), done.returncode, done.stderr) == (len(blocks) + 1, 0, "")


@pytest.mark.slow
def test_the_tests_of_the_page_pass(tmp_path: Path) -> None:
    text = "\n\n".join(block for block, _ in BLOCK.findall(PAGES[WITH_TESTS]))
    (tmp_path / "test_page.py").write_text(text, encoding="utf-8")
    done = run_pytest(tmp_path)
    assert f"{text.count('def test_')} passed" in done.stdout, done.stdout


def test_the_pages_name_every_verb_option_and_error() -> None:
    verbs = {verb for namespace in VERBS.values() for verb in namespace} - BASIC_VERBS
    assert {verb for verb in verbs if f"`{verb}`" not in TEXT and f"{verb}(" not in TEXT} == set()
    assert {name for name in vars(errors) if name.endswith("Error") and f"`{name}`" not in PAGES["errors.md"]} == set()
    assert {name for name in VERBS if f"client.{name}" not in PAGES["calls.md"]} == set()


def test_what_the_sdk_has_beside_others_is_shown_by_code_and_what_it_has_not_has_a_reason() -> None:
    rows = re.findall(r"^\| (?!\|)(.+) \|$", PAGES["other-sdks.md"], flags=re.M)
    ours = {row.split(" | ")[0]: row.split(" | ")[-1] for row in rows}
    assert len(ours) > 20
    for row, cell in ours.items():
        shown = re.findall(r"\]\(([\w-]+\.md)(?:#[\w-]+)?\)", cell)
        assert re.match(r"no: \w+", cell) or any(BLOCK.search(PAGES[page]) for page in shown), row
