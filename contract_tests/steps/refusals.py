"""Calls that have to be refused: of every operation, for every status that the document names for it."""

from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property

from contract_tests import document
from contract_tests.actors import Actor, Answer
from contract_tests.document import Operation
from contract_tests.steps import calls, logins
from contract_tests.steps.answers import JSON, UNKNOWN_ID
from contract_tests.steps.calls import Call
from contract_tests.steps.sampling import sample
from contract_tests.verdicts import Unavailable
from contract_tests.world import EVENTS, World

#: The statuses of refusals that the document names.
STATUSES = (400, 401, 403, 404, 409, 410, 413, 429)
#: A body that is too long for the mock; no page says how long one may be.
_LONG_BODY = b'{"name": "' + b"x" * 2**20 + b'"}'
_NEVER_ISSUED: JSON = {"refresh_token": "never-issued", "client_type": "mobile"}
#: When a pairing code has expired, ten minutes after it was generated (GW-52).
_EXPIRED_AFTER_SECONDS = 660


def refused(world: World, status: int) -> Iterator[tuple[Operation, Answer]]:
    """Yield the operations that document a status, with the answers to calls that should be refused with it.

    A run that samples tries a few of the operations. Calls that the target cannot be asked to answer are left out.
    """
    operations = [operation for operation in document.operations() if operation.documents(status)]
    refusals = _Refusals(world)
    for operation in sample(world, status, operations):
        with suppress(Unavailable):
            for answer in refusals.answers(operation, status):
                yield operation, answer


class _Refusals:
    """Makes the calls, and what they need once for all of them."""

    def __init__(self, world: World) -> None:
        self._world = world

    def answers(self, operation: Operation, status: int) -> Iterator[Answer]:
        """Yield the answers to calls of an operation for a status. Raises Unavailable."""
        find = {
            400: self._malformed,
            401: self._unidentified,
            403: self._denied,
            404: self._unknown,
            409: self._in_conflict,
            410: self._expired,
            413: self._too_large,
            429: self._too_many,
        }
        yield from find[status](operation)

    def _malformed(self, operation: Operation) -> Iterator[Answer]:
        actor = calls.permitted_actor(self._world, operation)
        if operation.takes_body:
            yield Call(operation, UNKNOWN_ID).send_as(actor, content=b"{", headers={"Content-Type": "application/json"})
        elif operation.takes_id:
            yield Call(operation, "no-id").send_as(actor)
        else:
            yield Call(operation).send_as(actor, params=dict.fromkeys(operation.query, "?"))

    def _unidentified(self, operation: Operation) -> Iterator[Answer]:
        bodies = {"login": logins.unknown_credentials(self._world), "refreshSession": _NEVER_ISSUED}
        for actor in (self._world.anonymous, self._world.intruder):
            yield Call(operation, UNKNOWN_ID, bodies.get(operation.id)).send_as(actor)

    def _denied(self, operation: Operation) -> Iterator[Answer]:
        if operation.id == "login":
            yield Call(operation, body=calls.disabled_credentials(self._world)).send_as(self._world.anonymous)
            return
        for actor in (self._gateway, self._world.viewer):
            yield Call(operation, UNKNOWN_ID).send_as(actor)

    def _unknown(self, operation: Operation) -> Iterator[Answer]:
        body = calls.valid_body(self._world, operation)
        if operation.id == "createAlertRule":
            body = {**(body or {}), "scope_type": "specific_cameras", "camera_ids": [UNKNOWN_ID]}
        elif operation.id == "pairGateway":
            body = {"pairing_code": "QQQQQQ"}
        yield Call(operation, UNKNOWN_ID, body).send_as(calls.permitted_actor(self._world, operation))

    def _in_conflict(self, operation: Operation) -> Iterator[Answer]:
        body = calls.valid_body(self._world, operation)
        for _ in range(2):
            answer = Call(operation, body=body).send_as(calls.permitted_actor(self._world, operation))
        yield answer

    def _expired(self, operation: Operation) -> Iterator[Answer]:
        if not self._world.shared:
            body = calls.valid_body(self._world, operation)
            self._world.advance(_EXPIRED_AFTER_SECONDS)
            yield Call(operation, body=body).send_as(self._world.anonymous)

    def _too_large(self, operation: Operation) -> Iterator[Answer]:
        if self._world.shared:
            return
        actor = calls.permitted_actor(self._world, operation)
        if operation.takes_body:
            yield Call(operation, UNKNOWN_ID).send_as(actor, content=_LONG_BODY)
        else:
            self._world.record(2)
            self._world.settings(event_export_max_rows=1)
            yield Call(operation).send_as(actor)

    def _too_many(self, operation: Operation) -> Iterator[Answer]:
        if not self._world.shared:
            yield Call(operation, UNKNOWN_ID).send_as(self._exhausted)

    @cached_property
    def _gateway(self) -> Actor:
        return self._world.actor_with_token("gateway", self._world.pair()["api_key"])

    @cached_property
    def _exhausted(self) -> Actor:
        """An actor who may call nothing for the next minute."""
        self._world.settings(rate_limit_burst=1, rate_limit_per_minute=1)
        self._world.viewer.get(EVENTS)
        return self._world.viewer
