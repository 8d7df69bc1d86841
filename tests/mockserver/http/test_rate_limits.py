"""The token bucket of each credential, as its headers show it."""

import math
from collections.abc import Iterator

import httpx
import pytest

from tests.harness import Running, World, running
from tests.mockserver.http.steps import instant, ok, refused

EVENTS = "/api/v1/events"


@pytest.fixture(scope="module")
def frozen_mock() -> Iterator[Running]:
    """A mock whose clock is stopped until a test moves it."""
    with running() as mock:
        mock.control("POST", "/clock", json={"freeze": True})
        yield mock


@pytest.fixture
def limited(frozen_mock: Running) -> World:
    """An org whose credentials may make three calls at once and one a second."""
    world = frozen_mock.org()
    world.settings(rate_limit_burst=3, rate_limit_per_minute=60)
    return world


def advance(world: World, seconds: float) -> None:
    world.running.control("POST", "/clock", json={"advance": seconds})


def quota(response: httpx.Response) -> tuple[int, int]:
    return int(response.headers["x-ratelimit-limit"]), int(response.headers["x-ratelimit-remaining"])


def seconds_to_reset(world: World, response: httpx.Response) -> float:
    now = instant(world.running.control("GET", "/clock")["now"]).timestamp()
    return int(response.headers["x-ratelimit-reset"]) - now


def test_default_bucket_holds_a_hundred_and_gains_a_thousand_a_minute(frozen_mock: Running) -> None:
    world = frozen_mock.org()
    answers = [world.owner.get(EVENTS) for _ in range(100)]
    assert [quota(answer) for answer in answers] == [(100, left) for left in range(99, -1, -1)]
    assert {answer.status_code for answer in answers} == {200}
    refused(world.owner.get(EVENTS), 429)
    assert 6 <= seconds_to_reset(world, answers[-1]) < 7
    advance(world, 0.06)
    assert quota(world.owner.get(EVENTS)) == (100, 0)
    advance(world, 6)
    assert quota(world.owner.get(EVENTS)) == (100, 99)


def test_call_succeeds_after_the_seconds_of_retry_after(limited: World) -> None:
    for left in (2, 1, 0):
        assert quota(limited.owner.get(EVENTS)) == (3, left)
    response = limited.owner.get(EVENTS)
    refused(response, 429)
    assert quota(response) == (3, 0)
    assert response.headers["retry-after"] == "1"
    advance(limited, 0.9)
    refused(limited.owner.get(EVENTS), 429)
    advance(limited, 0.1)
    ok(limited.owner.get(EVENTS))
    refused(limited.owner.get(EVENTS), 429)


def test_retry_after_counts_the_whole_seconds_to_the_next_call(limited: World) -> None:
    limited.settings(rate_limit_burst=1, rate_limit_per_minute=2)
    ok(limited.owner.get(EVENTS))
    waits = []
    for _ in range(3):
        waits.append(int(limited.owner.get(EVENTS).headers["retry-after"]))
        advance(limited, 9.5)
    assert waits == [30, 21, 11]
    advance(limited, math.ceil(30 - 3 * 9.5))
    ok(limited.owner.get(EVENTS))


def test_bucket_refills_with_time_and_never_overflows(limited: World) -> None:
    for _ in range(3):
        limited.owner.get(EVENTS)
    advance(limited, 1.5)
    response = limited.owner.get(EVENTS)
    assert quota(response) == (3, 0)
    assert 2 <= seconds_to_reset(limited, response) < 4
    advance(limited, 86400)
    assert quota(limited.owner.get(EVENTS)) == (3, 2)


def test_each_key_has_a_bucket_of_its_own(limited: World) -> None:
    for _ in range(4):
        limited.owner.get(EVENTS)
    refused(limited.owner.get(EVENTS), 429)
    assert quota(limited.admin.get(EVENTS)) == (3, 2)


def test_refused_calls_cost_a_token_too(limited: World) -> None:
    refused(limited.viewer.delete(f"{EVENTS}/{limited.id}"), 403)
    refused(limited.viewer.get(f"{EVENTS}/{limited.id}"), 404)
    refused(limited.viewer.get(EVENTS, params={"limit": "0"}), 400)
    refused(limited.viewer.get(EVENTS), 429)


def test_rate_is_checked_before_role_and_input(limited: World) -> None:
    for _ in range(3):
        limited.viewer.get(EVENTS)
    refused(limited.viewer.delete(f"{EVENTS}/nonsense"), 429)
    refused(limited.viewer.get(EVENTS, params={"limit": "0"}), 429)


def test_unknown_paths_and_methods_cost_nothing(limited: World) -> None:
    for _ in range(5):
        response = limited.owner.get("/api/v1/nowhere")
        refused(response, 404)
        assert quota(response) == (3, 3)
        response = limited.owner.put(EVENTS)
        refused(response, 405)
        assert quota(response) == (3, 3)
    assert quota(limited.owner.get(EVENTS)) == (3, 2)


def test_callers_without_a_credential_have_a_bucket_that_stays_full(limited: World) -> None:
    anonymous = limited.running.client()
    for _ in range(120):
        response = anonymous.post("/api/v1/gateways/pair", json={"pairing_code": "ZZZZZZ"})
        refused(response, 404)
    assert quota(response) == (100, 100)
    response = limited.running.client("sk_live_nobody").get(EVENTS)
    refused(response, 401)
    assert quota(response) == (100, 100)


def test_health_and_document_are_not_metered(limited: World) -> None:
    for _ in range(5):
        response = limited.owner.get("/healthz")
        assert response.status_code == 200
        assert not any(name.startswith("x-ratelimit") for name in response.headers)
    assert quota(limited.owner.get(EVENTS)) == (3, 2)


def test_every_answer_carries_an_id_of_its_own(limited: World) -> None:
    limited.settings(rate_limit_burst=1000)
    answers = [limited.owner.get(path) for path in (EVENTS, "/api/v1/nowhere", "/healthz") for _ in range(20)]
    assert len({answer.headers["x-request-id"] for answer in answers}) == len(answers)


def test_smaller_bucket_takes_effect_at_once(limited: World) -> None:
    limited.settings(rate_limit_burst=50)
    assert quota(limited.owner.get(EVENTS)) == (50, 49)
    limited.settings(rate_limit_burst=2)
    assert [quota(limited.owner.get(EVENTS)) for _ in range(2)] == [(2, 1), (2, 0)]
    refused(limited.owner.get(EVENTS), 429)
