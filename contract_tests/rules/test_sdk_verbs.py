"""Every verb of both clients: what it sends for what it is given, and what it returns."""

import json
from dataclasses import replace
from datetime import date, datetime
from itertools import product
from random import Random
from typing import Any

import httpx
import pytest
from hypothesis import given

from contract_tests.expectations import Expect
from contract_tests.sdk import fake_servers, samples, schemas, verbs
from contract_tests.sdk.answers import as_json, is_file, is_model
from contract_tests.sdk.clients import Client
from contract_tests.sdk.examples import SEEDS, one_in
from contract_tests.sdk.installed import Sdk
from contract_tests.sdk.verbs import VERBS, RandomCall, Verb
from contract_tests.verdicts import Violation

JSON = dict[str, Any]
FEW = one_in(4, 2)
#: What a verb returns that the document gives no schema for, by operation.
FILES = {"exportEvents": "text/csv", "getCameraSnapshot": "image/jpeg"}
#: Examples alone show these verbs. An SDK that has one wraps a call of the API by it, which is more than an example.
SHOWN = [replace(verb, rule="SDK-03", optional=True) for verb in VERBS if verb.rule in {"EV-94", "AL-34", "GW-94"}]


EXPORTS = (("EV-94", "events.export"), ("SDK-03", "events.export"))
#: The rules about the verbs of each namespace.
RULES = {
    "cameras": ("SDK-31", "SDK-40"),
    "events": ("SDK-32", "SDK-39", "EV-94"),
    "alerts": ("SDK-33", "SDK-39", "AL-34"),
    "rules": ("SDK-34", "SDK-39"),
    "sites": ("SDK-35", "SDK-39"),
    "users": ("SDK-36", "SDK-39"),
    "webhooks": ("SDK-37", "SDK-38", "SDK-39"),
    "gateways": ("GW-94",),
}


def of_namespace(*further: str) -> Any:
    """Return the parameters of a check: the verbs of each namespace, with the rules about them and further ones."""
    return [
        pytest.param(
            [verb for verb in VERBS if verb.namespace == name], marks=pytest.mark.rules(*rules, *further), id=name
        )
        for name, rules in RULES.items()
    ] + [pytest.param(SHOWN, marks=pytest.mark.rules("SDK-03", *further), id="shown")]


def instant(text: Any) -> Any:
    """Return the time in a text, or what is no time as it is."""
    try:
        return datetime.fromisoformat(text) if "T" in text else text
    except (TypeError, ValueError):
        return text


def as_query(fields: JSON) -> dict[str, Any]:
    """Return filters as they are compared with those of a query."""
    texts = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in fields.items()}
    return {name: instant(text) for name, text in texts.items()}


def sent_query(request: httpx.Request) -> dict[str, Any]:
    """Return the query of a request; what is given twice is a list."""
    found = request.url.params
    return {
        name: instant(texts[0]) if len(texts := found.get_list(name)) == 1 else texts
        for name in found.keys()  # noqa: SIM118
    }


def sent_body(content: bytes) -> Any:
    """Return the JSON of a body, or what it is instead."""
    try:
        return json.loads(content) if content else None
    except ValueError:
        return content


def expect_sent(expect: Expect, call: RandomCall, client: Client) -> None:
    """Expect that the last request is what a call has to send."""
    verb, request = call.verb, client.last.request
    method, path = request.method, request.url.path
    expect.equal(verb.rule, (method, path), (verb.takes.method, call.path), f"the request of {call}")
    queried, known = as_query(dict(call.query)), as_query(schemas.defaults(verb.takes.query))
    query = schemas.chosen(sent_query(request), queried, known)
    expect.equal(verb.rule, query, queried, f"the query of {call}")
    body = sent_body(client.last.content)
    if method == "POST" and isinstance(body, dict) and call.body is not None:
        body = schemas.chosen(body, call.body, schemas.defaults(schemas.fields(verb.schema)[0]))
    found, wanted = (json.dumps(one_number(each), sort_keys=True, default=str) for each in (body, call.body))
    expect.equal(verb.rule, found, wanted, f"the body of {call}")


