"""The control plane as an ASGI application, driven by its own OpenAPI document."""

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from mockserver.asgi import (
    Answer,
    Disconnected,
    Receive,
    Scope,
    Send,
    base_url,
    bearer_token,
    decode_json,
    error_answer,
    json_answer,
    read_body,
    require_json,
    token_matches,
    transmit,
    transmit_live,
    until_disconnected,
)
from mockserver.browsers import OwnHosts
from mockserver.control import (
    catalogue,
    deliveries,
    faults,
    http_archive,
    org_state,
    orgs,
    records,
    requests,
    snapshots,
    state,
    verification,
)
from mockserver.control.context import EventStream, Handler, JsonParts, MockContext, Request
from mockserver.domain.errors import (
    ApiError,
    InternalError,
    InvalidInput,
    MethodNotAllowed,
    NotFound,
    TooLarge,
    Unauthenticated,
)
from mockserver.openapi.operations import Operation
from mockserver.openapi.routing import Router
from mockserver.runtime.memory import give_back_soon

MAX_BODY_BYTES = 1024 * 1024
MAX_SNAPSHOT_BYTES = 256 * 1024 * 1024
_STREAM_HEADERS = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-store")]
_log = logging.getLogger(__name__)

HANDLERS: Mapping[str, Handler] = {
    "getControlHealth": state.get_control_health,
    "getControlDocument": state.get_control_document,
    "getClock": state.get_clock,
    "moveClock": state.move_clock,
    "resetMock": state.reset_mock,
    "getMutants": state.get_mutants,
    "changeMutants": state.change_mutants,
    "listMutants": catalogue.list_mutants,
    "listScenarios": catalogue.list_scenarios,
    "getApiDocument": catalogue.get_api_document,
    "getSnapshot": state.get_snapshot,
    "putSnapshot": state.put_snapshot,
    "listOrgs": orgs.list_orgs,
    "createOrg": orgs.create_org,
    "getOrg": orgs.get_org,
    "deleteOrg": orgs.delete_org,
    "getOrgClock": org_state.get_org_clock,
    "moveOrgClock": org_state.move_org_clock,
    "resetOrg": org_state.reset_org,
    "recordEvents": orgs.record_events,
    "recordAlerts": orgs.record_alerts,
    "changeCamera": orgs.change_camera,
    "getOrgSettings": orgs.get_org_settings,
    "changeOrgSettings": orgs.change_org_settings,
    "listRecords": records.list_records,
    "listGateways": records.list_gateways,
    "listExpiries": records.list_expiries,
    "listFaults": faults.list_faults,
    "addFault": faults.add_fault,
    "getFault": faults.get_fault,
    "removeFault": faults.remove_fault,
    "clearFaults": faults.clear_faults,
    "listRequests": requests.list_requests,
    "clearRequests": requests.clear_requests,
    "verifyRequests": verification.verify_requests,
    "exportRequests": http_archive.export_requests,
    "streamRequests": requests.stream_requests,
    "listDeliveries": deliveries.list_deliveries,
    "getDelivery": deliveries.get_delivery,
    "replayDelivery": deliveries.replay_delivery,
}


class ControlPlane:
    """Answers the calls under /_mock; if there is a ``token``, only those that carry it as their bearer token."""

    def __init__(self, context: MockContext, token: str | None, own_hosts: OwnHosts) -> None:
        self._context = context
        self._token = token
        self._own_hosts = own_hosts
        self._router = Router(context.control_document)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            answer = await self._answer(scope, receive)
        except Disconnected:
            return
        except ApiError as error:
            answer = error_answer(error)
        except Exception:
            _log.exception("%s %s failed", scope["method"], scope["path"])
            answer = error_answer(InternalError())
        if isinstance(answer, EventStream):
            await _stream(answer, scope, receive, send)
        else:
            await transmit(answer, scope, send)
        give_back_soon()

    async def _answer(self, scope: Scope, receive: Receive) -> Answer | EventStream:
        self._own_hosts.check(scope)
        if self._token is not None and not token_matches(self._token, bearer_token(scope)):
            raise Unauthenticated
        match = self._router.match(scope["path"])
        if match is None:
            raise NotFound("path")
        operation = match.operation(scope["method"])
        if operation is None:
            raise MethodNotAllowed(match.methods())
        _refuse_unknown(operation, scope["query_string"])
        params = operation.parameters.read(match.values, scope["query_string"])
        body = await self._read_body(operation, scope, receive)
        async with self._context.store.snapshot():
            pass  # raises Unavailable while the store cannot be reached
        request = Request(self._context, params, body, base_url(scope), partial(until_disconnected, receive))
        result = await HANDLERS[operation.id](request)
        if isinstance(result, EventStream):
            return result if scope["method"] == "GET" else Answer(operation.success, _STREAM_HEADERS, ())
        if isinstance(result, JsonParts):
            return Answer(operation.success, [(b"content-type", b"application/json")], result.parts)
        return Answer(operation.success) if result is None else json_answer(operation.success, result)

    async def _read_body(self, operation: Operation, scope: Scope, receive: Receive) -> dict[str, Any]:
        if operation.id == "putSnapshot" and operation.body is not None:
            require_json(scope)
            reader = snapshots.Reader(self._context, operation.body.check, MAX_SNAPSHOT_BYTES)
            await read_body(scope, reader.wrapped(receive), MAX_SNAPSHOT_BYTES)
            return reader.finish()
        return await _read_body(operation, scope, receive)


async def _stream(stream: EventStream, scope: Scope, receive: Receive, send: Send) -> None:
    try:
        async with stream.opened as parts:
            await transmit_live(_STREAM_HEADERS, parts, receive, send)
    except ApiError as error:  # it could not be opened
        await transmit(error_answer(error), scope, send)


async def _read_body(operation: Operation, scope: Scope, receive: Receive) -> dict[str, Any]:
    if operation.body is None:
        await _refuse_body(scope, receive)
        return {}
    raw = await read_body(scope, receive, MAX_BODY_BYTES)
    if not raw and not operation.body_required:
        return {}
    body: dict[str, Any] = operation.body.check(decode_json(scope, raw))
    return body


def _refuse_unknown(operation: Operation, query: bytes) -> None:
    """Raise InvalidInput for names in the query that are no parameters of the operation, which would be ignored."""
    known = operation.parameters.query_names
    given = [name.partition("[")[0] for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)]
    if unknown := [name for name in given if name not in known]:
        text = f"is not a parameter of {operation.id}, which takes {', '.join(sorted(known)) or 'none'}"
        raise InvalidInput({name: [text] for name in unknown})


async def _refuse_body(scope: Scope, receive: Receive) -> None:
    """Raise InvalidInput for the body of an operation that takes none, unless it says nothing."""
    try:
        body = await read_body(scope, receive, MAX_BODY_BYTES)
        sent = msgspec.json.decode(body or b"{}")
    except (TooLarge, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        sent = None
    if isinstance(sent, dict) and sent:
        raise InvalidInput({name: ["is not a field of this request, which takes no body"] for name in sent})
    if sent != {}:
        raise InvalidInput({"body": ["is not allowed: this request takes none"]})
