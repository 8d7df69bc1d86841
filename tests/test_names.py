"""Names are the field's: no name that was replaced by a standard term comes back, in code, tests or documents."""

import re
import subprocess
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: Words that are no name, nor a part of one between underscores.
PARTS = re.compile(
    r"lived|anew|hands|sky|annals|bury|everyone|obeyed|agenda|drawn|weather|brave|wished|guest|outbound|courier|lane|told|"
    r"tells?|facets?|seal|fleet|tally|descriptors|welcome|scenery|laws?|kit|patience|vocabulary|court|victims?|witness|"
    r"forecast|custody|tidy|judgement|endings|farewells?"
)
#: Words that are no name by themselves.
NAMES = re.compile(
    r"life|lives|ground|alone|company|whole|standing|meeting|rise|rest|there|turns?|acts?|chance|strike|along|beside|many|"
    r"account|wire|stock|script|people|machines|objects|checks|trial|tail|pace|launch|feed|makers?|every|most|longest|pauses"
)
#: How no constant begins: a bound is MAX_… or MIN_…, with its unit at the end.
CONSTANT = re.compile(r"_?(MOST|LONGEST|LARGEST|PATIENCE|EVERY)(_|$)")
#: Words that stand nowhere, not even in a sentence.
ANYWHERE = (
    r"begin_anew|wrong laws?|laws?|sky|annals|obeyed|agenda|weather|brave|facets?|scenery|tally|vocabulary|judgement|"
    r"custody|a life|one life|another life|victims?|bury|buried|farewells?|come to the point|came to the point"
)
#: What a file needs all the same, and why.
EXCEPTIONS = {
    "mockserver/domain/gateways.py": frozenset({"every"}),  # a key of fixtures and snapshots
    "tests/mockserver/domain/test_gateways.py": frozenset({"every"}),
    "mockserver/http/pipeline.py": frozenset({"tell"}),  # a method of io.StringIO
    "contract_tests/dry_run.py": frozenset({"checks"}),  # a key of --dry-run --json
    "contract_tests/generation/schema_cases.py": frozenset({"checks"}),  # a module of Schemathesis
    "contract_tests/generation/link_walks.py": frozenset({"checks"}),
    "tests/contract_tests/generation/test_fuzzing.py": frozenset({"checks"}),
    "contract_tests/docs/html_pages.py": frozenset({"feed"}),  # a method of an HTML parser
    "tests/contract_tests/report/test_pages.py": frozenset({"feed"}),  # a method of an HTML parser
    "tests/mockserver/console/pages.py": frozenset({"feed"}),
    "tests/contract_tests/report/test_in_browser.py": frozenset({"launch"}),  # a method of Playwright
    "benchmarks/console.py": frozenset({"launch"}),
    "tests/browser/conftest.py": frozenset({"launch"}),
    "docs_tools/pictures/screenshots.py": frozenset({"launch"}),
    "sdk/novavms/client.py": frozenset({"chance"}),  # a documented option
    "sdk/novavms/async_client.py": frozenset({"chance"}),
}
_SELF = Path(__file__).relative_to(ROOT).as_posix()
_ASSETS = (
    "benchmarks/results/",
    "docs/pictures/",
    "tests/data/schemas/",
    "LICENSE",
    "mockserver/console/static/swagger-ui/",
)


def _files(*patterns: str) -> list[str]:
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, check=True, capture_output=True, text=True)
    return [
        name
        for name in listed.stdout.split()
        if name != _SELF and not name.startswith(_ASSETS) and not name.endswith("LICENSE") and (ROOT / name).exists()
    ]


@cache
def _words(name: str) -> set[str]:
    """Return the words of the lists that a name is, or is made of."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().strip("_")
    parts = {part for part in snake.split("_") if PARTS.fullmatch(part)}
    return parts | ({snake} if NAMES.fullmatch(snake) or CONSTANT.match(name) else set())


def _names(file: str) -> Iterator[tuple[int, str]]:
    with (ROOT / file).open("rb") as opened:
        for token in tokenize.tokenize(opened.readline):
            if token.type == tokenize.NAME:
                yield token.start[0], token.string


def test_names_are_standard_terms() -> None:
    wrong = [
        f"{file}:{line}: {name}"
        for file in _files("*.py")
        for line, name in _names(file)
        if _words(name) - EXCEPTIONS.get(file, frozenset())
    ]
    assert wrong == []


def test_prose_needs_no_glossary() -> None:
    refused = re.compile(rf"(?<![\w-])(?:{ANYWHERE})(?![\w-])", re.IGNORECASE)
    wrong = [
        f"{file}:{number}: {word}"
        for file in _files()
        for number, line in enumerate((ROOT / file).read_text(encoding="utf-8").splitlines(), 1)
        for word in refused.findall(line)
    ]
    assert wrong == []


def test_replaced_names_are_recognised() -> None:
    for name in ("Courier", "_told", "MOST_BODY", "_EVERY", "begin_anew", "life", "wrong_laws", "_Lane"):
        assert _words(name), name
    for name in ("Dispatcher", "MAX_BODY_BYTES", "every_call", "lifetime", "restart", "there_is"):
        assert not _words(name), name
