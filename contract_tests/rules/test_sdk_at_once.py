"""Calls and walks of one client that are under way at the same time: each gets what it has asked for."""

import asyncio
from random import Random
from typing import Any

import httpx
import pytest
from hypothesis import given

from contract_tests.expectations import Expect
from contract_tests.sdk import fake_servers, mock, verbs
from contract_tests.sdk.answers import as_json, ids
from contract_tests.sdk.clients import AWAITED, BLOCKING, MAX_ITEMS, Client
from contract_tests.sdk.examples import SEEDS, one_in
from contract_tests.sdk.installed import Sdk
from contract_tests.sdk.random_lists import RandomList
from contract_tests.sdk.samples import identifier
from contract_tests.sdk.verbs import RandomCall
from contract_tests.world import World

FEW = one_in(7)
#: The rule about what a walk of each kind of client yields.
RULES = {BLOCKING: "SDK-64", AWAITED: "SDK-72"}
SITE = {"name": "Yard", "timezone": "UTC", "created_at": "2026-04-20T08:30:00Z"}
PATHS = {"events": "listEvents", "cameras": "listCameras", "sites": "listSites"}


def same_again(request: httpx.Request) -> httpx.Response:
    """Answer as the document says, and each request always alike."""
    return fake_servers.documented(Random(f"{request.method} {request.url}"))(request)


@pytest.mark.python
@pytest.mark.rules("SDK-10")
@FEW
@given(seed=SEEDS)
def test_calls_that_are_awaited_together_get_their_own_answers(
    sdk: Sdk, world: World, expect: Expect, seed: int
) -> None:
    rng = Random(seed)
    with sdk.client(AWAITED, world) as client:
        client.server = same_again
        calls = [call for call in verbs.draw_all(client, rng) if not call.verb.walks]
        wanted = [as_json(call.make(client)) for call in calls]
        found = client.attempt(lambda: together(calls))
        for call, answer, one in zip(calls, found, wanted, strict=True):
            expect.equal("SDK-10", as_json(answer), one, f"the answer of {call} among {len(calls)} at once")


async def together(calls: list[RandomCall]) -> list[Any]:
    """Make calls of the async client at the same time, and return their answers."""
    return await asyncio.gather(*(call.method(*call.arguments, **call.fields) for call in calls))


@pytest.mark.python
@pytest.mark.rules("SDK-10")
def test_a_call_can_be_cancelled(sdk: Sdk, world: World, expect: Expect) -> None:
    mock.add_fault(world, operation="listSites", delay_ms=500)

    async def cancelled(waiting: Any) -> bool:
        task = asyncio.ensure_future(waiting)
        for _ in range(20):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        return bool(task.cancelled())

    with sdk.client(AWAITED, world) as client:
        found = client.attempt(lambda: cancelled(client.verb("sites.list")()))
        expect("SDK-10", found, "a call that is cancelled to end as cancelled", "another end")


@pytest.mark.rules("SDK-64", "SDK-72")
def test_a_walk_may_have_many_pages(client: Client, expect: Expect) -> None:
    rule, count = RULES[client.kind], MAX_ITEMS - 10

    def answer(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params.get("cursor", 0))
        return fake_servers.page(
            [{"id": identifier(Random(number)), **SITE}], str(number + 1) if number < count else None
        )

    client.server = answer
    found = sum(1 for _ in client.walk("sites"))
    expect.equal(rule, found, count + 1, "the items of a walk along as many pages")


@pytest.mark.rules("SDK-64", "SDK-72")
@FEW
@given(seed=SEEDS)
def test_walks_do_not_disturb_each_other(client: Client, expect: Expect, seed: int) -> None:
    rng, rule = Random(seed), RULES[client.kind]
    served = {name: RandomList.draw(operation, rng) for name, operation in PATHS.items()}
    client.server = lambda request: served[request.url.path.rpartition("/")[2]].serve(request)
    given_up = client.walk("events", limit=9)
    for _ in range(rng.randint(1, 4)):
        next(given_up)
    names = [*served, "events"]
    walks = [client.walk(name, limit=limit) for limit, name in enumerate(names, 1)]
    found: list[list[Any]] = [[] for _ in walks]
    left = [*range(len(walks))]
    while left:
        number = rng.choice(left)
        item = next(walks[number], None)
        if item is None:
            left.remove(number)
        else:
            found[number].append(item)
    for name, items in zip(names, found, strict=True):
        expect.equal(rule, ids(items), served[name].ids, f"the ids of a walk of {name} beside others")
