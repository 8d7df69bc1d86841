"""The house rules that no linter knows."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("mockserver", "novavms_mock", "contract_tests", "sdk", "tests", "benchmarks", "docs_tools")
GENERATED = {ROOT / "sdk" / "novavms" / "models.py"}
MODULES = sorted(module for package in PACKAGES for module in (ROOT / package).rglob("*.py") if module not in GENERATED)
MAX_LINES_OF_MODULE = 300
MAX_LINES_OF_FUNCTION = 30


def test_modules_and_their_functions_stay_short() -> None:
    wrong = []
    for module in MODULES:
        text, place = module.read_text(encoding="utf-8"), module.relative_to(ROOT)
        if (lines := len(text.splitlines())) > MAX_LINES_OF_MODULE:
            wrong.append(f"{place} has {lines} lines")
        wrong += [
            f"{place}: {name} has {lines} lines" for name, lines in _functions(text) if lines > MAX_LINES_OF_FUNCTION
        ]
    assert wrong == []


def _functions(text: str) -> Iterator[tuple[str, int]]:
    """Yield the name of every function and the number of its lines."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            yield node.name, node.end_lineno - node.lineno + 1


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_is_looked_at(package: str) -> None:
    assert [module for module in MODULES if module.is_relative_to(ROOT / package)]