def one_number(value: Any) -> Any:
    """Return JSON with 1 for 1.0: they are one number, which languages write in either way."""
    if isinstance(value, dict):
        return {name: one_number(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [one_number(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def without_absent(found: Any, wanted: Any) -> Any:
    """Return JSON without the nulls of those fields that it has and the other lacks."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        kept = {name: value for name, value in found.items() if value is not None or name in wanted}
        return {name: without_absent(value, wanted.get(name)) for name, value in kept.items()}
    if isinstance(found, list) and isinstance(wanted, list) and len(found) == len(wanted):
        return [without_absent(*pair) for pair in zip(found, wanted, strict=True)]
    return found


@pytest.mark.parametrize("known", of_namespace())
@FEW
@given(seed=SEEDS)
def test_a_verb_sends_what_it_is_given(client: Client, expect: Expect, known: list[Verb], seed: int) -> None:
    rng = Random(seed)
    client.server = fake_servers.documented(rng)
    for verb in known:
        for call in verbs.draw(verb, client, rng):
            client.sent.clear()
            call.make(client)
            expect_sent(expect, call, client)


@pytest.mark.parametrize("known", of_namespace())
def test_a_verb_sends_the_smallest_and_the_largest_values(client: Client, expect: Expect, known: list[Verb]) -> None:
    rng = Random(0)
    client.server = fake_servers.documented(rng)
    for verb in known:
        for call in verbs.draw(verb, client, rng, borders=True):
            client.sent.clear()
            call.make(client)
            expect_sent(expect, call, client)


@pytest.mark.parametrize("known", of_namespace("SDK-57", "SDK-58", "EV-96"))
@FEW
@given(seed=SEEDS)
def test_a_verb_returns_the_answer(client: Client, sdk: Sdk, expect: Expect, known: list[Verb], seed: int) -> None:
    rng = Random(seed)
    client.server = fake_servers.documented(rng)
    for verb in known:
        for call in verbs.draw(verb, client, rng):
            found = call.make(client)
            if verb.operation in FILES:
                wanted = fake_servers.FILES[FILES[verb.operation]]
                same = is_file(found, wanted) if verb.rule == "SDK-03" else found == wanted
                expect("EV-96" if verb.rule == "EV-94" else verb.rule, same, f"the file {wanted!r} from {call}", found)
            elif client.last.body:
                wanted = json.loads(client.last.body)
                if sdk.in_process:
                    expect("SDK-57", is_model(sdk, found), f"a Pydantic model from {call}", repr(found))
                expect.equal("SDK-58", without_absent(as_json(found), wanted), wanted, f"the answer of {call}")


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        pytest.param(rule, name, marks=pytest.mark.rules(rule), id=f"{rule}-{name}")
        for rule, name in (("SDK-32", "events.list"), ("SDK-33", "alerts.list"), *EXPORTS)
    ],
)
@given(seed=SEEDS)
def test_a_time_is_sent_as_the_instant_that_it_is(
    client: Client, expect: Expect, rule: str, name: str, seed: int
) -> None:
    rng = Random(seed)
    client.server = fake_servers.documented(rng)
    moment = samples.moment(rng)
    fractions = (1000 * rng.randrange(1, 1000), rng.randrange(1, 10**6))
    values = (moment.isoformat(), moment, *(moment.replace(microsecond=each) for each in fractions), moment.date())
    for border, value in product(("date_from", "date_to"), values):
        client.sent.clear()
        try:
            client.call(name, **{border: value})
        except Violation:
            if client.sent or isinstance(value, str):
                raise
            continue  # no page says that it takes other values than texts
        text = client.last.request.url.params.get(border)
        wanted = value.isoformat() if type(value) is date else instant(value)
        expect.equal(rule, instant(text), wanted, f"{border} of {name}, given {value!r}")
