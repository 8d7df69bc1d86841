"""The two clients: the server that they call, the key that they send, and that they are alike."""

import asyncio
import inspect
import string
from inspect import Parameter
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.expectations import Expect
from contract_tests.sdk import fake_servers, mock
from contract_tests.sdk.answers import as_json, data, field, first, ids
from contract_tests.sdk.clients import AWAITED, BLOCKING, KINDS, Client
from contract_tests.sdk.examples import one_in
from contract_tests.sdk.installed import CLIENTS, Sdk
from contract_tests.sdk.surface import ALIASES, NAMESPACES, OPTIONS, listing, namespaces, verbs
from contract_tests.steps.events import TRIGGERS
from contract_tests.world import World

KEYS = st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=40).map("sk_live_{}".format)


def shape(method: Any) -> list[tuple[str, str, Any]]:
    """Return the parameters of a method: names, kinds and defaults."""
    return [(each.name, each.kind.name, repr(each.default)) for each in inspect.signature(method).parameters.values()]


def surface(client: Any) -> dict[str, dict[str, Any]]:
    """Return the parameters of each method of each namespace; of two names for a part, the first."""
    found: dict[str, dict[str, Any]] = {}
    for name, namespace in namespaces(client):
        known = {ALIASES.get(verb, verb): shape(method) for verb, method in verbs(namespace).items()}
        found.setdefault(ALIASES.get(name, name), {}).update(known)
    return found


@pytest.mark.rules("SDK-03")
def test_every_call_goes_to_version_1(client: Client, expect: Expect) -> None:
    known = listing(client)
    for namespace in known:
        client.call(f"{namespace}.list")
    paths = [sent.request.url.path for sent in client.sent]
    expect("SDK-03", len(paths) == len(known), "a request for each list", paths)
    expect("SDK-03", all(path.startswith("/api/v1/") for path in paths), "paths below /api/v1", paths)


@pytest.mark.rules("SDK-09")
def test_a_call_of_the_blocking_client_returns_its_answer(sdk: Sdk, world: World, expect: Expect) -> None:
    with sdk.client(BLOCKING, world) as client:
        found = client.call("sites.list")
        expect.equal("SDK-09", sorted(ids(data(found))), sorted(world.sites), "the sites")


@pytest.mark.rules("SDK-10")
def test_a_call_of_the_async_client_is_awaited(sdk: Sdk, world: World, expect: Expect) -> None:
    with sdk.client(AWAITED, world) as client:
        for namespace in listing(client):
            client.call(f"{namespace}.list")
        found = client.call("sites.list")
        expect.equal("SDK-10", sorted(ids(data(found))), sorted(world.sites), "the sites")


@pytest.mark.python
@pytest.mark.rules("SDK-10")
def test_other_tasks_run_while_a_call_waits(sdk: Sdk, world: World, expect: Expect) -> None:
    mock.add_fault(world, operation="listSites", delay_ms=200)

    async def iterations(waiting: Any) -> int:
        task, count = asyncio.ensure_future(waiting), 0
        while not task.done():
            count += 1
            await asyncio.sleep(0)
        await task
        return count

    with sdk.client(AWAITED, world) as client:
        count = client.attempt(lambda: iterations(client.verb("sites.list")()))
        expect("SDK-10", count > 50, "more than 50 iterations of the event loop meanwhile", f"{count} iterations")


@pytest.mark.python
@pytest.mark.rules("SDK-11")
def test_both_clients_have_the_same_surface(sdk: Sdk, expect: Expect) -> None:
    one, other = (surface(sdk.make(kind, api_key="sk_live_abc123")) for kind in KINDS)
    expect("SDK-11", set(NAMESPACES) <= one.keys(), f"the namespaces {NAMESPACES}", sorted(one))
    expect.equal("SDK-11", sorted(other), sorted(one), "the namespaces of the async client")
    for namespace, known in one.items():
        expect.equal("SDK-11", sorted(other[namespace]), sorted(known), f"the verbs of {namespace} of the async client")
        for verb, takes in known.items():
            expect.equal(
                "SDK-11", other[namespace][verb], takes, f"the parameters of {namespace}.{verb} of the async client"
            )
    options, others = (
        {name: repr(each.default) for name, each in sdk.options(kind).items() if name in OPTIONS} for kind in KINDS
    )
    expect.equal("SDK-11", others, options, "the options of the async client")


@pytest.mark.rules("SDK-11")
@one_in(4)
@given(
    limit=st.none() | st.integers(1, 100),
    trigger=st.none() | st.sampled_from(TRIGGERS),
    starred=st.none() | st.booleans(),
)
def test_both_clients_answer_the_same(
    sdk: Sdk, world: World, expect: Expect, limit: int | None, trigger: str | None, starred: bool | None
) -> None:
    mock.events(world)
    filters = {"limit": limit, "trigger_type": trigger, "starred": starred}
    given = {name: value for name, value in filters.items() if value is not None}
    with sdk.client(BLOCKING, world) as one, sdk.client(AWAITED, world) as other:
        found, twin = (as_json(client.call("events.list", **given)) for client in (one, other))
        expect.equal("SDK-11", twin, found, f"with {given} the page of the async client")
        walked, walk = ([as_json(item) for item in client.walk("events", **given)] for client in (one, other))
        expect.equal("SDK-11", walk, walked, f"with {given} the walk of the async client")


