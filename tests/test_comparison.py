"""The table of lines: those of the examples, which test the same in each language."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
TABLE = (ROOT / "docs" / "comparison.md").read_text(encoding="utf-8")
NODE = ROOT / "clients" / "node" / "examples"
MAX_SETUP_LINES = 3
#: A word of the name of each test, in the order of the table.
TESTS = ("page", "unavailable", "viewer", "expired", "webhook", "reason")


def python_tests() -> dict[str, list[str]]:
    """Return the lines of each test by its name."""
    text = (ROOT / "examples" / "python-tests" / "test_yard.py").read_text(encoding="utf-8")
    found = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    return {test.name: text.splitlines()[test.body[0].lineno - 1 : test.end_lineno] for test in found}


def node_tests(name: str) -> dict[str, list[str]]:
    text = (NODE / name).read_text(encoding="utf-8")
    found = re.findall(r"^test\('([^']+)', async \(\) => \{\n(.+?)^\}\)", text, flags=re.M | re.S)
    return {title: body.splitlines() for title, body in found}


def in_order(tests: dict[str, list[str]]) -> list[list[str]]:
    (*ordered,) = ([lines for name, lines in tests.items() if word in name] for word in TESTS)
    assert [len(found) for found in ordered] == [1] * len(TESTS)
    return [lines for (lines,) in ordered]


def test_the_table_has_the_lines_of_the_examples() -> None:
    columns = [python_tests(), node_tests("node-test/yard.test.js"), node_tests("vitest/yard.test.ts")]
    counted = zip(*([str(len(lines)) for lines in in_order(tests)] for tests in columns), strict=True)
    shown = re.findall(r"^\| .+? \| (\d+) \| (\d+) \| (\d+) \|$", TABLE, flags=re.M)
    assert shown == list(counted)


def test_no_test_for_node_has_more_than_three_lines_of_set_up() -> None:
    """Set-up is what starts or makes something; the file has one such line for all of its tests."""
    for name in ("node-test/yard.test.js", "vitest/yard.test.ts"):
        for title, lines in node_tests(name).items():
            made = re.compile(r"mock\.org|new Yard|receiveWebhooks|faults\.add")
            assert len([line for line in lines if made.search(line)]) <= MAX_SETUP_LINES, title
