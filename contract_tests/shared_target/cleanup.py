"""What a run owes to a target that it shares with others: a ledger while it lasts, and nothing left in the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contract_tests import config
from contract_tests.actors import TargetTrouble
from contract_tests.config import TargetConfig
from contract_tests.shared_target import write_guard
from contract_tests.shared_target.ledger import Ledger, LedgerError


@contextmanager
def kept(run: str, target: TargetConfig | None, file: Path | None) -> Iterator[Ledger | None]:
    """Keep a ledger where the target is shared. Raises TargetTrouble when something is left there in the end."""
    if target is None or file is None or target.control is not None:
        yield None
        return
    ledger = Ledger.start(run, target.name, file)
    yield ledger
    _empty(ledger, target)


def clean(run: str, file: Path | None) -> str:
    """Remove what an earlier run left behind and return where. Raises LedgerError, ConfigError, TargetTrouble."""
    ledger = Ledger.of(run)
    heading = ledger.heading()
    targets = config.load(file or Path(heading["config"]))
    if heading["target"] not in targets:
        raise LedgerError(f"the target file has no target {heading['target']!r}; --config names another file")
    _empty(ledger, targets[heading["target"]])
    return heading["target"]


def _empty(ledger: Ledger, target: TargetConfig) -> None:
    left = write_guard.clean(target, ledger) if target.writes else ledger.left()
    if left:
        run = ledger.heading()["run"]
        raise TargetTrouble(f"left on the target, see novavms-contract clean --run {run}: {', '.join(left)}")
    ledger.close()
