"""The mutants of an SDK: how they are read, and how one is in force."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from contract_tests.mutation import activation
from contract_tests.mutation.activation import LawError, SdkLaws

FILE = """
from contextlib import nullcontext

MUTANTS = {"SDK-21/never": nullcontext, "SDK-22,SDK-23/never": nullcontext}
"""


@pytest.fixture(autouse=True)
def _modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the modules that a test loads."""
    monkeypatch.setattr(sys, "modules", dict(sys.modules))


def written(path: Path, text: str = FILE) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_mutants_are_read_from_a_file(tmp_path: Path) -> None:
    found = activation.read(written(tmp_path / "mine.py"))
    assert {name: activation.broken(name) for name in found} == {
        "SDK-21/never": ("SDK-21",),
        "SDK-22,SDK-23/never": ("SDK-22", "SDK-23"),
    }


def test_mutants_are_read_from_a_package_whose_parts_import_each_other(tmp_path: Path) -> None:
    written(tmp_path / "mine" / "part.py")
    written(tmp_path / "mine" / "__init__.py", "from mine.part import MUTANTS")
    assert list(activation.read(tmp_path / "mine")) == ["SDK-21/never", "SDK-22,SDK-23/never"]
    assert activation.read(tmp_path / "mine") is activation.read(tmp_path / "mine")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "MUTANTS must be a mapping"),
        ("MUTANTS = []", "MUTANTS must be a mapping"),
        ("MUTANTS = {}", "MUTANTS must be a mapping"),
        (FILE.replace("SDK-21/never", "never"), "'never': must begin with rules of the SDK"),
        (FILE.replace("SDK-21/", "/"), "'/never': must begin with rules of the SDK"),
        (FILE.replace("SDK-21/", "SDK-99/"), "'SDK-99/never': must begin with rules"),
        (FILE.replace("SDK-21/", "EV-26/"), "'EV-26/never': must begin with rules of the SDK"),
        (FILE.replace("SDK-21/", "SDK-04/"), "'SDK-04/never': must begin with rules of the SDK"),
        (FILE.replace("nullcontext,", "None,"), "SDK-21/never: None is no function"),
        ("import nowhere", "ModuleNotFoundError: No module named 'nowhere'"),
        ("MUTANTS =", "SyntaxError"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(tmp_path: Path, text: str, told: str) -> None:
    path = written(tmp_path / "mine.py", text)
    with pytest.raises(LawError, match=rf"{path}: .*{told}"):
        activation.read(path)
    assert not text.startswith("import") or "mine" not in sys.modules


def test_what_is_no_python_file_is_told(tmp_path: Path) -> None:
    for path, told in (
        (tmp_path / "no.py", "FileNotFoundError"),
        (tmp_path, "FileNotFoundError"),
        (written(tmp_path / "a.txt"), "no Python"),
    ):
        with pytest.raises(LawError, match=told):
            activation.read(path)


def test_a_module_of_the_same_name_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(LawError, match="there is another module json already"):
        activation.read(written(tmp_path / "json.py"))


def test_a_mutant_is_in_force_until_the_block_ends() -> None:
    steps: list[str] = []

    @contextmanager
    def mutant() -> Iterator[None]:
        steps.append("wrong")
        yield
        steps.append("right")

    with SdkLaws({"SDK-21/never": mutant}).under("SDK-21/never"):
        steps.append("tried")
    assert steps == ["wrong", "tried", "right"]


def test_a_mutant_that_cannot_be_in_force_is_told() -> None:
    def mutant() -> "nullcontext[None]":
        raise AttributeError("no such part")

    with pytest.raises(LawError, match="x: AttributeError: no such part"), SdkLaws({"x": mutant}).under("x"):
        pass