@pytest.mark.rules("SDK-11")
@pytest.mark.parametrize("namespace", NAMESPACES)
def test_both_clients_read_the_same(sdk: Sdk, world: World, expect: Expect, namespace: str) -> None:
    mock.create_two_of_each(world)
    with sdk.client(BLOCKING, world) as one, sdk.client(AWAITED, world) as other:
        item = first(ids(data(one.call(f"{namespace}.list"))))
        found, twin = (as_json(client.call(f"{namespace}.get", item)) for client in (one, other))
        expect.equal("SDK-11", twin, found, f"the answer of {namespace}.get of the async client")
        refused, refusal = (type(client.fails(f"{namespace}.get", world.org_id)) for client in (one, other))
        expect("SDK-11", refused is refusal, f"{refused.__name__} from both clients", refusal.__name__)


@pytest.mark.python
@pytest.mark.rules("SDK-13")
def test_the_async_client_works_in_a_block(sdk: Sdk, world: World, expect: Expect) -> None:
    async def use(made: Any) -> Any:
        async with made as inside:
            return await inside.sites.list()

    with sdk.client(AWAITED, world) as client:
        found = client.attempt(lambda: use(client.raw))
        expect.equal("SDK-13", sorted(ids(data(found))), sorted(world.sites), "the sites, listed in the block")


@pytest.mark.rules("SDK-14")
def test_an_awaited_list_has_its_items_in_data(sdk: Sdk, world: World, expect: Expect) -> None:
    with sdk.client(AWAITED, world) as client:
        found = data(client.call("cameras.list"))
        expect.equal("SDK-14", sorted(ids(found)), sorted(world.cameras()), "the cameras in data")
        expect("SDK-14", all(field(item, "name") for item in found), "cameras with names", found)


@pytest.mark.rules("SDK-15")
@one_in(4)
@given(key=KEYS)
@example(key="sk_live_" + "aA0_-" * 20)
def test_the_key_is_sent_with_every_request(sdk: Sdk, kind: str, world: World, expect: Expect, key: str) -> None:
    with sdk.client(kind, world, api_key=key) as client:
        client.server = fake_servers.empty
        client.call("sites.list")
        header = client.last.request.headers.get("authorization")
        expect.equal("SDK-15", header, f"Bearer {key}", "the Authorization header")


@pytest.mark.python
@pytest.mark.rules("SDK-15")
def test_the_key_is_a_required_str(sdk: Sdk, kind: str, expect: Expect) -> None:
    option = sdk.options(kind).get("api_key")
    expect("SDK-15", option is not None, f"an option api_key of {CLIENTS[kind]}", sorted(sdk.options(kind)))
    if option is not None:
        expect("SDK-15", option.annotation in (str, "str"), "api_key: str", option.annotation)
        expect("SDK-15", option.default is Parameter.empty, "api_key without a default", repr(option.default))


@pytest.mark.rules("SDK-16")
def test_a_client_without_a_key_is_refused(sdk: Sdk, kind: str, expect: Expect) -> None:
    expect("SDK-16", sdk.refuses(kind), f"an error from {CLIENTS[kind]}()", "a client")


@pytest.mark.rules("SDK-17")
def test_a_key_gives_access_to_its_own_org(sdk: Sdk, kind: str, world: World, expect: Expect) -> None:
    with sdk.client(kind, world) as own, sdk.client(kind, world.outside) as other:
        for client, org in ((own, world), (other, world.outside), (own, world)):
            found = ids(data(client.call("cameras.list")))
            expect.equal("SDK-17", sorted(found), sorted(org.cameras()), "the cameras of the key's org")
        other.fails("cameras.get", world.cameras()[0])
        expect.equal("SDK-17", other.last.status, 404, "the status for the camera of another org")


@pytest.mark.rules("SDK-18")
def test_the_hosted_service_is_called_by_default(sdk: Sdk, kind: str, world: World, expect: Expect) -> None:
    url = f"{sdk.default_url(kind, world)}/"
    expect("SDK-18", url.startswith("https://api.novavms.io/"), "a URL at https://api.novavms.io", url)


@pytest.mark.rules("SDK-19")
@pytest.mark.parametrize("base_url", ["https://vms.example.com", "http://192.0.2.7:8443"])
def test_the_base_url_is_called(sdk: Sdk, kind: str, world: World, expect: Expect, base_url: str) -> None:
    with sdk.client(kind, world, base_url=base_url) as client:
        client.server = fake_servers.empty
        for namespace in listing(client):
            client.call(f"{namespace}.list")
        urls = [str(sent.request.url) for sent in client.sent]
        expect("SDK-19", all(url.startswith(f"{base_url}/") for url in urls), f"URLs at {base_url}", urls)
