"""The settings of a mock."""

from dataclasses import dataclass
from datetime import datetime

#: The value of ``store`` for a mock in one process that keeps its data in memory.
MEMORY = "memory"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of a mock; the defaults are those of ``novavms-mock serve``.

    - ``store``: ``memory``, or the URL of a PostgreSQL database that any number of processes share
    - ``fixture``: name of a packaged fixture or scenario, or a path (None: the data in the store, otherwise acme)
    - ``spec``: path of the OpenAPI document (None: the packaged one)
    - ``seed``: of ids, codes, secrets and generated events (None: a random one)
    - ``clock``: the time to start at (None: the wall clock's)
    - ``strict_responses``: answer 500 instead of what the document does not allow
    - ``mutants``: ids of the mutants to activate
    - ``control``, ``control_token``: whether there is a control plane, and the bearer token that it requires
    - ``hosts``: names and addresses by which control plane and sockets are called, beside those of this machine
    - ``cors``: origins whose pages may call the API: ``loopback`` (those of this machine), ``*`` (all), or one by one
    - ``journal_size``: calls that the journal keeps
    - ``webhooks_to``: networks and hosts that webhooks may be sent to
    - ``webhook_ca``: path of the CA certificates that receivers are verified by (None: the system's)
    - ``webhook_seconds``: timeout of a delivery attempt, in real time (WH-23)
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
    hosts: tuple[str, ...] = ()
    cors: tuple[str, ...] = ("loopback",)
    journal_size: int = 10_000
    webhooks_to: tuple[str, ...] = ("127.0.0.0/8", "::1")
    webhook_ca: str | None = None
    webhook_seconds: float = 10
