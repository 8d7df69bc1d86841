"""The clients of the installed Python SDK, called in this process."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from contract_tests.output.texts import shorten
from contract_tests.sdk import timing, traffic
from contract_tests.sdk.clients import AWAITED, BLOCKING, END, TIMEOUT_SECONDS, Client
from contract_tests.verdicts import Violation


@dataclass(repr=False)
class PythonClient(Client):
    """A client of one of the two kinds, in this process: what it sends and sleeps is seen where the libraries do it."""

    runner: asyncio.Runner = field(kw_only=True)
    sees_timeouts = True
    errors = Exception

    def invoke(self, function: Callable[..., Any], *arguments: Any, **fields: Any) -> Any:
        """Call a function, and await its result. Raises Violation for a result of the other kind of client."""
        self.note(function, arguments, fields)
        with self.observed():
            if self.kind == AWAITED:
                return self.runner.run(_awaited(function, arguments, fields))
            found = function(*arguments, **fields)
            if inspect.isawaitable(found):
                raise Violation("", f"{self} to return its answer", "an awaitable")
            return found

    def step(self, walk: Any) -> Any:
        """Return the next item of a walk, END at its end."""
        with self.observed():
            return next(walk, END) if self.kind == BLOCKING else self.runner.run(_next(walk))

    @contextmanager
    def observed(self) -> Iterator[None]:
        """Note what is sent and slept until the block ends, which has a limit in real time."""
        self.requests = 0
        limit, sleeps = timing.time_limit(TIMEOUT_SECONDS), timing.fake_sleeps(self.note_sleep)
        with limit, sleeps, traffic.intercepted(self.note_request, self.server):
            yield


async def _awaited(function: Callable[..., Any], arguments: Any, fields: Any) -> Any:
    found = function(*arguments, **fields)
    if not inspect.isawaitable(found):
        raise Violation("", "an awaitable", shorten(repr(found)))
    return await found


async def _next(walk: AsyncIterator[Any]) -> Any:
    return await anext(walk, END)
