"""Every request of both clients obeys the options: its URL, key, User-Agent and timeout, and the HTTP client."""

import string
from collections.abc import Iterator
from random import Random
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.expectations import Expect
from contract_tests.sdk import fake_servers, verbs
from contract_tests.sdk.clients import Client
from contract_tests.sdk.examples import SEEDS, one_in
from contract_tests.sdk.installed import Sdk
from contract_tests.sdk.transports import HTTP, Answering
from contract_tests.world import World

FEW = one_in(7)
BASE_URLS = (
    "https://vms.example.com",
    "https://vms.example.com/",
    "http://192.0.2.7:8443",
    "https://example.com/Vms",
    "https://example.com/vms/",
    "http://example.com:8080/video/Prod-1/",
    "https://[2001:db8::7]:8443",
    "https://eu.example.com/a%20b",
)
KEY_CHARACTERS = string.ascii_letters + string.digits + "_-"


def made_calls(client: Client, rng: Random) -> Iterator[str]:
    """Call every verb, and take the first step of every walk; yield each call after it was made."""
    for call in verbs.draw_all(client, rng):
        call.make(client)
        yield str(call)


@pytest.mark.rules("SDK-03", "SDK-15", "SDK-19", "SDK-20", "SDK-26", "SDK-28")
@FEW
@given(
    base_url=st.sampled_from(BASE_URLS),
    key=st.text(KEY_CHARACTERS, min_size=1, max_size=60).map("sk_live_{}".format),
    seconds=st.floats(0.05, 600).map(lambda number: round(number, 3)).filter(lambda number: number != 10),
    agent=st.text(string.ascii_letters + string.digits + "-._", min_size=1, max_size=20).map("{}/2.0 (R; x)".format),
    seed=SEEDS,
)
def test_every_request_obeys_the_options(
    sdk: Sdk, kind: str, world: World, expect: Expect, base_url: str, key: str, seconds: float, agent: str, seed: int
) -> None:
    rng = Random(seed)
    seconds += 0 if sdk.in_process else 5  # in another process a request takes real time
    transport = Answering(fake_servers.documented(rng))
    options: dict[str, Any] = {"base_url": base_url, "api_key": key, "timeout": seconds, "user_agent": agent}
    with sdk.client(kind, world, **sent_by(sdk, kind, transport), **options) as client:
        client.server = None if sdk.in_process else transport.handle_request
        for what in made_calls(client, rng):
            rule = "SDK-26" if sdk.in_process else "SDK-19"
            expect(rule, transport.requests, f"{what}: a request through the http_client", client.sent)
            request = transport.requests[0]
            transport.requests.clear()
            wanted, url = f"{str(httpx.URL(base_url)).rstrip('/')}/", str(request.url)
            below = url.startswith(wanted) and not url.startswith(f"{wanted}/")
            expect("SDK-19", below, f"{what}: a URL that begins with {wanted}", url)
            expect("SDK-03", url.removeprefix(wanted).startswith("api/v1/"), f"{what}: {wanted}api/v1/…", url)
            expect.equal("SDK-15", request.headers.get("authorization"), f"Bearer {key}", f"{what}: Authorization")
            user_agent = request.headers.get("user-agent", "")
            appended = user_agent.endswith(f" {agent}") and user_agent != f" {agent}"
            expect("SDK-28", appended, f"{what}: a User-Agent to which {agent} is appended", user_agent)
            if client.sees_timeouts:
                expect_timeout(expect, request, seconds, what)


def sent_by(sdk: Sdk, kind: str, transport: Answering) -> dict[str, Any]:
    """Return the options of a client that sends by a transport, none where that takes a driver's place."""
    return {"http_client": HTTP[kind](transport=transport)} if sdk.in_process else {}


def expect_timeout(expect: Expect, request: httpx.Request, seconds: float, what: str) -> None:
    """Expect that every step of a request has a limit, and that the answer is waited for as long as the option says."""
    found = request.extensions.get("timeout", {})
    expect.equal("SDK-20", found.get("read"), seconds, f"{what}: the seconds that an answer is waited for")
    for step in ("connect", "write"):
        limit = found.get(step)
        expect("SDK-20", limit is not None and limit <= seconds, f"{what}: at most {seconds} s to {step}", found)


@pytest.mark.rules("SDK-18", "SDK-20", "SDK-27")
def test_every_request_obeys_the_defaults(sdk: Sdk, kind: str, world: World, expect: Expect) -> None:
    rng = Random(world.session.seed)
    own = sdk.product
    with sdk.client(kind, world, base_url=None) as client:
        client.server = fake_servers.documented(rng)
        for what in made_calls(client, rng):
            request = client.last.request
            agent = request.headers.get("user-agent", "")
            expect("SDK-27", own in agent.split(), f"{what}: {own} in the User-Agent", agent)
            expect_timeout(expect, request, 10.0, what)
            url = str(request.url)
            expect("SDK-18", url.startswith("https://api.novavms.io/"), f"{what}: https://api.novavms.io/…", url)


@pytest.mark.rules("SDK-19", "SDK-03")
@pytest.mark.parametrize("base_url", BASE_URLS)
def test_calls_go_below_the_base_url(sdk: Sdk, kind: str, world: World, expect: Expect, base_url: str) -> None:
    with sdk.client(kind, world, base_url=base_url) as client:
        client.server = fake_servers.empty
        client.call("sites.list")
        found, wanted = str(client.last.request.url), f"{str(httpx.URL(base_url)).rstrip('/')}/"
        below = found.startswith(wanted) and not found.startswith(f"{wanted}/")
        expect("SDK-19", below, f"a URL that begins with {wanted}", found)
        expect.equal("SDK-03", found.partition("?")[0], f"{wanted}api/v1/sites", "the URL of sites.list")


@pytest.mark.rules("SDK-26")
def test_the_http_client_is_used_as_it_was_configured(sdk: Sdk, kind: str, world: World, expect: Expect) -> None:
    transport, hooked = Answering(fake_servers.empty), []

    async def hook_async(request: httpx.Request) -> None:
        hooked.append(request)

    hook = hooked.append if kind == "blocking" else hook_async
    made = HTTP[kind](
        mounts={"https://": transport}, headers={"X-Own": "mine"}, cookies={"own": "1"}, event_hooks={"request": [hook]}
    )
    with sdk.client(kind, world, http_client=made, base_url="https://vms.example.com") as client:
        client.call("sites.list")
        expect.equal("SDK-26", len(transport.requests), 1, "the requests through the transport that is mounted")
        headers = transport.requests[0].headers
        expect.equal("SDK-26", headers.get("x-own"), "mine", "the header of the http_client")
        expect.equal("SDK-26", headers.get("cookie"), "own=1", "the cookie of the http_client")
        expect.equal("SDK-26", len(hooked), 1, "the calls of the event hook of the http_client")
