"""The house rules that no linter knows."""

import ast
from pathlib import Path

import pytest

import mockserver

MODULES = sorted(Path(mockserver.__file__).parent.rglob("*.py"))
MOST_LINES_OF_MODULE = 300
MOST_LINES_OF_FUNCTION = 30


def name(module: Path) -> str:
    return str(module.relative_to(Path(mockserver.__file__).parent))


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_module_and_its_functions_stay_short(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_LINES_OF_MODULE
    long = [
        f"{node.name} has {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno >= MOST_LINES_OF_FUNCTION
    ]
    assert long == []


def test_there_are_modules_to_look_at() -> None:
    assert len(MODULES) > 40
