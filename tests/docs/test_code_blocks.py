"""Every block of code of the documentation is run by a test, or the table here says why not."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))
#: Runs the blocks of Python of every page about the SDK, and compares their output.
SDK_PAGES = ROOT / "tests" / "sdk" / "test_pages_of_the_docs.py"
TESTS = [path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)]
#: Blocks that no test runs, by page and language, and why. ``test_pages.py`` parses their commands.
NOT_RUN = {
    ("how-to/assistants.md", "sh"): "installs; tox -e unit installs the same extra, whose servers tests start",
    ("how-to/checking-an-sdk.md", "sh"): "installs; tox -e sdk runs the same command with more options",
    ("how-to/ci-gate.md", "sh"): "checks a server of yours; tests/examples runs the same gate",
    (
        "how-to/staging.md",
        "sh",
    ): "checks a server of yours; tests/contract_tests runs the options on servers of its own",
    ("sdk/index.md", "sh"): "installs the SDK and serves; tox -e sdk installs it, the blocks of Python run on a mock",
    ("how-to/your-own-document.md", "sh"): "serves a document of yours; tests/mockserver/cli serves others",
}


def languages(page: str) -> set[str]:
    return set(re.findall(r"^```(\w+)$", (DOCS / page).read_text(encoding="utf-8"), flags=re.M))


@pytest.mark.parametrize("page", PAGES)
def test_a_test_runs_the_blocks_of_a_page(page: str) -> None:
    run_as_programs = {"python", "text"} if page.startswith("sdk/") and SDK_PAGES.exists() else set()
    unexplained = {language for language in languages(page) - run_as_programs if (page, language) not in NOT_RUN}
    name = Path(page).name
    named = any(f'"{name}"' in text or f'{page}"' in text or f"docs/{page}" in text for text in map(_read, TESTS))
    assert not unexplained or named, f"no test names {page}, and NOT_RUN does not say why"


def test_what_the_table_names_is_there() -> None:
    assert {key for key in NOT_RUN if key[0] not in PAGES or key[1] not in languages(key[0])} == set()


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
