"""The options of a client: timeout, the HTTP client that is passed, the User-Agent."""

import string
import time
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.expectations import Expect
from contract_tests.sdk import fake_servers, mock
from contract_tests.sdk.answers import data, ids
from contract_tests.sdk.clients import AWAITED, BLOCKING, Client
from contract_tests.sdk.examples import one_in
from contract_tests.sdk.installed import CLIENTS, DISTRIBUTION, Sdk
from contract_tests.sdk.surface import OPTIONS, listing
from contract_tests.verdicts import Unavailable
from contract_tests.world import World

HTTP: dict[str, Any] = {BLOCKING: httpx.Client, AWAITED: httpx.AsyncClient}
#: How much later than its timeout a call may end that was made in another process.
_LATE_SECONDS = 3.0
AGENTS = st.text(string.ascii_letters + string.digits + "-._", min_size=1, max_size=20).map("{}/2.0".format)


def transports(kind: str) -> tuple[Any, list[httpx.Request]]:
    """Return a transport that records every request and sends it, and the list of the recorded requests."""
    seen: list[httpx.Request] = []
    if kind == BLOCKING:

        class Blocking(httpx.HTTPTransport):
            def handle_request(self, request: httpx.Request) -> httpx.Response:
                seen.append(request)
                return super().handle_request(request)

        return Blocking(), seen

    class Awaited(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            seen.append(request)
            return await super().handle_async_request(request)

    return Awaited(), seen


def user_agent(client: Client) -> str:
    """Return the User-Agent of a client."""
    client.server = fake_servers.empty
    client.call("sites.list")
    return str(client.last.request.headers.get("user-agent", ""))


def read_timeout(client: Client) -> Any:
    """Return the read timeout of the last request, in seconds. Raises Unavailable where a request does not show it."""
    if not client.sees_timeouts:
        raise Unavailable("the timeout of a request is not seen in another process")
    return client.last.request.extensions.get("timeout", {}).get("read")


@pytest.mark.rules("SDK-20")
def test_the_default_timeout_is_ten_seconds(client: Client, expect: Expect) -> None:
    for namespace in listing(client):
        client.call(f"{namespace}.list")
        expect.equal("SDK-20", read_timeout(client), 10.0, f"the timeout of {namespace}.list in seconds")


@pytest.mark.rules("SDK-20")
@one_in(4)
@given(seconds=st.floats(0.5, 3600).map(lambda number: round(number, 3)))
@example(seconds=0.75)
@example(seconds=300.0)
def test_the_timeout_is_the_chosen_one(sdk: Sdk, kind: str, world: World, expect: Expect, seconds: float) -> None:
    with sdk.client(kind, world, timeout=seconds) as client:
        client.call("sites.list")
        expect.equal("SDK-20", read_timeout(client), seconds, "the timeout in seconds")


@pytest.mark.rules("SDK-20")
def test_a_call_ends_after_the_timeout(sdk: Sdk, kind: str, world: World, expect: Expect) -> None:
    mock.add_fault(world, operation="listSites", delay_ms=4000)
    with sdk.client(kind, world, timeout=0.1, max_retries=0) as client:
        client.fails("sites.list")
        expect.equal("SDK-20", [sent.status for sent in client.sent], [0], "the statuses, 0 for no answer")


@pytest.mark.driver
@pytest.mark.rules("SDK-20")
@pytest.mark.parametrize("chosen", [None, 0.5, 2.0])
def test_a_call_takes_as_long_as_its_timeout(
    sdk: Sdk, kind: str, world: World, expect: Expect, chosen: float | None
) -> None:
    seconds = 10.0 if chosen is None else chosen
    mock.add_fault(world, operation="listSites", delay_ms=round(1000 * (seconds + _LATE_SECONDS + 1)))
    with sdk.client(kind, world, timeout=chosen, max_retries=0) as client:
        begun = time.monotonic()
        client.fails("sites.list")
        taken = time.monotonic() - begun
    in_time = seconds - 0.1 <= taken <= seconds + _LATE_SECONDS
    expect("SDK-20", in_time, f"an end after {seconds:g} s with timeout={chosen}", f"one after {taken:.1f} s")


@pytest.mark.driver
@pytest.mark.rules("SDK-20")
def test_a_call_that_writes_ends_after_its_timeout(sdk: Sdk, kind: str, world: World, expect: Expect) -> None:
    mock.add_fault(world, operation="createSite", delay_ms=5000)
    with sdk.client(kind, world, timeout=0.5, max_retries=0) as client:
        begun = time.monotonic()
        client.fails("sites.create", name=world.name("site"))
        taken = time.monotonic() - begun
    expect("SDK-20", taken <= 0.5 + _LATE_SECONDS, "an end after 0.5 s with timeout=0.5", f"one after {taken:.1f} s")


@pytest.mark.rules("SDK-20")
def test_a_call_ends_when_its_answer_stalls(sdk: Sdk, kind: str, world: World, expect: Expect) -> None:
    options: dict[str, Any] = {"timeout": 0.2, "max_retries": 0, "base_url": "http://vms.example.com"}
    with fake_servers.proxy(stalls=True) as proxy:
        with sdk.client(kind, world, **sdk.through(kind, proxy.url), **options) as client:
            client.fails("sites.list")
        expect("SDK-20", proxy.requested, "a request to the proxy", "none")


@pytest.mark.rules("SDK-26")
@pytest.mark.parametrize("way", ["transport", "mounts"])
def test_calls_use_the_transport_of_the_http_client(
    sdk: Sdk, kind: str, world: World, expect: Expect, way: str
) -> None:
    transport, seen = transports(kind)
    http = HTTP[kind](**{way: transport if way == "transport" else {"all://": transport}})
    with sdk.client(kind, world, http_client=http) as client:
        for count in (1, 2, 3):
            found = client.call("sites.list")
            expect.equal("SDK-26", sorted(ids(data(found))), sorted(world.sites), "the sites")
            expect.equal("SDK-26", len(seen), count, "the requests through the transport")
        expect("SDK-26", not http.is_closed, "an HTTP client that stays open between calls", "a closed one")


@pytest.mark.rules("SDK-26")
def test_calls_use_the_proxy_of_the_http_client(sdk: Sdk, kind: str, world: World, expect: Expect) -> None:
    with fake_servers.proxy() as proxy:
        with sdk.client(kind, world, **sdk.through(kind, proxy.url), base_url="http://vms.example.com") as client:
            client.call("sites.list")
        expect("SDK-26", proxy.requested, "a request to the proxy", "none")
        wanted = "http://vms.example.com/api/v1/sites"
        expect("SDK-26", proxy.requested[0].startswith(wanted), f"the proxy to be asked for {wanted}", proxy.requested)


@pytest.mark.rules("SDK-26")
def test_the_headers_of_the_http_client_are_sent(sdk: Sdk, kind: str, world: World, expect: Expect) -> None:
    http = HTTP[kind](headers={"X-Own": "mine"})
    with sdk.client(kind, world, http_client=http) as client:
        client.call("sites.list")
        headers = client.last.request.headers
        expect.equal("SDK-26", headers.get("x-own"), "mine", "the header of the HTTP client")


@pytest.mark.rules("SDK-27")
def test_the_user_agent_has_name_and_version(client: Client, sdk: Sdk, expect: Expect) -> None:
    found = user_agent(client)
    wanted = dict.fromkeys((sdk.product, f"{DISTRIBUTION}/{sdk.version}"))  # one if the SDK has that very name
    expect("SDK-27", not wanted.keys().isdisjoint(found.split()), f"{' or '.join(wanted)} in the User-Agent", found)


@pytest.mark.rules("SDK-28")
@one_in(4)
@given(name=AGENTS)
def test_the_user_agent_option_is_appended(sdk: Sdk, kind: str, world: World, expect: Expect, name: str) -> None:
    with sdk.client(kind, world) as client:
        own = user_agent(client)
    with sdk.client(kind, world, user_agent=name) as client:
        found = user_agent(client)
    before = found.removesuffix(f" {name}")
    appended = found.endswith(f" {name}") and before and own.startswith(before)
    expect("SDK-28", appended, f"{name} appended to {own}", found)


@pytest.mark.rules("SDK-29")
def test_all_six_options_are_taken(sdk: Sdk, kind: str, world: World, expect: Expect) -> None:
    known = sdk.options(kind)
    for name in OPTIONS:
        expect("SDK-29", name in known, f"an option {name} of {CLIENTS[kind]}", sorted(known))
    chosen = {"timeout": 5.0, "max_retries": 1, "http_client": HTTP[kind](), "user_agent": "dashboard/2.0"}
    with sdk.client(kind, world, **chosen) as client:
        expect.equal(
            "SDK-29", len(data(client.call("sites.list"))), len(world.sites), "the sites, with all options set"
        )
