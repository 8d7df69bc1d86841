"""Calls that are repeated: which, how often, and after what pauses."""

import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.expectations import Expect
from contract_tests.sdk import fake_servers, journal
from contract_tests.sdk.answers import data, ids
from contract_tests.sdk.clients import Client
from contract_tests.sdk.installed import Sdk
from contract_tests.world import World

Call = Callable[[World, Client], Any]
#: A call of every method, by its operation.
CALLS: dict[str, Call] = {
    "listSites": lambda world, client: client.call("sites.list"),
    "createSite": lambda world, client: client.call("sites.create", name=world.name("site")),
    "updateSite": lambda world, client: client.call("sites.update", world.sites[0], name=world.name("site")),
    "deleteSite": lambda world, client: client.call("sites.remove", world.site()["id"]),
    "triggerCamera": lambda world, client: client.call("cameras.trigger", world.cameras()[0]),
    "exportEvents": lambda world, client: client.call("events.export"),
}
#: So many calls fail before the pauses are judged: as most SDKs draw them, the longest of each is close to its bound.
_FAILURES = 120


def statuses(world: World, operation: str) -> list[int]:
    """Return what the calls of an operation were answered, in their order."""
    return [call["status"] for call in journal.asked(world, operation)]


def failing(world: World, client: Client, **fields: Any) -> list[int]:
    """Let every list of sites fail, ask for one, and return what the requests were answered."""
    journal.clear(world)
    journal.forget(world)
    journal.fault(world, operation="listSites", **fields)
    client.fails("sites.list")
    return statuses(world, "listSites")


@pytest.mark.rules("SDK-21")
def test_three_times_is_the_default(client: Client, world: World, expect: Expect) -> None:
    for status in (429, 503):
        found = failing(world, client, status=status)
        expect.equal("SDK-21", found, [status] * 4, "the first request and its repetitions")


@pytest.mark.rules("SDK-21")
@given(times=st.integers(0, 8))
@example(times=0)
@example(times=7)
def test_max_retries_is_how_often(sdk: Sdk, kind: str, world: World, expect: Expect, times: int) -> None:
    with sdk.client(kind, world, max_retries=times) as client:
        found = failing(world, client, status=500)
        expect.equal("SDK-21", len(found), times + 1, f"with max_retries={times} the requests")


@pytest.mark.rules("SDK-23")
@given(status=st.integers(500, 599))
@example(status=500)
@example(status=501)
@example(status=502)
@example(status=504)
@example(status=599)
def test_every_5xx_is_repeated(client: Client, world: World, expect: Expect, status: int) -> None:
    journal.clear(world)
    journal.forget(world)
    journal.fault(world, operation="listSites", status=status, times=1)
    found = client.call("sites.list")
    expect.equal("SDK-23", statuses(world, "listSites"), [status, 200], "the answers")
    expect.equal("SDK-23", len(data(found)), len(world.sites), "at last the sites")


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        pytest.param("SDK-22", 429, marks=pytest.mark.rules("SDK-22")),
        pytest.param("SDK-23", 503, marks=pytest.mark.rules("SDK-23")),
    ],
)
@pytest.mark.parametrize("operation", CALLS)
def test_a_call_of_any_method_is_repeated(
    client: Client, world: World, expect: Expect, operation: str, rule: str, status: int
) -> None:
    journal.fault(world, operation=operation, status=status, times=2)
    CALLS[operation](world, client)
    found = statuses(world, operation)
    expect.equal(rule, found[:-1], [status] * 2, f"before {operation} succeeded, the answers")
    bodies = {sent.content for sent in client.sent}
    expect(rule, len(bodies) == 1, "the same body each time", bodies)


@pytest.mark.rules("SDK-22", "SDK-23")
def test_a_page_of_a_walk_is_repeated_too(client: Client, world: World, expect: Expect) -> None:
    for rule, status in (("SDK-22", 429), ("SDK-23", 503)):
        journal.fault(world, operation="listCameras", status=status, after=1, times=2)
        found = ids(client.walk("cameras", limit=1))
        expect.equal(rule, sorted(found), sorted(world.cameras()), f"with a {status} on the way the cameras")
        journal.clear(world)


@pytest.mark.rules("SDK-22", "RL-13")
def test_a_used_up_bucket_is_waited_for(client: Client, world: World, expect: Expect) -> None:
    world.settings(rate_limit_burst=1, rate_limit_per_minute=6)
    client.passing = world.advance
    with world.frozen_clock():
        client.call("sites.list")
        found = client.call("sites.list")
        asked = [int(sent.headers["retry-after"]) for sent in client.sent if sent.status == 429]
    expect.equal("SDK-22", sorted(ids(data(found))), sorted(world.sites), "after the pause the sites")
    expect("RL-13", asked and asked[0] >= 9, "a 429 that asks for some ten seconds", asked)
    expect("RL-13", client.pauses and client.pauses[0] >= asked[0], f"a pause of {asked[0]} s or more", client.pauses)


@pytest.mark.rules("RL-13")
@given(seconds=st.integers(1, 45))
@example(seconds=45)
def test_no_pause_is_shorter_than_the_server_asks(client: Client, world: World, expect: Expect, seconds: int) -> None:
    site, asked = world.sites[0], {"Retry-After": str(seconds)}
    client.server = fake_servers.refusing(429, "rate_limited", headers=asked)
    client.pauses.clear()
    client.fails("sites.get", site)
    expect("RL-13", client.pauses, "pauses", "none")
    expect("RL-13", min(client.pauses) >= seconds, f"pauses of {seconds} s or more", client.pauses)


@pytest.mark.rules("SDK-24")
def test_pauses_grow_exponentially(sdk: Sdk, kind: str, world: World, expect: Expect) -> None:
    random.seed(world.session.seed)  # jitter, as most SDKs draw it, repeats with the run
    longest = [0.0, 0.0, 0.0]
    with sdk.client(kind, world) as client:
        journal.fault(world, operation="listSites", status=503)
        for _ in range(_FAILURES):
            client.pauses.clear()
            client.fails("sites.list")
            expect.equal("SDK-24", len(client.pauses), 3, "with three repetitions the pauses")
            longest = [max(pair) for pair in zip(longest, client.pauses, strict=True)]
    grown = all(after >= 1.2 * before > 0 for before, after in pairwise(longest))
    first, second = (after - before for before, after in pairwise(longest))
    # Pauses that grew by the same amount each time would be linear.
    grown = grown and second >= 1.3 * first
    expect("SDK-24", grown, f"the longest of {_FAILURES} first, second and third pauses to grow ever faster", longest)


@pytest.mark.rules("SDK-25")
@given(status=st.integers(400, 499).filter(lambda status: status != 429))
@example(status=400)
@example(status=401)
@example(status=403)
@example(status=404)
@example(status=408)
@example(status=409)
@example(status=425)
def test_no_other_4xx_is_repeated(client: Client, world: World, expect: Expect, status: int) -> None:
    client.pauses.clear()
    found = failing(world, client, status=status)
    expect.equal("SDK-25", found, [status], "the answers")
    expect.equal("SDK-25", client.pauses, [], "the pauses")
