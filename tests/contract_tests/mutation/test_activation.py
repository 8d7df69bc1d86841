"""The mutants of an SDK: how they are loaded, and how one is activated."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from contract_tests.mutation import activation, mutant_table
from contract_tests.mutation.activation import MutantError, SdkMutants

FILE = """
from contextlib import nullcontext

MUTANTS = {"SDK-21/never": nullcontext, "SDK-22,SDK-23/never": nullcontext}
"""


@pytest.fixture(autouse=True)
def _modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Restore the loaded modules after a test."""
    monkeypatch.setattr(sys, "modules", dict(sys.modules))


def written(path: Path, text: str = FILE) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_mutants_are_loaded_from_a_file(tmp_path: Path) -> None:
    found = activation.load(written(tmp_path / "mine.py"))
    assert {name: mutant_table.rules_broken_by(name) for name in found} == {
        "SDK-21/never": ("SDK-21",),
        "SDK-22,SDK-23/never": ("SDK-22", "SDK-23"),
    }


def test_mutants_are_loaded_from_a_package_whose_modules_import_each_other(tmp_path: Path) -> None:
    written(tmp_path / "mine" / "part.py")
    written(tmp_path / "mine" / "__init__.py", "from mine.part import MUTANTS")
    assert list(activation.load(tmp_path / "mine")) == ["SDK-21/never", "SDK-22,SDK-23/never"]
    assert activation.load(tmp_path / "mine") is activation.load(tmp_path / "mine")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "MUTANTS must be a mapping"),
        ("MUTANTS = []", "MUTANTS must be a mapping"),
        ("MUTANTS = {}", "MUTANTS must be a mapping"),
        (FILE.replace("SDK-21/never", "never"), "'never': must begin with rules of the SDK"),
        (FILE.replace("SDK-21/", "/"), "'/never': must begin with rules of the SDK"),
        (FILE.replace("SDK-21/", "SDK-99/"), "'SDK-99/never': must begin with rules"),
        (FILE.replace("SDK-21/", "EV-26/"), "'EV-26/never': must begin with rules of the SDK"),
        (FILE.replace("SDK-21/", "SDK-04/"), "'SDK-04/never': must begin with rules of the SDK"),
        (FILE.replace("nullcontext,", "None,"), "SDK-21/never: None must be a function"),
        ("import nowhere", "ModuleNotFoundError: No module named 'nowhere'"),
        ("MUTANTS =", "SyntaxError"),
    ],
)
def test_a_mistake_in_a_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path / "mine.py", text)
    with pytest.raises(MutantError, match=rf"{path}: .*{message}"):
        activation.load(path)
    assert not text.startswith("import") or "mine" not in sys.modules


def test_what_is_not_a_python_file_is_named(tmp_path: Path) -> None:
    for path, message in (
        (tmp_path / "no.py", "FileNotFoundError"),
        (tmp_path, "FileNotFoundError"),
        (written(tmp_path / "a.txt"), "is not a Python file"),
    ):
        with pytest.raises(MutantError, match=message):
            activation.load(path)


def test_a_module_of_the_same_name_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(MutantError, match="another module json is imported already"):
        activation.load(written(tmp_path / "json.py"))


def test_a_mutant_is_active_until_the_block_ends() -> None:
    steps: list[str] = []

    @contextmanager
    def mutant() -> Iterator[None]:
        steps.append("wrong")
        yield
        steps.append("right")

    with SdkMutants({"SDK-21/never": mutant}).active("SDK-21/never"):
        steps.append("tried")
    assert steps == ["wrong", "tried", "right"]


def test_a_mutant_that_cannot_be_activated_is_named() -> None:
    def mutant() -> "nullcontext[None]":
        raise AttributeError("no such part")

    with pytest.raises(MutantError, match="x: AttributeError: no such part"), SdkMutants({"x": mutant}).active("x"):
        pass
