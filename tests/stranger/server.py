"""The server: which calls it takes, who may make them, how often, and how a call becomes an answer."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from typing import Literal

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from tests.stranger import alert_rules, alerts, cameras, events, export, further_routes, gateways, pairing
from tests.stranger.answers import add_headers, error
from tests.stranger.breaks import Break
from tests.stranger.calls import Call
from tests.stranger.choices import Choices
from tests.stranger.gateway_socket import Sockets
from tests.stranger.problems import Problem, auth_required, forbidden, not_found
from tests.stranger.records import Member
from tests.stranger.seed import make_event
from tests.stranger.state import State, new_id

Handler = Callable[[Call], Response]
API = "/api/v1"
_SECONDS_PER_MINUTE = 60
#: The routes of the four pages.
_ROUTES: dict[str, dict[str, Handler]] = {
    f"{API}/events": {"GET": events.list_events},
    f"{API}/events/export": {"GET": export.export_events},
    f"{API}/events/{{id}}": {"GET": events.get_event, "PATCH": events.update_event, "DELETE": events.delete_event},
    f"{API}/alerts": {"GET": alerts.list_alerts},
    f"{API}/alerts/{{id}}/timeline": {"GET": alerts.get_timeline},
    f"{API}/alert-rules": {"GET": alert_rules.list_rules, "POST": alert_rules.create_rule},
    f"{API}/alert-rules/{{id}}": {"PATCH": alert_rules.update_rule, "DELETE": alert_rules.delete_rule},
    f"{API}/gateways": {"GET": gateways.list_gateways},
    f"{API}/gateways/generate-pairing-code": {"POST": pairing.generate_code},
    f"{API}/gateways/pair": {"POST": pairing.pair},
    f"{API}/gateways/{{id}}": {
        "GET": gateways.get_gateway,
        "PATCH": gateways.update_gateway,
        "DELETE": gateways.delete_gateway,
    },
    f"{API}/gateways/{{id}}/telemetry": {"GET": gateways.get_telemetry},
}
#: Those of other pages, each with the choice that serves it.
_FURTHER_ROUTES: list[tuple[str, str, str, Handler]] = [
    ("single_reads", "GET", f"{API}/alerts/{{id}}", alerts.get_alert),
    ("single_reads", "GET", f"{API}/alert-rules/{{id}}", alert_rules.get_rule),
    ("alert_changes", "PATCH", f"{API}/alerts/{{id}}", alerts.update_alert),
    ("camera_routes", "GET", f"{API}/cameras", further_routes.list_cameras),
    ("camera_routes", "GET", f"{API}/cameras/{{id}}", further_routes.get_camera),
    ("own_events", "POST", f"{API}/cameras", cameras.add_camera),
    ("own_events", "DELETE", f"{API}/cameras/{{id}}", cameras.delete_camera),
    ("own_events", "POST", f"{API}/cameras/{{id}}/trigger", cameras.trigger_camera),
    ("site_routes", "GET", f"{API}/sites", further_routes.list_sites),
    ("site_routes", "GET", f"{API}/sites/{{id}}", further_routes.get_site),
    ("user_routes", "GET", f"{API}/users", further_routes.list_users),
    ("webhook_routes", "GET", f"{API}/webhooks", further_routes.list_webhooks),
    ("login_route", "POST", f"{API}/auth/login", further_routes.log_in),
    ("health_route", "GET", "/healthz", further_routes.get_health),
]
_PUBLIC: tuple[Handler, ...] = (pairing.pair, further_routes.log_in, further_routes.get_health)


@dataclass(frozen=True, kw_only=True)
class Options:
    """What an operator sets: rows per export, calls a minute per token, seconds between new events.

    With ``own_events`` clients can add cameras and trigger them; that is "answered" with the event or "accepted".
    """

    export_max_rows: int = 10_000
    calls_per_minute: int | None = None
    seconds_between_events: float | None = None
    own_events: Literal["", "answered", "accepted"] = ""


@dataclass
class Server:
    """A server and its state."""

    state: State
    choices: Choices
    breaks: frozenset[Break]
    options: Options
    _calls: dict[str, list[float]] = field(default_factory=dict)
    _started: float = field(default_factory=time.monotonic)
    _arrived: int = 0

    def app(self) -> Starlette:
        """Return the ASGI application."""
        sockets = Sockets(self.state, self.choices, self.breaks)
        routes: list[BaseRoute] = [WebSocketRoute(f"{API}/gateways/{{id}}/ws", sockets.serve)]
        routes += [
            Route(path, _Endpoint(self, offered))
            for path, offered in _offered(self.choices, self.options.own_events).items()
        ]
        app = Starlette(routes=[*routes, Route("/{path:path}", _Endpoint(self, {}))])
        app.router.redirect_slashes = False
        return app

    async def answer(self, request: Request, offered: Mapping[str, Handler]) -> Response:
        """Return the answer to a request on a path that offers these methods."""
        raw, allowance = await request.body(), self._full()
        try:
            handler = self._handler(request.method, offered)
            caller = None if self._is_public(handler) else self._caller(request)
            if caller is not None:
                allowance = self._take(caller.token)
            elif self._reads_token(request):
                caller = self._caller(request)
            answer = handler(self._call(request, raw, caller))
        except Problem as problem:
            answer = error(self.choices, problem)
        add_headers(self.choices, answer, allowance)
        return answer

    def _handler(self, method: str, offered: Mapping[str, Handler]) -> Handler:
        """Return the handler of a method. Raises Problem where the path has none."""
        handler = offered.get("GET" if method == "HEAD" else method)
        if handler is None and offered and self.choices.other_methods == "405":
            headers = {"Allow": ", ".join(sorted(offered))}
            raise Problem(405, "method_not_allowed", f"This path has no {method}.", headers=headers)
        if handler is None:
            not_found("path")
        return handler

    def _is_public(self, handler: Handler) -> bool:
        if handler is get_document:
            return self.choices.openapi_access == "public"
        return handler in _PUBLIC

    def _reads_token(self, request: Request) -> bool:
        """Whether a public route is wrongly not public, and the request has a token."""
        return Break.PAIR_NEEDS_TOKEN in self.breaks and "authorization" in request.headers

    def _caller(self, request: Request) -> Member:
        """Return who calls. Raises Problem for a credential that is none."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        token = token.strip()
        member = self.state.member(token) if scheme.lower() == "bearer" and token else None
        if member is not None:
            return member
        if token and self.state.gateway_with_key(token) and self.choices.gateway_key_on_rest == "403":
            forbidden("A gateway has no role.")
        problem = auth_required()
        if token and Break.OTHER_401_CODE in self.breaks:
            problem.code = "invalid_token"
        raise problem

    def _call(self, request: Request, raw: bytes, caller: Member | None) -> Call:
        self._let_events_arrive()
        cameras.analyse(self.state)
        return Call(
            state=self.state,
            choices=self.choices,
            breaks=self.breaks,
            now=self.state.clock.now(),
            caller=caller,
            query=dict(request.query_params),
            path_id=request.path_params.get("id", ""),
            raw=raw,
            media_type=request.headers.get("content-type", "").lower(),
            export_max_rows=self.options.export_max_rows,
            own_events=self.options.own_events,
        )

    def _full(self) -> dict[str, int]:
        limit = self.options.calls_per_minute or 1000
        return {"Limit": limit, "Remaining": limit, "Reset": int(self.state.clock.now().timestamp())}

    def _take(self, token: str) -> dict[str, int]:
        """Count a call, and return what its token has left. Raises Problem when that is nothing."""
        limit, now = self.options.calls_per_minute, time.monotonic()
        if limit is None:
            return self._full()
        calls = [at for at in self._calls.get(token, []) if now - at < _SECONDS_PER_MINUTE]
        self._calls[token] = calls
        if len(calls) >= limit:
            raise self._limited(_SECONDS_PER_MINUTE - (now - calls[0]))
        calls.append(now)
        reset = self.state.clock.now() + timedelta(seconds=_SECONDS_PER_MINUTE)
        return {"Limit": limit, "Remaining": limit - len(calls), "Reset": int(reset.timestamp())}

    def _limited(self, wait: float) -> Problem:
        seconds = max(1, int(wait) + 1)
        until = format_datetime(self.state.clock.now() + timedelta(seconds=seconds), usegmt=True)
        text = str(seconds) if self.choices.retry_after == "seconds" else until
        return Problem(429, "rate_limited", "Too many calls.", headers={"Retry-After": text})

    def _let_events_arrive(self) -> None:
        """Add the events that have happened since the start, where events happen."""
        if self.options.seconds_between_events is None:
            return
        due = int((time.monotonic() - self._started) / self.options.seconds_between_events)
        org = self.state.orgs[0]
        cameras = [camera for camera in org.cameras.values() if not camera.deleted]
        for number in range(self._arrived, due):
            event = make_event(new_id(), cameras[number % len(cameras)], number, self.state.clock.now())
            org.events[event.id] = event
        self._arrived = due


