"""What whoever starts the mock decides."""

from dataclasses import dataclass
from datetime import datetime

#: The store of a mock in a single process.
MEMORY = "memory"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The choices of one run; the defaults are those of ``novavms-mock serve``.

    ``store`` is ``memory``, or the address of a database that any number of processes share. ``fixture`` is the name of
    a packaged fixture or scenario, or a path (None: what is in the store, or acme); ``spec`` a path (None: the packaged
    document); ``mutants`` are the wrong laws to put in force; ``clock`` is the first instant (None: the wall
    clock's). Without a ``seed``, chance picks one. ``webhooks_to`` are the only places where webhooks may lead,
    ``webhook_ca`` is the path of the certificates their receivers are checked by (None: the system's), and an attempt
    to deliver has ``webhook_seconds`` of real time (WH-23).
    """

    store: str = MEMORY
    fixture: str | None = None
    spec: str | None = None
    seed: int | None = None
    clock: datetime | None = None
    strict_responses: bool = False
    mutants: tuple[str, ...] = ()
    control: bool = True
    control_token: str | None = None
    journal_size: int = 10_000
    webhooks_to: tuple[str, ...] = ("127.0.0.0/8", "::1")
    webhook_ca: str | None = None
    webhook_seconds: float = 10
