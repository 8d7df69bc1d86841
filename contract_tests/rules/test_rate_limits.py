"""Rate limits: the token buckets and the headers about them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests import document
from contract_tests.actors import Actor, Answer
from contract_tests.document import Operation
from contract_tests.expectations import Expect
from contract_tests.steps import calls
from contract_tests.steps.answers import parse_time
from contract_tests.verdicts import Unavailable
from contract_tests.world import EVENTS, GATEWAYS, RULES, World

_HEADERS = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
_COUNTED = [operation for operation in document.operations() if operation.counted]
_NOT_PUBLIC = [operation for operation in _COUNTED if operation.least_role]


def _number(answer: Answer, header: str) -> int:
    """Return the value of a header, -1 where it has none."""
    value = answer.headers.get(header, "")
    return int(value) if value.isascii() and value.isdigit() else -1


def _remaining(answer: Answer) -> int:
    return _number(answer, "x-ratelimit-remaining")


def _now(world: World) -> float:
    return parse_time(world.now()).timestamp()


def _empty_bucket(world: World, actor: Actor) -> None:
    """Use up the only token of an actor; the next one is added after a minute."""
    world.settings(rate_limit_burst=1, rate_limit_per_minute=1)
    actor.get(GATEWAYS)


@pytest.mark.rules("RL-01")
def test_each_key_has_a_bucket_of_its_own(world: World, expect: Expect) -> None:
    org = world.fresh(limited=True)
    with world.frozen_clock():
        org.settings(rate_limit_burst=3, rate_limit_per_minute=60)
        for _ in range(4):
            last = org.viewer.get(EVENTS)
        expect("RL-01", last.status == 429, "429 for the viewer", last)
        for actor in (org.operator, org.admin, world.outside.viewer):
            answer = actor.get(EVENTS)
            expect("RL-01", answer.status == 200, f"200 for the {actor.name}", answer)
        remaining = _remaining(org.operator.get(EVENTS))
        expect("RL-01", remaining == 1, "one token left to the operator", remaining)


@pytest.mark.rules("RL-02")
def test_a_bucket_holds_100_tokens_and_gains_1000_a_minute(world: World, expect: Expect) -> None:
    org = world.fresh(limited=True)
    with world.frozen_clock():
        first = org.viewer.get(GATEWAYS)
        expect("RL-02", _number(first, "x-ratelimit-limit") == 100, "X-RateLimit-Limit: 100", first.headers)
        expect("RL-02", _count_passing(org.viewer, 110) == 99, "100 requests at once", "another number")
        for seconds, tokens in ((3, 50), (0.6, 10), (600, 100)):
            world.advance(seconds)
            passed = _count_passing(org.viewer, tokens + 5)
            expect("RL-02", passed == tokens, f"{tokens} tokens after {seconds} s", passed)


def _count_passing(actor: Actor, tries: int) -> int:
    """Return how many requests pass before the first 429."""
    for count in range(tries):
        if actor.get(GATEWAYS).status == 429:
            return count
    return tries


@pytest.mark.rules("RL-05")
def test_every_method_takes_one_token(world: World, expect: Expect) -> None:
    org = world.fresh(limited=True)
    event, rule = org.record()[0], org.rule()["id"]
    body = calls.valid_body(org, document.load().operations["createAlertRule"])
    with world.frozen_clock():
        org.settings(rate_limit_burst=50, rate_limit_per_minute=60)
        left = _remaining(org.admin.get(EVENTS))
        for method, path, sent in (
            ("GET", EVENTS, None),
            ("POST", RULES, body),
            ("PATCH", f"{EVENTS}/{event}", {"starred": True}),
            ("PATCH", f"{RULES}/{rule}", {"name": ""}),
            ("DELETE", f"{EVENTS}/{event}", None),
            ("DELETE", f"{EVENTS}/{event}", None),
            ("DELETE", f"{RULES}/{rule}", None),
            ("GET", f"{EVENTS}/export", None),
            ("POST", RULES, {}),
        ):
            answer = org.admin.call(method, path, json=sent)
            expect("RL-05", _remaining(answer) == left - 1, f"{left - 1} left after {method} {path}", answer.headers)
            left -= 1


@pytest.mark.rules("RL-06")
def test_healthz_is_not_counted(world: World, expect: Expect) -> None:
    org = world.fresh(limited=True)
    with world.frozen_clock():
        org.settings(rate_limit_burst=5, rate_limit_per_minute=60)
        before = _remaining(org.viewer.get(EVENTS))
        for _ in range(10):
            answer = org.viewer.get("/healthz")
            expect("RL-06", answer.status == 200, "200", answer)
        left = _remaining(org.viewer.get(EVENTS))
        expect("RL-06", left == before - 1, f"{before - 1} tokens left", left)
        _count_passing(org.viewer, 10)
        answer = org.viewer.get("/healthz")
        expect("RL-06", answer.status == 200, "200 while the bucket is empty", answer)
        expect("RL-06", org.viewer.get(EVENTS).status == 429, "an empty bucket", "it is not")


@pytest.mark.rules("RL-07")
@pytest.mark.parametrize("operation", _COUNTED, ids=str)
def test_every_counted_answer_has_the_headers_of_the_bucket(world: World, expect: Expect, operation: Operation) -> None:
    call = calls.valid_call(world, operation)
    for actor in (world.viewer, world.owner):
        answer = call.send_as(actor)
        missing = [name for name in _HEADERS if _number(answer, name) < 0]
        if world.shared and missing == [*_HEADERS]:
            raise Unavailable("the target sends no X-RateLimit headers, of which no endpoint page speaks")
        expect("RL-07", not missing, "the three headers", f"{missing} missing on {answer.status}")


@pytest.mark.rules("RL-07")
def test_refusals_have_the_headers_of_the_bucket(world: World, expect: Expect) -> None:
    for refusal in calls.refusals(world):
        if refusal.status in (401, 404, 405, 409, 410):
            continue
        missing = [name for name in _HEADERS if _number(refusal.answer, name) < 0]
        expect("RL-07", not missing, f"the three headers on {refusal}", missing)


@pytest.mark.rules("RL-08")
@given(burst=st.integers(2, 50), rate=st.integers(1, 600), used=st.integers(1, 10))
@example(burst=10, rate=60, used=3)
@example(burst=2, rate=1, used=1)
def test_reset_is_the_time_at_which_the_bucket_is_full(
    world: World, expect: Expect, burst: int, rate: int, used: int
) -> None:
    org = world.fresh(limited=True)
    used = min(used, burst)
    with world.frozen_clock():
        org.settings(rate_limit_burst=burst, rate_limit_per_minute=rate)
        answer = [org.viewer.get(GATEWAYS) for _ in range(used)][-1]
        full_at = _now(world) + used * 60 / rate
        reset = _number(answer, "x-ratelimit-reset")
        expect("RL-08", abs(reset - full_at) <= 1, f"within a second of {full_at:.2f}", reset)
        world.advance(max(0.0, reset + 1 - _now(world)))
        left = _remaining(org.viewer.get(GATEWAYS))
        expect("RL-08", left == burst - 1, "a full bucket by then", f"{left} left of {burst} after one more")
    org.close()


@pytest.mark.rules("RL-09")
@given(rate=st.integers(1, 600))
@example(rate=1)
@example(rate=60)
@example(rate=59)
def test_a_call_after_retry_after_seconds_succeeds(world: World, expect: Expect, rate: int) -> None:
    org = world.fresh(limited=True)
    with world.frozen_clock():
        org.settings(rate_limit_burst=1, rate_limit_per_minute=rate)
        answers = [org.viewer.get(GATEWAYS) for _ in range(3)]
        for answer in answers:
            retry_after = answer.headers.get("retry-after")
            valid = (
                retry_after is not None and retry_after.isascii() and retry_after.isdigit() and int(retry_after) >= 1
            )
            expect(
                "RL-09",
                valid if answer.status == 429 else retry_after is None,
                "Retry-After on a 429 only",
                retry_after,
            )
        world.advance(_number(answers[-1], "retry-after"))
        again = org.viewer.get(GATEWAYS)
        expect("RL-09", again.status == 200, "200 after Retry-After has passed", again)
    org.close()


@pytest.mark.rules("RL-09")
def test_only_a_429_has_retry_after(world: World, expect: Expect) -> None:
    for refusal in calls.refusals(world):
        found = refusal.answer.headers.get("retry-after")
        expect("RL-09", (refusal.status == 429) == (found is not None), f"Retry-After on a 429 only: {refusal}", found)


@pytest.mark.rules("RL-12")
def test_without_a_token_a_request_is_429_rate_limited(world: World, expect: Expect) -> None:
    org = world.fresh(limited=True)
    with world.frozen_clock():
        org.settings(rate_limit_burst=20, rate_limit_per_minute=60)
        for left in range(19, -1, -1):
            answer = org.viewer.get(EVENTS)
            expect("RL-12", answer.status == 200, f"200 with {left} left", answer)
            expect("RL-12", _remaining(answer) == left, f"{left} left", answer.headers)
        for _ in range(25):
            answer = org.viewer.get(EVENTS)
            expect("RL-12", answer.is_(429, "rate_limited"), "429 rate_limited", answer)
            expect("RL-12", _remaining(answer) == 0, "nothing left", answer.headers)
        world.advance(1)
        expect("RL-12", org.viewer.get(EVENTS).status == 200, "200 after a second", "it is not")
        expect("RL-12", org.viewer.get(EVENTS).status == 429, "429 again", "it is not")


@pytest.mark.rules("AS-33")
@pytest.mark.parametrize("operation", _COUNTED, ids=str)
def test_every_route_answers_429_over_the_rate(world: World, expect: Expect, operation: Operation) -> None:
    call = calls.valid_call(world, operation)
    _empty_bucket(world, world.owner)
    answer = call.send_as(world.owner)
    expect("AS-33", answer.is_(429, "rate_limited"), "429 rate_limited", answer)


@pytest.mark.rules("AS-35")
@pytest.mark.parametrize("operation", _NOT_PUBLIC, ids=str)
def test_the_credential_is_checked_before_the_rate(world: World, expect: Expect, operation: Operation) -> None:
    call = calls.valid_call(world, operation)
    _empty_bucket(world, world.operator)
    for actor in (world.anonymous, world.intruder):
        for _ in range(3):
            answer = call.send_as(actor)
            expect("AS-35", answer.is_(401, "auth_required"), "401 auth_required", answer)


@pytest.mark.rules("AS-36")
def test_the_rate_is_checked_before_the_role(world: World, expect: Expect) -> None:
    denied = [operation for operation in _NOT_PUBLIC if "viewer" not in operation.roles]
    made = [calls.valid_call(world, operation) for operation in denied]
    for call in made:
        answer = call.send_as(world.viewer)
        expect("AS-36", answer.status == 403, "403 within the rate", answer)
    _empty_bucket(world, world.viewer)
    for call in made:
        answer = call.send_as(world.viewer)
        expect("AS-36", answer.is_(429, "rate_limited"), "429 rate_limited", answer)
