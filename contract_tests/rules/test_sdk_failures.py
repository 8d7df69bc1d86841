"""Every verb of both clients raises the errors of the API: their classes, and what they carry."""

from functools import partial
from random import Random
from typing import Any

import httpx
import pytest
from hypothesis import given

from contract_tests.expectations import Expect
from contract_tests.sdk import samples, verbs
from contract_tests.sdk.answers import field
from contract_tests.sdk.examples import SEEDS, one_in
from contract_tests.sdk.installed import Sdk
from contract_tests.sdk.verbs import RandomCall
from contract_tests.world import World

FEW = one_in(15)
#: The rule about the class of each status, and the class.
CLASSES = {
    400: ("SDK-52", "ValidationError"),
    401: ("SDK-48", "AuthError"),
    403: ("SDK-49", "AuthError"),
    404: ("SDK-54", "NotFoundError"),
    429: ("SDK-50", "RateLimitError"),
}
WITHOUT_CLASS = (408, 409, 410, 413, 425, 500, 503)
#: Further ones, of which each call gets one; not 421, which RFC 9110 has a client send again on another connection.
FURTHER = (414, 415, 416, 418, 422, 423, 424)


def random_body(status: int, rng: Random) -> dict[str, Any]:
    """Return the body of an error with drawn values."""
    code = "".join(rng.choice("abcdefgh_") for _ in range(rng.randint(3, 20)))
    body = {"error": code, "message": samples.text(rng), "request_id": f"req_{rng.getrandbits(48):x}"}
    names = [f"field_{number}" for number in range(rng.randint(2, 3))]
    wrong = {name: [samples.text(rng) for _ in range(rng.randint(1, 3))] for name in names}
    return body | ({"field_errors": wrong} if status == 400 else {})


@pytest.mark.rules(
    *("SDK-25", "SDK-45", "SDK-46", "SDK-47", "SDK-48", "SDK-49", "SDK-50"),
    *("SDK-51", "SDK-52", "SDK-53", "SDK-54", "SDK-55"),
)
@FEW
@given(seed=SEEDS)
def test_every_verb_raises_the_errors_of_the_api(sdk: Sdk, kind: str, world: World, expect: Expect, seed: int) -> None:
    rng = Random(seed)
    with sdk.client(kind, world, max_retries=1) as client:
        for call in verbs.draw_all(client, rng):
            for status in (*CLASSES, *WITHOUT_CLASS, rng.choice(FURTHER)):
                body, seconds = random_body(status, rng), rng.randint(2, 40)
                headers = {"Retry-After": str(seconds)} if status == 429 else {}
                client.server = partial(answer, status, body, headers)
                client.sent.clear()
                error = call.fails(client)
                expect_class(sdk, expect, call, status, error)
                expect_values(expect, call, status, body, error)
                if status < 429:
                    expect.equal("SDK-25", len(client.sent), 1, f"{call}: the requests with a {status}")
                if status == 429:
                    expect_retry_after(expect, call, error, seconds)


@pytest.mark.rules("SDK-51")
def test_retry_after_may_be_a_fraction(sdk: Sdk, kind: str, world: World, expect: Expect) -> None:
    rng = Random(world.session.seed)
    with sdk.client(kind, world, max_retries=0) as client:
        for call in verbs.draw_all(client, rng):
            seconds = rng.randint(2, 40) + 0.5
            client.server = partial(answer, 429, random_body(429, rng), {"Retry-After": str(seconds)})
            expect_retry_after(expect, call, call.fails(client), seconds)


def expect_retry_after(expect: Expect, call: RandomCall, error: Exception, seconds: float) -> None:
    """Expect that an error has the seconds of Retry-After as a float."""
    found = field(error, "retry_after")
    expect("SDK-51", type(found) is float, f"{call}: a float as retry_after", repr(found))
    expect.equal("SDK-51", found, seconds, f"{call}: retry_after")


def answer(status: int, body: Any, headers: dict[str, str], _: httpx.Request) -> httpx.Response:
    """Answer every request alike."""
    return httpx.Response(status, json=body, headers=headers)


def expect_class(sdk: Sdk, expect: Expect, call: RandomCall, status: int, error: Exception) -> None:
    """Expect that an error has the class of its status, or that of none."""
    root = sdk.part("NovaVMSError", "errors")
    expect("SDK-45", isinstance(error, root), f"{call}: a NovaVMSError for {status}", repr(error))
    if status in CLASSES:
        rule, name = CLASSES[status]
        expect(rule, isinstance(error, sdk.part(name, "errors")), f"{call}: {name} for {status}", repr(error))
        return
    for _, name in CLASSES.values():
        expect(
            "SDK-55", not isinstance(error, sdk.part(name, "errors")), f"{call}: no {name} for {status}", repr(error)
        )


def expect_values(expect: Expect, call: RandomCall, status: int, body: dict[str, Any], error: Exception) -> None:
    """Expect that an error carries what was answered."""
    found = (field(error, "status"), field(error, "code"), field(error, "request_id"))
    expect.equal("SDK-46", found, (status, body["error"], body["request_id"]), f"{call}: status, code and request id")
    expect.equal("SDK-47", getattr(error, "message", None), body["message"], f"{call}: the message")
    if status == 400:
        expect.equal("SDK-53", field(error, "field_errors"), body["field_errors"], f"{call}: field_errors")
