"""The running mock: one app instance at a time, replaced by another on a restart, all at one address."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.applications import Starlette

from mockserver import app, mutants
from mockserver.asgi import Receive, Scope, Send
from mockserver.settings import Settings


class Mock:
    """The mock as an ASGI application, which can be restarted; ``instance`` is the current app instance.

    Raises FixtureError, DocumentError, WebhookOptionError, StoreError or UnknownMutant for settings that cannot be
    used.
    """

    def __init__(self, settings: Settings) -> None:
        self._backend = app.open_backend(settings)
        self.journal = self._backend.journal
        self.instance = app.create(settings, self._backend.components(), self.restart)
        self._running = AsyncExitStack()
        self._restarting = asyncio.Lock()
        self._starlette = Starlette(lifespan=self._lifespan)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer one request, or serve one socket."""
        answers = self._starlette if scope["type"] == "lifespan" else self.instance
        return answers(scope, receive, send)

    async def restart(self, mutant_ids: Sequence[str]) -> None:
        """Restart every process with these mutants active, and seed the mock again with the same random seed.

        Raises UnknownMutant, and changes nothing then.
        """
        mutants.named(mutant_ids)
        await self._backend.restart_everywhere(mutant_ids)
        await self.instance.seed()

    async def _restart(self, mutant_ids: Sequence[str]) -> None:
        """Replace the app instance of this process."""
        async with self._restarting:
            await self._running.aclose()
            self.instance = app.create(self.instance.settings, self._backend.components(mutant_ids), self.restart)
            await self._running.enter_async_context(self.instance.running())

    async def _seed(self) -> None:
        """Seed the instance of the moment."""
        await self.instance.seed()

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        async with self._running:
            await self._running.enter_async_context(self.instance.running())
            async with self._backend.running(self._restart, self._seed):
                yield
