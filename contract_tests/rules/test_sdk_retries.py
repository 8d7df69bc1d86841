"""Calls that are repeated: which, how often, and after which delays."""

import random
from itertools import cycle, pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.expectations import Expect
from contract_tests.sdk import fake_servers, mock
from contract_tests.sdk.answers import data, ids
from contract_tests.sdk.clients import Client
from contract_tests.sdk.installed import Sdk
from contract_tests.world import World

#: The number of calls whose delays are compared; with random delays, the longest of so many is close to the maximum.
_FAILURES = 120


def failing(client: Client, status: int) -> list[int]:
    """Let all requests for sites fail, list sites, and return the statuses of the requests."""
    client.server = fake_servers.failing(status, "some_code")
    client.sent.clear()
    client.sleeps.clear()
    client.fails("sites.list")
    return [sent.status for sent in client.sent]


@pytest.mark.rules("SDK-21")
def test_the_default_is_three_repetitions(client: Client, expect: Expect) -> None:
    for status in (429, 503):
        found = failing(client, status)
        expect.equal("SDK-21", found, [status] * 4, "the statuses of the request and its repetitions")


@pytest.mark.rules("SDK-21")
def test_repetitions_are_counted_whatever_the_statuses(client: Client, expect: Expect) -> None:
    statuses = cycle((429, 503, 500))
    client.server = lambda request: fake_servers.failing(next(statuses), "some_code")(request)
    client.sent.clear()
    client.fails("sites.list")
    expect.equal("SDK-21", [sent.status for sent in client.sent], [429, 503, 500, 429], "the statuses of the requests")


@pytest.mark.rules("SDK-21")
@given(times=st.integers(0, 12))
@example(times=0)
@example(times=7)
@example(times=12)
def test_max_retries_is_the_number_of_repetitions(
    sdk: Sdk, kind: str, world: World, expect: Expect, times: int
) -> None:
    with sdk.client(kind, world, max_retries=times) as client:
        found = failing(client, 500)
        expect.equal("SDK-21", len(found), times + 1, f"the number of requests with max_retries={times}")


@pytest.mark.rules("SDK-23")
@given(status=st.integers(500, 599))
@example(status=500)
@example(status=501)
@example(status=502)
@example(status=504)
@example(status=599)
def test_every_5xx_is_repeated(client: Client, expect: Expect, status: int) -> None:
    failures = iter([fake_servers.failing(status, "some_code")])
    client.server = lambda request: next(failures, fake_servers.empty)(request)
    client.sent.clear()
    found = client.call("sites.list")
    expect.equal("SDK-23", [sent.status for sent in client.sent], [status, 200], "the answers")
    expect.equal("SDK-23", data(found), [], "the sites in the end")


@pytest.mark.rules("SDK-22", "SDK-23")
def test_a_page_of_a_walk_is_repeated(client: Client, world: World, expect: Expect) -> None:
    for rule, status in (("SDK-22", 429), ("SDK-23", 503)):
        mock.add_fault(world, operation="listCameras", status=status, after=1, times=2)
        found = ids(client.walk("cameras", limit=1))
        expect.equal(rule, sorted(found), sorted(world.cameras()), f"the cameras, with a {status} during the walk")
        mock.clear_faults(world)


@pytest.mark.rules("SDK-22", "RL-13")
def test_the_rate_limit_is_waited_for(client: Client, world: World, expect: Expect) -> None:
    world.settings(rate_limit_burst=1, rate_limit_per_minute=6)
    client.on_sleep = world.advance
    with world.frozen_clock():
        client.call("sites.list")
        found = client.call("sites.list")
        asked = [int(sent.headers["retry-after"]) for sent in client.sent if sent.status == 429]
    expect.equal("SDK-22", sorted(ids(data(found))), sorted(world.sites), "the sites after the delay")
    expect("RL-13", asked and asked[0] >= 9, "a 429 with a Retry-After of about ten seconds", asked)
    expect("RL-13", client.sleeps and client.sleeps[0] >= asked[0], f"a delay of at least {asked[0]} s", client.sleeps)


@pytest.mark.rules("RL-13")
@given(seconds=st.integers(1, 45))
@example(seconds=45)
def test_no_delay_is_shorter_than_retry_after(client: Client, world: World, expect: Expect, seconds: int) -> None:
    site, asked = world.sites[0], {"Retry-After": str(seconds)}
    client.server = fake_servers.failing(429, "rate_limited", headers=asked)
    client.sleeps.clear()
    client.fails("sites.get", site)
    expect("RL-13", client.sleeps, "delays", "none")
    expect("RL-13", min(client.sleeps) >= seconds, f"delays of at least {seconds} s", client.sleeps)


@pytest.mark.rules("SDK-24")
def test_delays_grow_exponentially(sdk: Sdk, kind: str, world: World, expect: Expect) -> None:
    random.seed(world.session.seed)  # so that jitter from this generator repeats with the seed of the run
    maximum = [0.0, 0.0, 0.0]
    with sdk.client(kind, world) as client:
        for _ in range(_FAILURES):
            failing(client, 503)
            expect.equal("SDK-24", len(client.sleeps), 3, "the number of delays with three repetitions")
            maximum = [max(pair) for pair in zip(maximum, client.sleeps, strict=True)]
    grown = all(after >= 1.2 * before > 0 for before, after in pairwise(maximum))
    first, second = (after - before for before, after in pairwise(maximum))
    # Growth by the same amount each time would be linear.
    grown = grown and second >= 1.3 * first
    expect(
        "SDK-24", grown, f"the longest of {_FAILURES} first, second and third delays to grow by growing steps", maximum
    )


@pytest.mark.rules("SDK-25")
@given(status=st.integers(400, 499).filter(lambda status: status != 429))
@example(status=400)
@example(status=401)
@example(status=403)
@example(status=404)
@example(status=408)
@example(status=409)
@example(status=425)
def test_no_other_4xx_is_repeated(client: Client, expect: Expect, status: int) -> None:
    found = failing(client, status)
    expect.equal("SDK-25", found, [status], "the answers")
    expect.equal("SDK-25", client.sleeps, [], "the delays")
