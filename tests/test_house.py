"""The house rules that no linter knows."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("mockserver", "contract_tests", "sdk", "tests", "benchmarks")
GENERATED = {ROOT / "sdk" / "novavms" / "models.py"}
MODULES = sorted(module for package in PACKAGES for module in (ROOT / package).rglob("*.py") if module not in GENERATED)
MAX_LINES_OF_MODULE = 300
MAX_LINES_OF_FUNCTION = 30


def name(module: Path) -> str:
    return str(module.relative_to(ROOT))


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_module_and_its_functions_stay_short(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_LINES_OF_MODULE
    long = [
        f"{node.name} has {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno >= MAX_LINES_OF_FUNCTION
    ]
    assert long == []


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_is_looked_at(package: str) -> None:
    assert [module for module in MODULES if module.is_relative_to(ROOT / package)]