class _Endpoint:
    """One path, as an ASGI application that gets every method."""

    def __init__(self, server: Server, offered: Mapping[str, Handler]) -> None:
        self._server = server
        self._offered = offered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._server.answer(Request(scope, receive), self._offered)
        await answer(scope, receive, send)


def get_document(call: Call) -> Response:
    """GET /openapi.yaml: every path and method, and no more."""
    lines = ["openapi: 3.1.0", "info: {title: NovaVMS, version: '1.1'}", "paths:"]
    for path, offered in _offered(call.choices, call.own_events).items():
        lines.append(f"  {path}:")
        lines += [
            f"    {method.lower()}: {{responses: {{default: {{description: An answer.}}}}}}" for method in offered
        ]
    return Response("\n".join(lines) + "\n", media_type=call.choices.openapi_type)


def _offered(choices: Choices, own_events: str) -> dict[str, dict[str, Handler]]:
    """Return the handlers by path and method."""
    found = {path: dict(offered) for path, offered in _ROUTES.items()}
    found[f"{API}/openapi.yaml"] = {"GET": get_document}
    for choice, method, path, handler in _FURTHER_ROUTES:
        if own_events if choice == "own_events" else getattr(choices, choice) == "served":
            found.setdefault(path, {})[method] = handler
    return found
