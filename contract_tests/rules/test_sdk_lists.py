"""Every list of both clients, with drawn pages, filters and cursors: walks by iter and aiter, and pages by list."""

from random import Random
from typing import Any

import pytest
from hypothesis import given

from contract_tests.expectations import Expect
from contract_tests.sdk import verbs
from contract_tests.sdk.answers import data, field, ids
from contract_tests.sdk.clients import BLOCKING, Client
from contract_tests.sdk.examples import SEEDS, one_in
from contract_tests.sdk.random_lists import RandomList
from contract_tests.sdk.verbs import VERBS, Verb

FEW = one_in(3, 2)
LISTS = {verb.namespace: verb for verb in VERBS if verb.name == "list" and "cursor" in verb.takes.query}
PAGED = pytest.mark.parametrize("namespace", LISTS)
#: The rule about what a walk of each kind of client yields.
RULES = {BLOCKING: "SDK-64", "awaited": "SDK-72"}


def random_filters(verb: Verb, client: Client, rng: Random) -> dict[str, Any]:
    """Return random filters, always with a limit."""
    return next(verbs.draw(verb, client, rng)).fields | {"limit": rng.choice([1, 2, 20, 51, 100])}


def queries(client: Client) -> list[dict[str, str]]:
    """Return the queries of the requests."""
    return [dict(sent.request.url.params) for sent in client.sent]


def as_text(filters: dict[str, Any]) -> dict[str, str]:
    """Return filters in the format of a query."""
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in filters.items()}


@pytest.mark.rules("SDK-63", "SDK-64", "SDK-66", "SDK-67", "SDK-72")
@PAGED
@FEW
@given(seed=SEEDS)
def test_a_walk_goes_along_all_pages(client: Client, expect: Expect, namespace: str, seed: int) -> None:
    rng, rule = Random(seed), RULES[client.kind]
    verb = LISTS[namespace]
    served, filters = RandomList.draw(verb.operation, rng), random_filters(verb, client, rng)
    client.server = served.serve
    client.sent.clear()
    fetched = [(len(client.sent), item) for item in client.walk(namespace, **filters)]
    expect_cursors(expect, served, client)
    found = ids(item for _, item in fetched)
    expect.equal(rule, found, served.ids, f"the ids of a walk of {namespace} with {filters}")
    for query in queries(client):
        query.pop("cursor", None)
        expect.equal(rule, query, as_text(filters), f"the query of every page of a walk of {namespace}")
    for count, (requests, _) in enumerate(fetched, 1):
        wanted = served.requests_for(count)
        expect("SDK-66", requests <= wanted, f"{wanted} requests of a walk of {namespace} for {count} items", requests)


def expect_cursors(expect: Expect, served: RandomList, client: Client) -> None:
    """Expect that a walk has gone along all cursors, as they were given, and no further."""
    found, wanted = [query.get("cursor") for query in queries(client)], list(served.pages)
    expect.equal("SDK-63", [each for each in found if each not in wanted], [], "the cursors that no page had")
    expect.equal("SDK-67", len(found), len(wanted), "the number of pages that were fetched")


@pytest.mark.rules("SDK-63", "SDK-69", "SDK-70", "SDK-71")
@PAGED
@FEW
@given(seed=SEEDS)
def test_a_list_is_the_page_at_a_cursor(client: Client, expect: Expect, namespace: str, seed: int) -> None:
    rng = Random(seed)
    verb = LISTS[namespace]
    served = RandomList.draw(verb.operation, rng)
    client.server = served.serve
    client.sent.clear()
    for cursor, items in served.pages.items():
        limit = rng.choice([1, 20, 51, 99, 100])
        page = client.call(f"{namespace}.list", cursor=cursor, limit=limit)
        found = dict(client.last.request.url.params)
        if cursor is not None:
            expect.equal("SDK-63", found.get("cursor"), cursor, f"the cursor that {namespace}.list sends")
        expect.equal("SDK-69", found, as_query(cursor, limit), f"the query of {namespace}.list with a cursor")
        expect.equal("SDK-70", ids(data(page)), [item["id"] for item in items], f"data of a page of {namespace}")
        following = field(page, "next_cursor")
        expect.equal("SDK-70", following, served.following[cursor], f"next_cursor of a page of {namespace}")
        if served.following[cursor] is None:
            expect("SDK-71", following is None, "None as the last next_cursor", repr(following))
    expect.equal("SDK-69", len(client.sent), len(served.pages), f"the requests, one for each {namespace}.list")
    client.call(f"{namespace}.list")
    found = dict(client.last.request.url.params)
    expect("SDK-69", found in ({}, {"limit": "20"}), f"the query of {namespace}.list(): nothing but a default", found)


def as_query(cursor: str | None, limit: int) -> dict[str, str]:
    """Return the query of a page."""
    return {"limit": str(limit)} | ({} if cursor is None else {"cursor": cursor})
