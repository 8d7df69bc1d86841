"""Puts the parts of one life of the mock together; the only module that knows them all."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Protocol

from starlette.routing import BaseRoute, Mount, WebSocketRoute
from starlette.routing import Router as Routes

from mockserver import mutants, resources
from mockserver.asgi import Receive, Scope, Send, encode
from mockserver.backends.base import Annals, Ground, Origin, begin
from mockserver.backends.single import Alone
from mockserver.control.api import ControlPlane
from mockserver.control.parts import Parts
from mockserver.http.admission import Admission
from mockserver.http.gateway_socket import Channel
from mockserver.http.pipeline import Pipeline
from mockserver.openapi import document, examples
from mockserver.openapi.document import Document
from mockserver.openapi.operations import Operation, Router
from mockserver.openapi.validation import BodySchema
from mockserver.operations import registry, scheduled, streams
from mockserver.operations.call import Call, Function, Text
from mockserver.runtime.clock import Clock
from mockserver.scheduler import Act, Agenda
from mockserver.settings import MEMORY, Settings
from mockserver.store import kinds
from mockserver.store.base import StoreError
from mockserver.webhooks.allowlist import Allowed
from mockserver.webhooks.dispatcher import Courier
from mockserver.webhooks.sender import Sender, trusted

SOCKET_PATH = "/api/v1/gateways/{id}/ws"
CONTROL_PREFIX = "/_mock"
_CONTROLLED = f"{CONTROL_PREFIX}/"


#: Starts the mock over with these wrong laws in force.
BeginAnew = Callable[[Sequence[str]], Awaitable[None]]


class Company(Protocol):
    """What one process has to do with the others that are the same mock, for as long as it lasts."""

    @property
    def annals(self) -> Annals:
        """The journal of calls, whichever life it was that answered."""

    def ground(self, ids: Sequence[str] | None = None) -> Ground:
        """Return what a life under these wrong laws (None: those in force) stands on."""

    async def rebuild(self, ids: Sequence[str]) -> None:
        """Put these wrong laws in force in every process; each begins another life for it."""

    def present(self, begin: Callable[[], Awaitable[object]]) -> AbstractAsyncContextManager[None]:
        """Take part until the block ends; whoever is there first begins."""


@dataclass(frozen=True)
class Life:
    """A NovaVMS from its start to the next: an ASGI application of calls and sockets, and its parts."""

    settings: Settings
    parts: Parts
    pipeline: Pipeline
    routes: Routes
    _hang_up: Callable[[], Awaitable[None]]
    _wrong_laws: ExitStack

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer the API at once; the control plane and sockets are Starlette's."""
        control = self.settings.control and scope["path"].startswith(_CONTROLLED)
        answers = self.pipeline if scope["type"] == "http" and not control else self.routes
        return answers(scope, receive, send)

    @asynccontextmanager
    async def lived(self) -> AsyncIterator[None]:
        """Let the clock tick until the block ends; the wrong laws are lifted then."""
        with self._wrong_laws:
            async with _ticking(self.parts.clock):
                yield
                await self._hang_up()

    async def begin(self) -> None:
        """Fill the world with what it begins with."""
        await begin(self.parts.origin, self.parts.whole)


def company(settings: Settings, rebuild: Callable[[Sequence[str]], Awaitable[None]]) -> Company:
    """Return the company of this process: nobody, or whoever shares its store. Raises FixtureError, StoreError."""
    if settings.store == MEMORY:
        return Alone(Origin.of(settings), settings.journal_size, rebuild)
    replica: Company = _replicas().Replica(settings, rebuild)
    return replica


def create(settings: Settings, ground: Ground, begin_anew: BeginAnew) -> Life:
    """Build a life. Raises FixtureError, DocumentError, OutboundError or UnknownMutant for what cannot be used."""
    api = load_document(settings.spec)
    wrong_laws = mutants.applied(ground.origin.mutants, api)
    ground.origin.world(ground.clock.now())
    frames = _frame_schema(api if settings.spec is None else load_document(None))
    channel = Channel(ground.store, ground.clock, ground.chance, frames, ground.claims)
    agenda = Agenda(ground.store, ground.clock, _acts(settings, ground))
    parts = Parts(
        document=api,
        router=Router(api),
        control_document=Document.load(resources.path("spec", "control.yaml")),
        store=ground.store,
        clock=ground.clock,
        hands=ground.hands,
        chance=ground.chance,
        annals=ground.annals,
        sky=ground.sky,
        whole=ground.whole(agenda, channel.close_all),
        origin=ground.origin,
        begin_anew=begin_anew,
    )
    routes = Routes(_routes(settings, parts, channel))
    return Life(settings, parts, _pipeline(settings, parts), routes, channel.close_all, wrong_laws)


def load_document(path: str | None) -> Document:
    """Return the packaged document, or the one at a path, which is checked first. Raises DocumentError."""
    if path is None:
        return Document.load(resources.path("spec", "openapi.yaml"))
    document.check(Path(path))
    return Document.load(Path(path))


def _pipeline(settings: Settings, parts: Parts) -> Pipeline:
    return Pipeline(
        document=parts.document,
        router=parts.router,
        functions=_functions(parts.router),
        store=parts.store,
        admission=Admission(parts.store, parts.chance),
        clock=parts.clock,
        chance=parts.chance,
        annals=parts.annals,
        sky=parts.sky,
        strict=settings.strict_responses,
        wishes=settings.control,
    )


def _acts(settings: Settings, ground: Ground) -> dict[str, Act]:
    """Return what happens to records that fall due. Raises OutboundError."""
    allowed = [Allowed.parse(text) for text in settings.webhooks_to]
    sender = Sender(allowed, trusted(settings.webhook_ca), settings.webhook_seconds)
    courier = Courier(ground.store, ground.clock, sender)
    return {
        kinds.CAMERAS.name: partial(streams.settle, ground.store),
        kinds.GATEWAY_TURNS.name: partial(scheduled.take, ground.store, ground.chance),
        kinds.DELIVERIES.name: courier.take,
    }


def _routes(settings: Settings, parts: Parts, channel: Channel) -> list[BaseRoute]:
    routes: list[BaseRoute] = [WebSocketRoute(SOCKET_PATH, channel.serve)]
    if settings.control:
        routes.append(Mount(CONTROL_PREFIX, ControlPlane(parts, settings.control_token)))
    return routes


def _replicas() -> ModuleType:
    """Return what a mock in several processes takes. Raises StoreError."""
    try:
        return import_module("mockserver.backends.cluster")
    except ModuleNotFoundError as error:
        if error.name != "asyncpg":
            raise
        raise StoreError("--store postgresql://… takes an extra: pip install 'novavms-contract[postgres]'") from None


@asynccontextmanager
async def _ticking(clock: Clock) -> AsyncIterator[None]:
    task = asyncio.create_task(clock.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await clock.stop()


def _functions(router: Router) -> dict[str, Function]:
    """Return a function for every operation; those that nobody wrote answer from the document's examples."""
    written = registry.functions(router.operations)
    return {name: written.get(name) or _exemplary(operation) for name, operation in router.operations.items()}


def _exemplary(operation: Operation) -> Function:
    async def answer(_: Call) -> Text | None:
        example = examples.success(operation)
        if example is None:
            return None
        media_type, value = example
        return Text(media_type, value.encode() if isinstance(value, str) else encode(value))

    return answer


def _frame_schema(packaged: Document) -> BodySchema:
    """Return what a gateway may send, by the packaged document: the channel has no other."""
    return BodySchema(packaged, {"$ref": "#/components/schemas/GatewayFrame"})
