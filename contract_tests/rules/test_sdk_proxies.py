"""Errors of what stands between client and API, such as a proxy: their bodies are none of the API."""

from collections.abc import Iterator
from functools import partial
from itertools import cycle, product
from random import Random

import httpx
import pytest

from contract_tests.expectations import Expect
from contract_tests.sdk import fake_servers, verbs
from contract_tests.sdk.answers import field
from contract_tests.sdk.clients import Client
from contract_tests.sdk.installed import Sdk
from contract_tests.sdk.traffic import Server
from contract_tests.sdk.verbs import RandomCall
from contract_tests.world import World

#: The bodies of errors, by their media types.
BODIES = (
    ("text/html", b"<html><h1>Service Unavailable</h1></html>"),
    ("text/html", b""),
    ("text/plain", b"upstream connect error"),
    ("application/json", b'{"error": "cut o'),
    ("application/json", b"null"),
    ("application/json", b'["no", "object"]'),
    ("application/problem+json", b'{"title": "Later", "status": 503, "detail": null}'),
    ("application/octet-stream", b"\xff\xfe\x00"),
)
#: The rule about the class of each status, and the class.
CLASSES = {
    400: ("SDK-52", "ValidationError"),
    401: ("SDK-48", "AuthError"),
    403: ("SDK-49", "AuthError"),
    404: ("SDK-54", "NotFoundError"),
    429: ("SDK-50", "RateLimitError"),
    502: ("SDK-45", "NovaVMSError"),
}


def answer(status: int, body: tuple[str, bytes], _: httpx.Request) -> httpx.Response:
    """Answer a request with an error."""
    return httpx.Response(status, headers={"Content-Type": body[0]}, content=body[1])


def once(failure: Server, then: Server) -> Server:
    """Return a server that answers the first request as one does, and the others as another one does."""
    left = iter((failure,))
    return lambda request: next(left, then)(request)


def calls(sdk: Sdk, kind: str, world: World, retries: int) -> Iterator[tuple[RandomCall, Client]]:
    """Yield a call of every verb, with a client of its own."""
    rng = Random(world.session.seed)
    with sdk.client(kind, world, max_retries=retries) as client:
        for call in verbs.draw_all(client, rng):
            client.sent.clear()
            yield call, client


@pytest.mark.rules("SDK-22", "SDK-23")
def test_a_call_is_repeated_whatever_the_body_is(sdk: Sdk, kind: str, world: World, expect: Expect) -> None:
    bodies, then = cycle(BODIES), fake_servers.documented(Random(world.session.seed))
    for call, client in calls(sdk, kind, world, 3):
        body = next(bodies)
        for rule, status in (("SDK-22", 429), ("SDK-23", 503)):
            client.sent.clear()
            client.server = once(partial(answer, status, body), then)
            call.make(client)
            expect(rule, len(client.sent) > 1, f"{call}: another request after a {status} with {body}", client.sent)


@pytest.mark.rules("SDK-45", "SDK-46", *(rule for rule, _ in CLASSES.values() if rule != "SDK-45"))
def test_an_error_is_raised_whatever_the_body_is(sdk: Sdk, kind: str, world: World, expect: Expect) -> None:
    each = cycle(product(CLASSES, BODIES))
    root = sdk.part("NovaVMSError", "errors")
    for call, client in calls(sdk, kind, world, 0):
        status, body = next(each)
        client.server = partial(answer, status, body)
        error = call.fails(client)
        expect("SDK-45", isinstance(error, root), f"{call}: a NovaVMSError for {status} with {body}", repr(error))
        rule, name = CLASSES[status]
        known = isinstance(error, sdk.part(name, "errors"))
        expect(rule, known, f"{call}: {name} for {status} with {body}", repr(error))
        expect.equal("SDK-46", field(error, "status"), status, f"{call}: the status of the error with {body}")
