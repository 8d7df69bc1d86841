import sys
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest

from contract_tests.sdk import installed
from contract_tests.sdk.clients import KINDS
from contract_tests.sdk.installed import NotInstalled, Sdk
from contract_tests.verdicts import Violation


def absent(name: str) -> metadata.Distribution:
    raise metadata.PackageNotFoundError(name)


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """An empty package novavms without a distribution."""
    module = ModuleType("novavms")
    for name in [name for name in sys.modules if name.partition(".")[0] == "novavms"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "novavms", module)
    monkeypatch.setattr(metadata, "distribution", absent)
    return module


def test_the_sdk_of_this_repository_is_found() -> None:
    installed.check()
    assert installed.name() == f"novavms-sdk {metadata.version('novavms-sdk')}"
    assert Sdk().package_metadata["Name"] == "novavms-sdk"
    assert Sdk().requires
    assert all("api_key" in Sdk().options(kind) for kind in KINDS)


def test_a_missing_attribute_is_a_violation(empty: ModuleType) -> None:
    for name, module, message in (
        ("NovaVMSClient", "", "novavms without it"),
        ("AuthError", "errors", "a module novavms.errors"),
    ):
        with pytest.raises(Violation, match=message):
            Sdk().part(name, module)
    with pytest.raises(Violation, match="an installed distribution novavms-sdk"):
        _ = Sdk().package_metadata
    assert installed.name() == "novavms (no distribution novavms-sdk installed)"


def test_a_module_that_cannot_be_imported_is_a_violation(
    empty: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models.py").write_text("1 / 0")
    empty.__path__ = [str(tmp_path)]
    with pytest.raises(Violation, match=r"a module novavms\.models; got ZeroDivisionError"):
        Sdk().part("Camera", "models")


def test_a_client_that_cannot_be_made_is_a_violation(empty: ModuleType) -> None:
    empty.NovaVMSClient = lambda api_key: api_key  # type: ignore[attr-defined]
    assert Sdk().make("blocking", api_key="x") == "x"
    with pytest.raises(Violation, match=r"NovaVMSClient with \['api_key', 'timeout'\]; got TypeError"):
        Sdk().make("blocking", api_key="x", timeout=1.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import nowhere", "the package novavms cannot be imported: No module named 'nowhere'"),
        ("1 / 0", "the package novavms cannot be imported: ZeroDivisionError"),
        (
            "raise ModuleNotFoundError(name='novavms')",
            "no SDK is installed here: pip install novavms-sdk, in a checkout ./sdk",
        ),
    ],
)
def test_the_reason_why_there_is_no_sdk_is_reported(
    empty: ModuleType, text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "novavms.py").write_text(text)
    monkeypatch.delitem(sys.modules, "novavms")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(NotInstalled, match=message):
        installed.check()
