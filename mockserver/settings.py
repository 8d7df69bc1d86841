"""What whoever starts the mock decides."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The choices of one run; the defaults are those of ``novavms-mock serve``.

    ``fixture`` is the name of a packaged fixture or scenario, or a path; ``spec`` a path (None: the packaged
    document); ``mutants`` are the wrong laws to put in force; ``clock`` is the first instant (None: the wall
    clock's). Without a ``seed``, chance picks one.
    """

    fixture: str = "acme"
    spec: str | None = None
    seed: int | None = None
    clock: datetime | None = None
    strict_responses: bool = False
    mutants: tuple[str, ...] = ()
    control: bool = True
    control_token: str | None = None
    journal_size: int = 10_000
