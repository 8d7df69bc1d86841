"""The composition root: builds an app instance out of its parts; the only module that imports all of them."""

import asyncio
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from types import ModuleType

from starlette.routing import WebSocketRoute

from mockserver import CONTROL_PREFIX, mutants, resources
from mockserver.asgi import Application, Receive, Scope, Send
from mockserver.backends.base import Backend, Components, InitialState, Restart, StateManager, seed
from mockserver.backends.single import SingleProcess
from mockserver.browsers import Origins, OwnHosts
from mockserver.console import is_page
from mockserver.control.api import ControlPlane
from mockserver.control.context import MockContext
from mockserver.http.admission import Admission
from mockserver.http.cors import CrossOrigin
from mockserver.http.fault_injection import FaultHeaders
from mockserver.http.gateway_socket import GatewaySockets
from mockserver.http.index import Index
from mockserver.http.pipeline import Pipeline
from mockserver.openapi.answers import Answers, DocumentedAnswer
from mockserver.openapi.checking import checked
from mockserver.openapi.document import Document
from mockserver.openapi.operations import Operation
from mockserver.openapi.routing import Router
from mockserver.openapi.validation import BodySchema
from mockserver.operations import registry, scheduled
from mockserver.operations.call import Call, Function
from mockserver.operations.rendered_pages import RenderedPages
from mockserver.runtime.clock import Clock
from mockserver.scheduler import Handler, Scheduler
from mockserver.settings import MEMORY, Settings
from mockserver.store import kinds
from mockserver.store.base import StoreError
from mockserver.webhooks.allowlist import Allowed
from mockserver.webhooks.dispatcher import Dispatcher
from mockserver.webhooks.sender import Sender, tls_settings

SOCKET_PATH = "/api/v1/gateways/{id}/ws"


@dataclass(frozen=True)
class Instance:
    """The mock from one start to the next: an ASGI application for calls and sockets."""

    settings: Settings
    context: MockContext
    pipeline: Pipeline
    cross_origin: CrossOrigin | None
    control_plane: ControlPlane | None
    sockets: WebSocketRoute
    _close_sockets: Callable[[], Awaitable[None]]
    _active_mutants: ExitStack

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass calls to the pipeline, the control plane or the console, and sockets to Starlette's route."""
        if scope["type"] != "http":
            return self.sockets(scope, receive, send)
        if self.control_plane and scope["path"].startswith(CONTROL_PREFIX):
            if is_page(scope["path"]):
                return self._show_page(scope, receive, send)
            if scope["path"].startswith(f"{CONTROL_PREFIX}/"):
                return self.control_plane(scope, receive, send)
        if self.cross_origin:
            for name, _ in scope["headers"]:
                if name == b"origin":
                    return self.cross_origin(scope, receive, send)
        return self.pipeline(scope, receive, send)

    async def _show_page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a page; until then this instance is kept, which the console does not do."""
        await self.console(scope, receive, send)

    @cached_property
    def console(self) -> Application:
        """The pages beside the control plane, which are loaded when the first is asked for."""
        from mockserver.console.app import Console

        return Console(weakref.proxy(self), self.settings.control_token, OwnHosts(self.settings.hosts))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the clock until the block ends; then close the sockets and deactivate the mutants."""
        with self._active_mutants:
            async with _run_clock(self.context.clock):
                yield
                await self._close_sockets()

    async def seed(self) -> None:
        """Restore the initial state."""
        await seed(self.context.initial_state, self.context.state_manager)


def open_backend(settings: Settings) -> Backend:
    """Return the backend that ``settings.store`` asks for. Raises FixtureError, StoreError."""
    if settings.store == MEMORY:
        return SingleProcess(InitialState.of(settings), settings.journal_size)
    cluster: Backend = _cluster().Cluster(settings)
    return cluster


def create(settings: Settings, components: Components, restart: Restart) -> Instance:
    """Build an app instance. Raises FixtureError, DocumentError, WebhookOptionError or UnknownMutant."""
    api = load_document(settings.spec)
    active_mutants = mutants.activated(components.initial_state.mutants, api)
    components.initial_state.seed_data(components.clock.now())
    gateway_sockets = _gateway_sockets(settings, components, api)
    scheduler = Scheduler(components.store, components.clock, _handlers(settings, components))
    context = _context(components, api, components.state_manager(scheduler, gateway_sockets.close_all), restart)
    return Instance(
        settings,
        context,
        *_api(settings, context),
        ControlPlane(context, settings.control_token, OwnHosts(settings.hosts)) if settings.control else None,
        WebSocketRoute(SOCKET_PATH, gateway_sockets.serve),
        gateway_sockets.close_all,
        active_mutants,
    )


