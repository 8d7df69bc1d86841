"""A running mock: started as a process of its own, or one that runs already."""

import ssl
from collections.abc import Sequence
from functools import cached_property
from types import TracebackType
from typing import Any, Self, TypedDict, Unpack

from novavms_mock.aio import AsyncHelpers
from novavms_mock.clock import Clock
from novavms_mock.control import Control
from novavms_mock.faults import Faults
from novavms_mock.org import Org, OrgSettings
from novavms_mock.process import Process
from novavms_mock.requests import Requests


class OrgFields(TypedDict, total=False):
    """The fields of ``POST /_mock/orgs``: what to copy (the fixture ``small`` if not said), and what else to have."""

    scenario: str
    fixture: str
    name: str
    events: int
    seed: int
    settings: OrgSettings


class NovaVMSMock:
    """A mock that is started with these arguments of ``novavms-mock serve``; it ends with ``stop`` or this process.

    With a ``url`` it is the one that runs there, with its ``control_token``, and the ``ca_file`` to trust for HTTPS.
    Raises MockError.
    """

    def __init__(
        self,
        *arguments: str,
        scenario: str | None = None,
        fixture: str | None = None,
        seed: int | None = None,
        url: str | None = None,
        control_token: str | None = None,
        ca_file: str | None = None,
    ) -> None:
        given = _arguments(arguments, scenario=scenario, fixture=fixture, seed=seed)
        if url is not None and given:
            raise ValueError(f"the mock at {url} runs already: it takes no {given[0]}")
        self._process = Process(given) if url is None else None
        self.base_url = self._process.base_url if self._process else str(url).rstrip("/")
        self.ca_file = self._process.ca_file if self._process else ca_file
        self.tls = ssl.create_default_context(cafile=self.ca_file)
        self.control = Control(self.base_url, self.tls, control_token)
        self.clock = Clock(self.control, "/clock")
        self.faults = Faults(self.control)
        self.requests = Requests(self.control, {})

    @cached_property
    def aio(self) -> AsyncHelpers:
        """The same helpers, to be awaited."""
        return AsyncHelpers(self)

    def orgs(self) -> list[Org]:
        """Return all orgs, those of the seed data too."""
        return [Org(self, described) for described in self.control.get("/orgs")["data"]]

    def new_org(self, **chosen: Unpack[OrgFields]) -> Org:
        """Create an org. Raises MockError that names the field that is wrong."""
        return Org(self, self.control.post("/orgs", chosen))

    def snapshot(self) -> dict[str, Any]:
        """Return the whole state, for ``restore``."""
        taken: dict[str, Any] = self.control.get("/snapshot")
        return taken

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Replace the whole state by a snapshot taken earlier."""
        self.control.call("PUT", "/snapshot", json=snapshot)

    def reset(self) -> None:
        """Restore the state of the start."""
        self.control.post("/reset")

    def stop(self) -> None:
        """End the mock, if it was started here."""
        self.control.close()
        if self._process:
            self._process.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def _arguments(arguments: Sequence[str], **options: object) -> list[str]:
    """Return the arguments of the command line, with the options that are given."""
    named = [(f"--{name}", str(value)) for name, value in options.items() if value is not None]
    return [*arguments, *(part for option in named for part in option)]
