"""The entry point of novavms-contract: what happens before its command line is there."""

import signal
import sys
from types import ModuleType
from typing import Any

import pytest

from contract_tests import __main__
from contract_tests.commands import exit_codes


class Interrupted(ModuleType):
    """A module whose import is interrupted."""

    def __getattr__(self, name: str) -> Any:
        raise KeyboardInterrupt


def test_an_interrupt_during_the_imports_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "contract_tests.cli", Interrupted("cli"))
    former = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        assert __main__.main() == exit_codes.RUN_ERROR
        assert signal.getsignal(signal.SIGTERM) is signal.default_int_handler
    finally:
        for number, handler in zip((signal.SIGINT, signal.SIGTERM), former, strict=True):
            signal.signal(number, handler)
    assert capsys.readouterr().err == "novavms-contract: interrupted\n"
