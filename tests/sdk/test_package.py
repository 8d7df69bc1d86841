import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import metadata, requires
from pathlib import Path

import pytest

import novavms

PACKAGE = Path(novavms.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
CORE = [module for module in MODULES if module.parent.name == "_core"]


def name(module: Path) -> str:
    return str(module.relative_to(PACKAGE))


def imported(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield str(node.module)


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_only_httpx_pydantic_and_the_standard_library_are_imported(module: Path) -> None:
    roots = {each.partition(".")[0] for each in imported(module)}
    of_pydantic = {"typing_extensions"}  # for Python 3.10
    assert roots - sys.stdlib_module_names <= {"httpx", "novavms", "pydantic", *of_pydantic}


@pytest.mark.parametrize("module", CORE, ids=name)
def test_the_core_imports_no_client_no_time_and_no_network(module: Path) -> None:
    shells = {f"novavms.{each}" for each in ("client", "async_client", "_blocking", "_awaiting")}
    assert shells.union({"asyncio", "socket", "ssl", "threading", "time"}).isdisjoint(imported(module))


def test_the_clients_do_not_import_each_other() -> None:
    for one, other in (("", "async_"), ("async_", "")):
        own = set(imported(PACKAGE / f"{one}client.py"))
        assert {f"novavms.{other}client", "novavms._blocking" if one else "novavms._awaiting"}.isdisjoint(own)


def test_the_distribution_declares_its_requirements() -> None:
    assert requires("novavms-sdk") == ["httpx>=0.27", "pydantic>=2.5"]
    facts = metadata("novavms-sdk")
    assert facts["Requires-Python"] == ">=3.10"
    assert facts["Version"] == novavms.__version__
    assert facts["License-Expression"] == "Apache-2.0"
    assert (PACKAGE / "py.typed").exists()


def test_importing_loads_no_package_but_the_requirements_and_theirs() -> None:
    known = "import httpx, pydantic, sys; known = {*sys.modules}; import novavms"
    new = "print(*{each.partition('.')[0] for each in {*sys.modules} - known})"
    loaded = subprocess.check_output([sys.executable, "-c", f"{known}; {new}"], text=True).split()
    others = {each for each in loaded if not each.startswith("_")} - sys.stdlib_module_names
    of_pydantic = {"annotated_types", "pydantic_core", "typing_extensions", "typing_inspection"}
    assert others <= {"httpx", "httpcore", "novavms", "pydantic", *of_pydantic}
