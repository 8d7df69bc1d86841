"""The mock on end: one life after another, each under its own laws, all at one address."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.applications import Starlette

from mockserver import app, mutants
from mockserver.asgi import Receive, Scope, Send
from mockserver.settings import Settings


class Mock:
    """A running NovaVMS as an ASGI application; ``life`` has the parts that answer now.

    Raises FixtureError, DocumentError, OutboundError, StoreError or UnknownMutant for settings that cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        self._company = app.company(settings, self._rebuild)
        self.annals = self._company.annals
        self.life = app.create(settings, self._company.ground(), self.begin_anew)
        self._span = AsyncExitStack()
        self._turning = asyncio.Lock()
        self._starlette = Starlette(lifespan=self._lifespan)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer one request, or serve one socket."""
        answers = self._starlette if scope["type"] == "lifespan" else self.life
        return answers(scope, receive, send)

    async def begin_anew(self, ids: Sequence[str]) -> None:
        """End this life and begin one with these wrong laws in force, whose chance is the same.

        Raises UnknownMutant, and goes on as it was.
        """
        mutants.named(ids)
        await self._company.rebuild(ids)
        await self.life.begin()

    async def _rebuild(self, ids: Sequence[str]) -> None:
        async with self._turning:
            await self._span.aclose()
            self.life = app.create(self.life.settings, self._company.ground(ids), self.begin_anew)
            await self._span.enter_async_context(self.life.lived())

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        async with self._span:
            await self._span.enter_async_context(self.life.lived())
            async with self._company.present(self.life.begin):
                yield
