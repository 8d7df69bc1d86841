"""Every operation called with every credential: which are accepted, and that a refused call changes nothing."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pytest
from _pytest.mark import ParameterSet

from contract_tests import catalogue, document
from contract_tests.actors import Actor
from contract_tests.document import ROLES, Operation
from contract_tests.expectations import Expect
from contract_tests.steps import calls, logins, users
from contract_tests.steps.answers import UNKNOWN_ID, parse_time
from contract_tests.steps.calls import Call
from contract_tests.steps.sampling import attempts, sample
from contract_tests.verdicts import NotServed, Unavailable
from contract_tests.world import ALERTS, EVENTS, GATEWAYS, RULES, World

_DOCUMENTED = catalogue.load().documented
_NOT_PUBLIC = document.operations(public=False)
_RESTRICTED = [operation for operation in _NOT_PUBLIC if operation.roles != ROLES]
_HEADERS_WITHOUT_TOKEN: tuple[dict[str, str], ...] = (
    {},
    {"Authorization": ""},
    {"Authorization": "Bearer"},
    {"Authorization": "Basic dXNlcjpwYXNz"},
)
_INVALID_BODIES: tuple[Any, ...] = (
    {},
    {"nonsense": 1},
    [],
    {"name": "", "status": "x", "notes": 1, "trigger_type": "x"},
)
_UNKNOWN_TOKENS = ("sk_live_neverissued0000", "gw_neverissued0000", "x", "null", "a.b.c")


def _marked(
    operations: Sequence[Operation], documented: pytest.MarkDecorator, others: pytest.MarkDecorator
) -> list[ParameterSet]:
    """Return parameters of a check: the operations, marked as an endpoint page documents them or not."""
    return [
        pytest.param(operation, marks=documented if operation.id in _DOCUMENTED else others, id=operation.id)
        for operation in operations
    ]


@pytest.mark.rules("ROLE-03")
@pytest.mark.parametrize("operation", document.operations(), ids=str)
def test_the_minimum_role_and_every_higher_one_may_call(world: World, expect: Expect, operation: Operation) -> None:
    for role in operation.roles:
        answer = calls.valid_call(world, operation).send_as(world.actor(role))
        if answer.status >= 500:
            raise Unavailable(f"the target failed: {answer}")  # a server error is a violation of GEN-01
        if world.shared and operation.takes_id and (answer.is_(404) or (answer.is_(403) and role == "viewer")):
            continue  # nothing to read there yet, or the object is at a site that is not granted
        expect("ROLE-03", answer.status == operation.success, f"{operation.success} for {role}", answer)


@pytest.mark.parametrize(
    "operation", _marked(_RESTRICTED, pytest.mark.rules("ERR-06", "GEN-10"), pytest.mark.rules("AS-213", "GEN-10"))
)
def test_a_role_that_is_too_low_is_refused_and_changes_nothing(
    world: World, expect: Expect, operation: Operation
) -> None:
    call, rule = calls.valid_call(world, operation), "ERR-06" if operation.id in _DOCUMENTED else "AS-213"
    before = calls.read_collection(world, operation)
    for role in ROLES:
        if role in operation.roles:
            continue
        for _ in range(attempts(world, 3)):
            answer = call.send_as(world.actor(role))
            expect(rule, answer.is_(403, "forbidden"), f"403 forbidden for {role}", answer)
            expect("GEN-10", calls.read_collection(world, operation) == before, "nothing changed", answer)


@pytest.mark.parametrize(
    "operation",
    _marked(_NOT_PUBLIC, pytest.mark.rules("GEN-09", "ERR-04", "GEN-10"), pytest.mark.rules("GEN-09", "GEN-10")),
)
def test_a_call_without_a_valid_credential_is_refused_and_changes_nothing(
    world: World, expect: Expect, operation: Operation
) -> None:
    call = calls.valid_call(world, operation)
    before = calls.read_collection(world, operation)
    for actor, headers in sample(world, operation, _invalid_credentials(world)):
        _expect_unauthorized(expect, call, actor, headers)
    expect("GEN-10", calls.read_collection(world, operation) == before, "nothing changed", "something did")


def _invalid_credentials(world: World) -> list[tuple[Actor, dict[str, str]]]:
    """Return callers without a valid credential, each with the headers that it sends."""
    token = world.admin.token or ""
    headers = (*_HEADERS_WITHOUT_TOKEN, {"Authorization": token}, {"Authorization": f"Token {token}"})
    intruders = [world.actor_with_token("intruder", unknown) for unknown in (*_UNKNOWN_TOKENS, f"{token}x")]
    return [*((world.anonymous, each) for each in headers), *((intruder, {}) for intruder in intruders)]


def _expect_unauthorized(expect: Expect, call: Call, actor: Actor, headers: dict[str, str]) -> None:
    answer = call.send_as(actor, headers=headers)
    expect("GEN-09", answer.status == 401, "401", answer)
    if call.operation.id in _DOCUMENTED:
        expect("ERR-04", answer.error == "auth_required", "auth_required", answer)


@pytest.mark.parametrize(
    "operation", _marked(_NOT_PUBLIC, pytest.mark.rules("GEN-09", "ERR-04"), pytest.mark.rules("GEN-09"))
)
def test_an_expired_credential_is_refused_like_none(world: World, expect: Expect, operation: Operation) -> None:
    expired = [world.expired]
    call = calls.valid_call(world, operation)
    for actor in expired if world.shared else _used_until_they_expired(world, expect, call):
        for _ in range(attempts(world, 3)):
            _expect_unauthorized(expect, call, actor, {})


def _used_until_they_expired(world: World, expect: Expect, call: Call) -> tuple[Actor, ...]:
    """Return actors who have made a call, one with an access token and one with a key, both of which have expired."""
    login = users.log_in(world, users.invite(world, role=calls.permitted_actor(world, call.operation).name))
    key, expires_at = world.expiring
    holders = (logins.logged_in(world, login), key)
    for holder in holders:
        answer = call.send_as(holder)
        expect("GEN-09", answer.status != 401, f"the {holder.name} not to be refused yet", answer)
    last = max(expires_at, parse_time(login["expires_at"]))
    world.advance((last - parse_time(world.now())).total_seconds() + 1)
    return holders


@pytest.mark.rules("GEN-10")
@pytest.mark.parametrize("operation", [found for found in _NOT_PUBLIC if found.method != "GET"], ids=str)
def test_an_expired_credential_changes_nothing(world: World, expect: Expect, operation: Operation) -> None:
    expired = world.expired
    call = calls.valid_call(world, operation)
    before = calls.read_collection(world, operation)
    answer = call.send_as(expired)
    expect("GEN-10", calls.read_collection(world, operation) == before, "nothing changed", answer)


@pytest.mark.rules("AS-95")
@pytest.mark.parametrize("path", [EVENTS, ALERTS, RULES, GATEWAYS])
def test_a_key_is_valid_until_it_expires(world: World, expect: Expect, path: str) -> None:
    with world.frozen_clock():
        holder, expires_at = world.expiring
        world.advance((expires_at - parse_time(world.now())).total_seconds() - 1)
        answer = holder.get(path)
        expect("AS-95", answer.is_(200), "200 a second before the key expires", answer)
        for seconds in (2, 58, 24 * 3600):
            world.advance(seconds)
            answer = holder.get(path)
            expect("AS-95", answer.is_(401, "auth_required"), "401 auth_required once the key has expired", answer)


@pytest.mark.rules("AS-95")
def test_a_key_without_an_expiry_is_valid_after_years(world: World, expect: Expect) -> None:
    for _ in range(2):
        world.advance(366 * 24 * 3600)
        for role in ROLES:
            answer = world.actor(role).get(GATEWAYS)
            expect("AS-95", answer.is_(200), f"200 for {role}", answer)


@pytest.mark.rules("GEN-09")
def test_every_call_without_a_valid_credential_is_401(world: World, expect: Expect) -> None:
    for operation in _NOT_PUBLIC:
        with suppress(NotServed):
            for actor in (world.anonymous, world.intruder):
                answer = Call(operation, UNKNOWN_ID).send_as(actor)
                expect("GEN-09", answer.status == 401, f"401 from {operation}", answer)


@pytest.mark.rules("AS-32")
@pytest.mark.parametrize("operation", _NOT_PUBLIC, ids=str)
def test_every_operation_that_is_not_public_answers_401(world: World, expect: Expect, operation: Operation) -> None:
    for actor in (world.anonymous, world.intruder):
        answer = Call(operation, UNKNOWN_ID).send_as(actor)
        expect("AS-32", answer.status == 401, "401", answer)


@pytest.mark.rules("AS-31")
@pytest.mark.parametrize("operation", _NOT_PUBLIC, ids=str)
def test_a_missing_and_an_invalid_credential_get_the_same_error(
    world: World, expect: Expect, operation: Operation
) -> None:
    call = calls.valid_call(world, operation)
    for actor in (world.anonymous, world.intruder, world.actor_with_token("gateway", "gw_neverissued0000")):
        answer = call.send_as(actor)
        expect("AS-31", answer.is_(401, "auth_required"), "401 auth_required", answer)


@pytest.mark.rules("AS-31")
def test_a_revoked_credential_is_refused_like_none(world: World, expect: Expect) -> None:
    paired = world.pair()
    gateway = world.actor_with_token("gateway", paired["api_key"])
    deleted = world.fresh()
    actors = [deleted.actor(role) for role in ROLES]
    for actor in actors:
        expect("AS-31", actor.get(GATEWAYS).status == 200, "200 before", actor.name)
    deleted.close()
    world.operator.delete(f"{GATEWAYS}/{paired['gateway_id']}")
    for actor in (gateway, *actors):
        answer = actor.get(GATEWAYS)
        expect("AS-31", answer.is_(401, "auth_required"), f"401 auth_required for the {actor.name}", answer)


@pytest.mark.rules("AS-23", "GEN-10")
@pytest.mark.parametrize("operation", _NOT_PUBLIC, ids=str)
def test_a_gateway_key_is_forbidden_on_every_rest_route(world: World, expect: Expect, operation: Operation) -> None:
    key = world.pair()["api_key"]
    call = calls.valid_call(world, operation)
    before = calls.read_collection(world, operation)
    answer = call.send_as(world.actor_with_token("gateway", key))
    expect("AS-23", answer.is_(403, "forbidden"), "403 forbidden", answer)
    expect("GEN-10", calls.read_collection(world, operation) == before, "nothing changed", answer)


@pytest.mark.rules("AS-23")
def test_a_gateway_key_is_forbidden_on_its_own_gateway(world: World, expect: Expect) -> None:
    paired = world.pair()
    gateway = world.actor_with_token("gateway", paired["api_key"])
    for path in (f"{GATEWAYS}/{paired['gateway_id']}", f"{GATEWAYS}/{paired['gateway_id']}/telemetry", GATEWAYS):
        answer = gateway.get(path)
        expect("AS-23", answer.is_(403, "forbidden"), "403 forbidden", answer)


@pytest.mark.rules("AS-37")
@pytest.mark.parametrize("operation", [operation for operation in _RESTRICTED if operation.takes_body], ids=str)
def test_the_role_is_checked_before_the_input(world: World, expect: Expect, operation: Operation) -> None:
    call = calls.valid_call(world, operation)
    for body in _INVALID_BODIES:
        answer = world.viewer.call(operation.method, call.path, json=body)
        expect("AS-37", answer.is_(403, "forbidden"), f"403 forbidden for {body}", answer)
    broken = world.viewer.call(operation.method, call.path, content=b"{", headers={"Content-Type": "text/plain"})
    expect("AS-37", broken.is_(403, "forbidden"), "403 forbidden", broken)
    if operation.takes_id:
        answer = Call(operation, "no-id", {}).send_as(world.viewer)
        expect("AS-37", answer.is_(403, "forbidden"), "403 forbidden for an id that is no UUID", answer)


@pytest.mark.rules("AS-38")
@pytest.mark.parametrize("operation", [found for found in _NOT_PUBLIC if found.takes_id and found.takes_body], ids=str)
def test_the_input_is_checked_before_the_object(world: World, expect: Expect, operation: Operation) -> None:
    foreign, actor = calls.new_object_id(world.outside, operation), calls.permitted_actor(world, operation)
    for object_id in (UNKNOWN_ID, foreign):
        for body in _INVALID_BODIES[:3]:
            answer = Call(operation, object_id).send_as(actor, json=body)
            expect("AS-38", answer.is_(400, "validation_error"), f"400 validation_error for {body}", answer)
        answer = Call(operation, object_id, calls.valid_body(world, operation)).send_as(actor)
        expect("AS-38", answer.status == 404, "404 once the input is valid", answer)
