"""What the control plane has its hands on."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.backends.base import ClockControl, FaultRegistry, InitialState, Journal, StateManager
from mockserver.openapi.document import Document
from mockserver.openapi.operations import Router
from mockserver.runtime.clock import Clock
from mockserver.runtime.random_source import RandomSource
from mockserver.store.base import Store


@dataclass(frozen=True)
class Parts:
    """The running mock, taken apart.

    ``begin_anew`` ends this mock and starts another with the mutants named, and raises ValueError for one that there
    is not.
    """

    document: Document
    router: Router
    control_document: Document
    store: Store
    clock: Clock
    clock_control: ClockControl
    random_source: RandomSource
    journal: Journal
    faults: FaultRegistry
    state_manager: StateManager
    initial_state: InitialState
    restart: Callable[[Sequence[str]], Awaitable[None]]


@dataclass(frozen=True)
class Request:
    """A control request, valid by the control plane's document."""

    parts: Parts
    params: dict[str, Any]
    body: dict[str, Any]


Handler = Callable[[Request], Awaitable[Any]]
