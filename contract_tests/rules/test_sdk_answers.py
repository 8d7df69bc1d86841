"""Answers of both clients: what a server may answer besides the values that are known today, and in which form."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any

import httpx
import pytest
from hypothesis import given

from contract_tests.expectations import Expect
from contract_tests.sdk import newer_answers, verbs
from contract_tests.sdk.answers import as_json, is_file, is_model
from contract_tests.sdk.clients import Client
from contract_tests.sdk.examples import SEEDS, one_in
from contract_tests.sdk.fake_servers import FILES, documented
from contract_tests.sdk.installed import Sdk
from contract_tests.sdk.traffic import Server
from contract_tests.sdk.verbs import RandomCall
from contract_tests.world import World

JSON = dict[str, Any]
FEW = one_in(7)
#: What a media type and its charset can look like, RFC 9110, 8.3.1.
SPELLINGS: tuple[Callable[[str], str], ...] = (
    lambda kind: f"{kind};charset=utf-8",
    lambda kind: f"{kind.title()}; Charset=UTF-8",
    lambda kind: f'{kind} ; charset="utf-8"',
)


def changed(server: Server, change: Callable[[httpx.Request, JSON], JSON]) -> Server:
    """Return a server that changes the JSON objects which another one answers with."""

    def answer(request: httpx.Request) -> httpx.Response:
        response = server(request)
        if not response.headers.get("content-type", "").startswith("application/json"):
            return response
        return httpx.Response(response.status_code, json=change(request, response.json()))

    return answer


def spelled(server: Server, rng: Random) -> Server:
    """Return a server that gives the answers of another one, written in another way."""

    def answer(request: httpx.Request) -> httpx.Response:
        response = server(request)
        kind, content = response.headers.get("content-type", "").partition(";")[0], response.content
        if not kind:
            return response
        if kind == "application/json":
            content = json.dumps(response.json(), indent=2, sort_keys=True).encode()
        headers = {"Content-Type": rng.choice(SPELLINGS)(kind)}
        return httpx.Response(response.status_code, headers=headers, content=content)

    return answer


def calls_with_json(client: Client, rng: Random, server: Server) -> Any:
    """Yield a call of every verb, its answer and the JSON that was answered; those of files and of nothing are left."""
    client.server = server
    for call in verbs.draw_all(client, rng):
        if call.verb.walks:
            continue
        found = call.make(client)
        if client.last.headers.get("content-type", "").lower().startswith("application/json"):
            yield call, found, json.loads(client.last.body)


@pytest.mark.rules("SDK-57", "SDK-58")
@FEW
@given(seed=SEEDS)
def test_a_value_that_is_not_known_yet_is_kept(client: Client, sdk: Sdk, expect: Expect, seed: int) -> None:
    rng = Random(seed)
    server = changed(documented(rng), newer_answers.with_other_values)
    for call, found, wanted in calls_with_json(client, rng, server):
        expect_model(expect, sdk, call, found)
        for place, value in newer_answers.other_values(wanted):
            actual = newer_answers.at(as_json(found), place)
            expect.equal("SDK-58", actual, value, f"{'.'.join(map(str, place))} in the answer of {call}")


@pytest.mark.rules("SDK-57", "SDK-58")
@FEW
@given(seed=SEEDS)
def test_a_field_that_is_not_known_yet_does_no_harm(client: Client, sdk: Sdk, expect: Expect, seed: int) -> None:
    rng = Random(seed)
    server = changed(documented(rng), newer_answers.with_other_fields)
    for call, found, wanted in calls_with_json(client, rng, server):
        expect_model(expect, sdk, call, found)
        expect("SDK-58", as_json(found), f"what was answered to {call}", wanted)


@pytest.mark.rules("SDK-57", "SDK-58")
@FEW
@given(seed=SEEDS)
def test_an_answer_is_read_however_it_is_written(client: Client, sdk: Sdk, expect: Expect, seed: int) -> None:
    rng = Random(seed)
    for call, found, wanted in calls_with_json(client, rng, spelled(documented(rng), rng)):
        expect_model(expect, sdk, call, found)
        expect("SDK-58", as_json(found), f"what was answered to {call}", wanted)


def expect_model(expect: Expect, sdk: Sdk, call: RandomCall, found: Any) -> None:
    """Expect that an answer of a Python SDK is a model."""
    if sdk.in_process:
        expect("SDK-57", is_model(sdk, found), f"a Pydantic model from {call}", repr(found))


@pytest.mark.rules("SDK-03")
def test_a_call_that_is_made_again_is_sent_again(client: Client, world: World, expect: Expect) -> None:
    rng = Random(world.session.seed)
    client.server = documented(rng)
    for call in verbs.draw_all(client, rng):
        call.make(client)
        client.sent.clear()
        call.make(client)
        expect("SDK-03", client.sent, f"a request when {call} is made a second time", "none")


@pytest.mark.parametrize(
    ("rule", "operation", "media_type"),
    [
        pytest.param(rule, operation, media_type, marks=pytest.mark.rules(rule), id=f"{rule}-{operation}")
        for rule, operation, media_type in (
            ("SDK-31", "getCameraSnapshot", "image/jpeg"),
            ("EV-96", "exportEvents", "text/csv"),
            ("SDK-03", "exportEvents", "text/csv"),
        )
    ],
)
def test_a_file_is_read_however_its_type_is_written(
    client: Client, world: World, expect: Expect, rule: str, operation: str, media_type: str
) -> None:
    rng = Random(world.session.seed)
    verb = next(replace(verb, optional=True) for verb in verbs.VERBS if verb.operation == operation)
    content = FILES[media_type] * 10_000
    for kind in (spelling(media_type) for spelling in SPELLINGS):
        client.server = partial(answered, content, kind)
        for call in verbs.draw(verb, client, rng):
            found = call.make(client)
            same = found == content if rule == "EV-96" else is_file(found, content)
            expect(rule, same, f"{len(content)} bytes from {call}, answered with {kind}", repr(found)[:60])


def answered(content: bytes, media_type: str, _: httpx.Request) -> httpx.Response:
    """Answer every request with a file."""
    return httpx.Response(200, content=content, headers={"Content-Type": media_type})
