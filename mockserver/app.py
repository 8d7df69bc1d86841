"""Puts the parts of one life of the mock together; the only module that knows them all."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from starlette.routing import BaseRoute, Mount, WebSocketRoute
from starlette.routing import Router as Routes

from mockserver import fixtures, mutants, resources
from mockserver.agenda import Act, Agenda
from mockserver.asgi import Receive, Scope, Send, encode
from mockserver.clock import Clock
from mockserver.control.api import ControlPlane
from mockserver.control.parts import Parts
from mockserver.faults import Faults
from mockserver.fixtures import World
from mockserver.http.pipeline import Pipeline
from mockserver.http.telemetry import Channel
from mockserver.ids import Chance
from mockserver.journal import Journal
from mockserver.openapi import document, examples
from mockserver.openapi.document import Document
from mockserver.openapi.operations import Operation, Router
from mockserver.openapi.validation import BodySchema
from mockserver.operations import registry, streams, turns, worlds
from mockserver.operations.call import Call, Function, Text
from mockserver.outbound.courier import Courier
from mockserver.outbound.destinations import Allowed
from mockserver.outbound.sender import Sender, trusted
from mockserver.settings import Settings
from mockserver.store import kinds
from mockserver.store.base import Store
from mockserver.store.memory import MemoryStore

SOCKET_PATH = "/api/v1/gateways/{id}/ws"
CONTROL_PREFIX = "/_mock"


#: Starts the mock over with these wrong laws in force.
BeginAnew = Callable[[Sequence[str]], Awaitable[None]]


@dataclass(frozen=True)
class Life:
    """A NovaVMS from its start to the next: an ASGI application of calls and sockets, and its parts."""

    settings: Settings
    parts: Parts
    pipeline: Pipeline
    routes: Routes
    _world: World
    _wrong_laws: ExitStack

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer the API at once; the control plane and sockets are Starlette's."""
        control = self.settings.control and scope["path"].startswith(f"{CONTROL_PREFIX}/")
        answers = self.pipeline if scope["type"] == "http" and not control else self.routes
        return answers(scope, receive, send)

    @asynccontextmanager
    async def lived(self) -> AsyncIterator[None]:
        """Seed the store and let the clock tick until the block ends; the wrong laws are lifted then."""
        parts = self.parts
        with self._wrong_laws:
            await worlds.seed(parts.store, parts.chance, self._world)
            await parts.agenda.take_up()
            async with _ticking(parts.clock):
                yield
                await parts.hang_up()


def create(settings: Settings, journal: Journal, begin_anew: BeginAnew) -> Life:
    """Build a life. Raises FixtureError, DocumentError, OutboundError or UnknownMutant for what cannot be used."""
    api = load_document(settings.spec)
    wrong_laws = mutants.applied(settings.mutants, api)
    raw = fixtures.read(settings.fixture)
    clock, chance, store = Clock(settings.clock), Chance(settings.seed), MemoryStore()
    world = fixtures.parse(raw, settings.fixture, clock.now())
    channel = Channel(store, clock, chance, _frame_schema(api if settings.spec is None else load_document(None)))
    parts = Parts(
        document=api,
        router=Router(api),
        control_document=Document.load(resources.path("spec", "control.yaml")),
        store=store,
        clock=clock,
        chance=chance,
        journal=journal,
        faults=Faults(lambda: chance.fraction("fault")),
        agenda=Agenda(store, clock, _acts(settings, store, clock, chance)),
        fixture=settings.fixture,
        fixture_content=raw,
        mutants=settings.mutants,
        hang_up=channel.close_all,
        begin_anew=begin_anew,
    )
    routes = Routes(_routes(settings, parts, channel))
    return Life(settings, parts, _pipeline(settings, parts), routes, world, wrong_laws)


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
        clock=parts.clock,
        chance=parts.chance,
        journal=parts.journal,
        faults=parts.faults,
        strict=settings.strict_responses,
        wishes=settings.control,
    )


def _acts(settings: Settings, store: Store, clock: Clock, chance: Chance) -> dict[str, Act]:
    """Return what happens to records that fall due. Raises OutboundError."""
    allowed = [Allowed.parse(text) for text in settings.webhooks_to]
    courier = Courier(store, clock, Sender(allowed, trusted(settings.webhook_ca), settings.webhook_seconds))
    return {
        kinds.CAMERAS.name: partial(streams.settle, store),
        kinds.GATEWAY_TURNS.name: partial(turns.take, store, chance),
        kinds.DELIVERIES.name: courier.take,
    }


def _routes(settings: Settings, parts: Parts, channel: Channel) -> list[BaseRoute]:
    routes: list[BaseRoute] = [WebSocketRoute(SOCKET_PATH, channel.serve)]
    if settings.control:
        routes.append(Mount(CONTROL_PREFIX, ControlPlane(parts, settings.control_token)))
    return routes


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
