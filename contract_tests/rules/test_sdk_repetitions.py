"""Every verb of both clients is repeated: after which answers, how often, after which delays, and with what."""

import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from random import Random
from typing import Any

import httpx
import pytest
from hypothesis import given

from contract_tests.expectations import Expect
from contract_tests.sdk import fake_servers, verbs
from contract_tests.sdk.clients import Client
from contract_tests.sdk.examples import SEEDS, one_in
from contract_tests.sdk.installed import Sdk
from contract_tests.sdk.traffic import SentRequest, Server
from contract_tests.sdk.verbs import RandomCall
from contract_tests.world import World

FEW = one_in(15)
_NOW = datetime(2026, 4, 20, 8, 30, tzinfo=UTC)
#: A seed with which the first numbers of the generator ``random`` are close to 1, as jitter is often drawn from it.
_SEED_OF_LONG_DELAYS = 278652
#: After how many failed calls delays that do not grow are taken to be so; jitter may hide the growth in a few.
_FAILURES = 60


def in_whole_seconds(rng: Random) -> tuple[float, Mapping[str, str]]:
    """Return a delay, and the header that asks for it."""
    seconds = rng.randint(11, 20)
    return seconds, {"Retry-After": str(seconds)}


def in_other_forms(rng: Random) -> Iterator[tuple[float, Mapping[str, str]]]:
    """Yield delays and the headers that ask for them as a fraction, and as a date."""
    seconds = rng.randint(11, 20)
    yield seconds + 0.75, {"Retry-After": f"{seconds}.75"}
    date = format_datetime(_NOW + timedelta(seconds=seconds), usegmt=True)
    yield seconds, {"Date": format_datetime(_NOW, usegmt=True), "Retry-After": date}


def in_turn(failures: list[httpx.Response], then: Server) -> Server:
    """Return a server that fails in this order, and then answers as another one does."""
    left = iter(failures)
    return lambda request: next(left, None) or then(request)


def failure(status: int, headers: Mapping[str, str] | None = None) -> httpx.Response:
    """Return an error in the API's format."""
    body = {"error": "unavailable", "message": "Later.", "request_id": fake_servers.REQUEST_ID}
    return httpx.Response(status, json=body, headers=headers)


def calls(client: Client, rng: Random) -> Iterator[RandomCall]:
    """Yield a call of every verb, before which what was sent and slept is forgotten."""
    for call in verbs.draw_all(client, rng):
        client.sent.clear()
        client.sleeps.clear()
        yield call


def as_sent(sent: SentRequest) -> tuple[Any, ...]:
    """Return what is the same in a request and its repetitions."""
    return sent.request.method, str(sent.request.url), sent.content


@pytest.mark.rules("SDK-15", "SDK-22", "RL-13")
@FEW
@given(seed=SEEDS)
def test_every_verb_is_repeated_after_429(sdk: Sdk, kind: str, world: World, expect: Expect, seed: int) -> None:
    rng = Random(seed)
    with sdk.client(kind, world, max_retries=20) as client:
        for call in calls(client, rng):
            seconds, headers = in_whole_seconds(rng)
            expect_repeated(expect, "SDK-22", call, client, [failure(429, headers), failure(429)])
            expect(
                "RL-13",
                client.sleeps and client.sleeps[0] >= seconds,
                f"{call}: at least {seconds} s for {headers}",
                client.sleeps,
            )


@pytest.mark.rules("RL-13")
@FEW
@given(seed=SEEDS)
def test_every_verb_waits_for_fractions_and_dates(sdk: Sdk, kind: str, world: World, expect: Expect, seed: int) -> None:
    rng = Random(seed)
    with sdk.client(kind, world, max_retries=20) as client:
        for call in calls(client, rng):
            asked = [*in_other_forms(rng)]
            expect_repeated(expect, "RL-13", call, client, [failure(429, headers) for _, headers in asked])
            for (seconds, headers), slept in zip(asked, client.sleeps, strict=False):
                expect("RL-13", slept >= seconds, f"{call}: at least {seconds} s for {headers}", slept)


@pytest.mark.rules("SDK-15", "SDK-23")
@FEW
@given(seed=SEEDS)
def test_every_verb_is_repeated_after_5xx(sdk: Sdk, kind: str, world: World, expect: Expect, seed: int) -> None:
    rng = Random(seed)
    with sdk.client(kind, world, max_retries=20) as client:
        for call in calls(client, rng):
            statuses = [500, 501, 502, 503, 504, 507, 599, rng.randint(505, 598)]
            expect_repeated(expect, "SDK-23", call, client, [failure(status) for status in statuses])


def expect_repeated(
    expect: Expect, rule: str, call: RandomCall, client: Client, failures: list[httpx.Response]
) -> None:
    """Expect that a call is repeated after every failure, as the same request."""
    client.server = in_turn(failures, fake_servers.documented(Random(0)))
    call.make(client)
    tried = client.sent[: len(failures) + 1]
    keys = {sent.request.headers.get("authorization") for sent in tried}
    if rule != "RL-13":
        expect("SDK-15", len(keys) == 1 and None not in keys, f"{call}: the key with every repetition", keys)
    for again in tried:
        expect.equal(rule, as_sent(again), as_sent(tried[0]), f"{call}: the repetition")
    expect.equal(rule, len(tried), len(failures) + 1, f"{call}: the requests after {failures}")


@pytest.mark.rules("SDK-21", "SDK-24")
def test_every_verb_is_repeated_as_often_as_the_option_says(sdk: Sdk, kind: str, world: World, expect: Expect) -> None:
    rng = Random(world.session.seed)
    for times in (0, 5):
        with sdk.client(kind, world, max_retries=times) as client:
            client.server = lambda _: failure(503)
            for call in calls(client, rng):
                expect_growing_delays(expect, call, client, times)


def expect_growing_delays(expect: Expect, call: RandomCall, client: Client, times: int) -> None:
    """Expect that a call is repeated so often, and that its delays grow by growing steps."""
    maximum = [0.0] * 3
    for _ in range(_FAILURES):
        random.seed(_SEED_OF_LONG_DELAYS)
        client.sent.clear()
        client.sleeps.clear()
        call.fails(client)
        expect.equal("SDK-21", len(client.sent), times + 1, f"{call}: the requests with max_retries={times}")
        if not times:
            return
        maximum = [max(pair) for pair in zip(maximum, client.sleeps, strict=False)]
        steps = [after - before for before, after in pairwise(maximum)]
        if len(maximum) == 3 and maximum[1] >= 1.2 * maximum[0] > 0 and steps[1] >= 1.3 * steps[0]:
            expect("SDK-24", True, "")
            return
    expect("SDK-24", False, f"{call}: the first three delays to grow by growing steps", maximum)
