"""What a handler of the control plane works with: the running mock, and one request."""

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from mockserver.backends.base import (
    ClockControl,
    FaultRegistry,
    InitialState,
    Journal,
    OrgClockControl,
    StateManager,
)
from mockserver.domain.errors import InvalidInput
from mockserver.openapi.document import Document
from mockserver.openapi.routing import Router
from mockserver.runtime.clock import Clock
from mockserver.runtime.random_source import RandomSource
from mockserver.store.base import Store


@dataclass(frozen=True)
class MockContext:
    """The components of the running mock.

    ``restart`` restarts the mock with these mutants active, and raises ValueError for an unknown mutant.
    ``list_mutants`` returns all mutants, or all generated ones, each with its id and the rules that it breaks.
    """

    document: Document
    router: Router
    control_document: Document
    store: Store
    clock: Clock
    clock_control: ClockControl
    org_clock_control: Callable[[str], OrgClockControl]
    random_source: RandomSource
    journal: Journal
    faults: FaultRegistry
    state_manager: StateManager
    initial_state: InitialState
    restart: Callable[[Sequence[str]], Awaitable[None]]
    list_mutants: Callable[[bool], list[dict[str, Any]]]


@dataclass(frozen=True)
class Request:
    """A request whose parameters and body are valid by the document of the control plane.

    ``base_url`` is the address by which the mock was called. ``until_disconnected`` returns when the caller has left.
    """

    context: MockContext
    params: dict[str, Any]
    body: dict[str, Any]
    base_url: str
    until_disconnected: Callable[[], Coroutine[Any, Any, None]]

    def require_operation(self, name: str | None) -> None:
        """Raise InvalidInput for a name that no operation of the API has."""
        if name is not None and name not in self.context.router.operations:
            raise InvalidInput({"operation": ["is not an operationId of the document"]})


@dataclass(frozen=True)
class JsonParts:
    """A result as parts of its JSON, for one that is too large to be encoded at once."""

    parts: Iterator[bytes]


@dataclass(frozen=True)
class EventStream:
    """A result that is sent part by part as it comes, as server-sent events, until the caller leaves."""

    opened: AbstractAsyncContextManager[AsyncIterator[bytes]]


Handler = Callable[[Request], Awaitable[Any]]
