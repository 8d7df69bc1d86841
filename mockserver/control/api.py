"""The control plane as an ASGI application, driven by its own OpenAPI document."""

import hmac
import logging
from collections.abc import Mapping

from mockserver.asgi import (
    Answer,
    Disconnected,
    Receive,
    Scope,
    Send,
    bearer,
    decode_json,
    json_answer,
    read_body,
    transmit,
)
from mockserver.control import cameras, clock, deliveries, faults, orgs, requests, state
from mockserver.control.parts import Handler, Parts, Request
from mockserver.domain.errors import (
    ApiError,
    InternalError,
    InvalidInput,
    MethodNotAllowed,
    NotFound,
    Unauthenticated,
)
from mockserver.openapi.operations import Operation, Router

MAX_BODY_BYTES = 256 * 1024 * 1024
_log = logging.getLogger(__name__)

HANDLERS: Mapping[str, Handler] = {
    "getControlHealth": state.health,
    "getControlDocument": state.document,
    "resetMock": state.reset,
    "getMutants": state.mutants,
    "changeMutants": state.change_mutants,
    "getSnapshot": state.snapshot,
    "putSnapshot": state.restore,
    "getClock": clock.show,
    "moveClock": clock.move,
    "listOrgs": orgs.listing,
    "createOrg": orgs.create,
    "getOrg": orgs.show,
    "deleteOrg": orgs.delete,
    "recordEvents": orgs.record_events,
    "recordAlerts": orgs.record_alerts,
    "changeCamera": cameras.change,
    "getOrgSettings": orgs.settings,
    "changeOrgSettings": orgs.change_settings,
    "listFaults": faults.listing,
    "addFault": faults.add,
    "clearFaults": faults.clear,
    "listRequests": requests.listing,
    "clearRequests": requests.clear,
    "listDeliveries": deliveries.listing,
    "replayDelivery": deliveries.replay,
}


class ControlPlane:
    """Answers the calls under /_mock; with a ``token``, only those that carry it."""

    def __init__(self, parts: Parts, token: str | None) -> None:
        self._parts = parts
        self._token = token
        self._router = Router(parts.control_document)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            answer = await self._answer(scope, receive)
        except Disconnected:
            return
        except ApiError as error:
            answer = _problem(error)
        except Exception:
            _log.exception("%s %s failed", scope["method"], scope["path"])
            answer = _problem(InternalError("The mock failed; its log says why."))
        await transmit(answer, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        if self._token is not None and not _is(self._token, bearer(scope)):
            raise Unauthenticated
        match = self._router.match(scope["path"])
        if match is None:
            raise NotFound("path")
        operation = match.operations.get(scope["method"])
        if operation is None:
            raise MethodNotAllowed(sorted(match.operations))
        params = operation.parameters.read(match.values, scope["query_string"])
        body = await _read(operation, scope, receive)
        async with self._parts.store.snapshot():
            pass  # nothing can be told while the store is out of reach
        result = await HANDLERS[operation.id](Request(self._parts, params, body))
        return Answer(operation.success) if result is None else json_answer(operation.success, result)


def _is(token: str, sent: str | None) -> bool:
    return hmac.compare_digest((sent or "").encode("latin-1"), token.encode())


async def _read(operation: Operation, scope: Scope, receive: Receive) -> dict[str, object]:
    if operation.body is None:
        return {}
    raw = await read_body(scope, receive, MAX_BODY_BYTES)
    if not raw and not operation.body_required:
        return {}
    body: dict[str, object] = operation.body.check(decode_json(scope, raw))
    return body


def _problem(error: ApiError) -> Answer:
    body: dict[str, object] = {"error": error.code, "message": error.message}
    if isinstance(error, InvalidInput):
        body["field_errors"] = error.field_errors
    answer = json_answer(error.status, body)
    if isinstance(error, MethodNotAllowed):
        answer.headers.append((b"allow", ", ".join(error.allow).encode()))
    return answer