def _context(components: Components, api: Document, state_manager: StateManager, restart: Restart) -> MockContext:
    return MockContext(
        document=api,
        router=Router(api),
        control_document=Document.load(resources.path("spec", "control.yaml")),
        store=components.store,
        clock=components.clock,
        clock_control=components.clock_control,
        org_clock_control=components.org_clock_control,
        random_source=components.random_source,
        journal=components.journal,
        faults=components.faults,
        state_manager=state_manager,
        initial_state=components.initial_state,
        restart=restart,
        list_mutants=mutants.described,
    )


def _gateway_sockets(settings: Settings, components: Components, api: Document) -> GatewaySockets:
    return GatewaySockets(
        components.store,
        components.clock,
        components.random_source,
        _frame_schema(api if settings.spec is None else load_document(None)),
        components.socket_owners,
        OwnHosts(settings.hosts),
        Origins(settings.cors),
    )


def load_document(path: str | None) -> Document:
    """Return the packaged document, or the one at a path, which is checked first. Raises DocumentError."""
    return Document.load(resources.path("spec", "openapi.yaml")) if path is None else checked(Path(path))


def _api(settings: Settings, context: MockContext) -> tuple[Pipeline, CrossOrigin | None]:
    """Return what answers calls of the API, and those of them that have an ``Origin``, if some may be allowed."""
    pipeline = _pipeline(settings, context)
    return pipeline, CrossOrigin(pipeline, Origins(settings.cors), context.document) if settings.cors else None


def _pipeline(settings: Settings, context: MockContext) -> Pipeline:
    return Pipeline(
        document=context.document,
        router=context.router,
        functions=_functions(context.router),
        store=context.store,
        admission=Admission(context.store, context.random_source, context.clock),
        clock=context.clock,
        random_source=context.random_source,
        journal=context.journal,
        faults=context.faults,
        rendered_pages=RenderedPages(),
        strict=settings.strict_responses,
        fault_headers=FaultHeaders(settings.control_token) if settings.control else None,
        index=Index(context.document, context.router, control=settings.control),
    )


def _handlers(settings: Settings, components: Components) -> dict[str, Handler]:
    """Return the handlers of due records, by the name of their kind. Raises WebhookOptionError."""
    allowed = [Allowed.parse(text) for text in settings.webhooks_to]
    sender = Sender(allowed, tls_settings(settings.webhook_ca), settings.webhook_seconds)
    dispatcher = Dispatcher(components.store, components.clock, sender)
    return {
        kinds.CAMERAS.name: partial(scheduled.settle_camera, components.store),
        kinds.SCHEDULED_OUTAGES.name: partial(scheduled.apply_outage, components.store, components.random_source),
        kinds.DELIVERIES.name: dispatcher.take,
    }


def _cluster() -> ModuleType:
    """Return the package of the PostgreSQL backend. Raises StoreError without asyncpg."""
    try:
        return import_module("mockserver.backends.cluster")
    except ModuleNotFoundError as error:
        if error.name != "asyncpg":
            raise
        raise StoreError("--store postgresql://… needs an extra: pip install 'novavms-contract[postgres]'") from None


@asynccontextmanager
async def _run_clock(clock: Clock) -> AsyncIterator[None]:
    task = asyncio.create_task(clock.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await clock.stop()


def _functions(router: Router) -> dict[str, Function]:
    """Return a function for every operation; those not implemented answer from the document's examples."""
    implemented = registry.functions(router.operations.values())
    return {
        name: implemented.get(name) or _example_function(operation) for name, operation in router.operations.items()
    }


def _example_function(operation: Operation) -> Function:
    answers = Answers(operation)

    async def answer(call: Call) -> DocumentedAnswer:
        sent = {
            name: value.decode("latin-1") for name, value in call.scope["headers"] if name in (b"accept", b"prefer")
        }
        return answers.answer(sent.get(b"accept", ""), sent.get(b"prefer", ""))

    return answer


def _frame_schema(packaged: Document) -> BodySchema:
    """Return the schema of a gateway's frames, which the packaged document has alone."""
    return BodySchema(packaged, {"$ref": "#/components/schemas/GatewayFrame"})
