"""The errors that calls raise: the class for each status, and the attributes."""

import json
from functools import partial
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.expectations import Expect
from contract_tests.sdk import fake_servers, refusals
from contract_tests.sdk.answers import field
from contract_tests.sdk.clients import Client
from contract_tests.sdk.installed import Sdk
from contract_tests.sdk.refusals import Refusal
from contract_tests.steps.answers import UNKNOWN_ID
from contract_tests.world import World

CLASSES = ("AuthError", "RateLimitError", "ValidationError", "NotFoundError")
TEXTS = st.text("aZ .,:;!?%{}[]()<>\"'\\/é漢🚚\n", min_size=1, max_size=60)
SITE = {"timezone": "UTC", "created_at": "2026-04-20T08:30:00Z"}
CODES = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=30)
WITHOUT_FAULT = pytest.mark.parametrize("refusal", refusals.WITHOUT_FAULT, ids=lambda refusal: refusal.__name__)


def kinds(sdk: Sdk) -> dict[str, type]:
    """Return the documented error classes by name. Raises Violation."""
    return {name: sdk.part(name, "errors") for name in ("NovaVMSError", *CLASSES)}


def by_class(rule: str, name: str, *calls: Refusal) -> Any:
    """Return the parameters of a check: a class, and a call that is refused with it."""
    return [
        pytest.param(rule, name, call, marks=pytest.mark.rules(rule), id=f"{name}-{call.__name__}") for call in calls
    ]


@pytest.mark.parametrize(
    ("rule", "name", "refusal"),
    [
        *by_class("SDK-48", "AuthError", refusals.unauthorized),
        *by_class("SDK-49", "AuthError", refusals.forbidden, refusals.out_of_scope),
        *by_class("SDK-50", "RateLimitError", refusals.limited, refusals.too_many_codes),
        *by_class("SDK-52", "ValidationError", refusals.invalid, refusals.too_long),
        *by_class("SDK-54", "NotFoundError", refusals.unknown, refusals.foreign),
    ],
)
def test_a_refusal_has_its_class(
    sdk: Sdk, kind: str, world: World, expect: Expect, rule: str, name: str, refusal: Refusal
) -> None:
    _, error = refusal(sdk, kind, world)
    expect(rule, isinstance(error, kinds(sdk)[name]), f"the class {name}", repr(error))


@pytest.mark.rules("SDK-55")
@pytest.mark.parametrize("status", refusals.OTHER_STATUSES)
def test_any_other_status_has_no_class_of_its_own(
    sdk: Sdk, kind: str, world: World, expect: Expect, status: int
) -> None:
    _, error = refusals.OTHER_STATUSES[status](sdk, kind, world)
    known = kinds(sdk)
    expect("SDK-55", isinstance(error, known["NovaVMSError"]), f"a NovaVMSError for {status}", repr(error))
    wrong = [name for name in CLASSES if isinstance(error, known[name])]
    expect.equal("SDK-55", wrong, [], f"the specific classes of the error for {status}")


@pytest.mark.rules("SDK-46", "SDK-47")
@WITHOUT_FAULT
def test_an_error_has_the_values_of_the_answer(
    sdk: Sdk, kind: str, world: World, expect: Expect, refusal: Refusal
) -> None:
    client, error = refusal(sdk, kind, world)
    answer = client.last
    body = json.loads(answer.body)
    expect.equal("SDK-46", field(error, "status"), answer.status, "the status")
    expect.equal("SDK-46", field(error, "code"), body["error"], "the code")
    expect.equal("SDK-46", field(error, "request_id"), body["request_id"], "the request id")
    expect.equal("SDK-47", getattr(error, "message", None), body["message"], "the message")


@pytest.mark.rules("SDK-46", "SDK-47")
@given(status=st.integers(400, 599), code=CODES, message=TEXTS)
@example(status=400, code="validation_error", message="The request is not valid.")
@example(status=429, code="rate_limited", message="Too many requests.\nTry again later.")
@example(status=400, code="validation_error", message="recipients: each must have a type and a target. " * 40)
def test_an_error_has_any_value_of_an_answer(
    client: Client, expect: Expect, status: int, code: str, message: str
) -> None:
    client.server = fake_servers.failing(status, code, message)
    error = client.fails("sites.list")
    found = (field(error, "status"), field(error, "code"), field(error, "request_id"))
    expect.equal("SDK-46", found, (status, code, fake_servers.REQUEST_ID), "status, code and request id")
    expect.equal("SDK-47", getattr(error, "message", None), message, "the message")


@pytest.mark.python
@pytest.mark.rules("SDK-44")
def test_all_errors_have_one_base_class(sdk: Sdk, expect: Expect) -> None:
    known = kinds(sdk)
    root = known["NovaVMSError"]
    expect("SDK-44", issubclass(root, Exception), "NovaVMSError to be an exception", root.__mro__)
    expect("SDK-44", root not in (Exception, BaseException), "NovaVMSError to be a class of its own", root)
    for name in CLASSES:
        expect("SDK-44", issubclass(known[name], root), f"{name} to be a NovaVMSError", known[name].__mro__)
        expect("SDK-44", known[name] is not root, f"{name} to be a class of its own", known[name])


@pytest.mark.rules("SDK-44")
@pytest.mark.parametrize(
    ("status", "name"), [(400, CLASSES[2]), (401, CLASSES[0]), (404, CLASSES[3]), (429, CLASSES[1])]
)
def test_an_error_of_each_class_is_one_of_the_base_class(
    client: Client, sdk: Sdk, expect: Expect, status: int, name: str
) -> None:
    client.server = fake_servers.failing(status, "some_code")
    error, known = client.fails("sites.list"), kinds(sdk)
    for wanted in (name, "NovaVMSError"):
        expect("SDK-44", isinstance(error, known[wanted]), f"a {wanted} for {status}", repr(error))


@pytest.mark.rules("SDK-45")
@given(status=st.integers(400, 599))
@example(status=400)
@example(status=403)
@example(status=404)
@example(status=410)
@example(status=500)
def test_every_error_is_raised(client: Client, sdk: Sdk, expect: Expect, status: int) -> None:
    root = kinds(sdk)["NovaVMSError"]
    client.server = fake_servers.failing(status, "some_code")
    error = client.fails("events.get", UNKNOWN_ID)
    expect("SDK-45", isinstance(error, root), f"a NovaVMSError from events.get for {status}", repr(error))


@pytest.mark.rules("SDK-45")
def test_an_error_during_a_walk_is_raised(client: Client, sdk: Sdk, expect: Expect) -> None:
    client.server = fake_servers.failing(403, "forbidden")
    error = client.walk_fails(client.start("events"))
    expect("SDK-45", isinstance(error, kinds(sdk)["NovaVMSError"]), "a NovaVMSError from the walk", repr(error))


@pytest.mark.rules("SDK-45")
@pytest.mark.parametrize("status", [401, 403, 404])
def test_an_error_on_a_later_page_is_raised(client: Client, sdk: Sdk, expect: Expect, status: int) -> None:
    first = partial(fake_servers.page, [{"id": UNKNOWN_ID, "name": "Yard", **SITE}], "1")
    later = fake_servers.failing(status, "some_code")
    client.server = lambda request: later(request) if "cursor" in request.url.params else first()
    error = client.walk_fails(client.start("sites"))
    expect("SDK-45", isinstance(error, kinds(sdk)["NovaVMSError"]), f"a NovaVMSError for {status}", repr(error))


@pytest.mark.rules("SDK-51")
@pytest.mark.parametrize("refusal", [refusals.limited, refusals.too_many_codes], ids=["limited", "too_many_codes"])
def test_retry_after_is_a_float(sdk: Sdk, kind: str, world: World, expect: Expect, refusal: Refusal) -> None:
    client, error = refusal(sdk, kind, world)
    found, asked = field(error, "retry_after"), client.last.headers["retry-after"]
    expect("SDK-51", type(found) is float, "a float", repr(found))
    expect.equal("SDK-51", found, float(asked), "the seconds of Retry-After")


@pytest.mark.rules("SDK-53")
def test_a_validation_error_has_messages_by_field(sdk: Sdk, kind: str, world: World, expect: Expect) -> None:
    client, error = refusals.invalid(sdk, kind, world)
    found = field(error, "field_errors")
    expect("SDK-53", isinstance(found, dict) and "site_id" in found, "a dict with site_id", repr(found))
    expect.equal("SDK-53", found, json.loads(client.last.body)["field_errors"], "the field_errors of the answer")


@pytest.mark.rules("SDK-53")
@given(wrong=st.dictionaries(CODES, st.lists(TEXTS, min_size=1, max_size=3), max_size=4))
@example(wrong={"name": ["is required"], "recipients.0.target": ["is empty", "is no address"]})
def test_a_validation_error_has_any_messages_by_field(
    client: Client, expect: Expect, wrong: dict[str, list[str]]
) -> None:
    client.server = fake_servers.failing(400, "validation_error", field_errors=wrong)
    found = field(client.fails("sites.list"), "field_errors")
    expect.equal("SDK-53", found, wrong, "the texts by field")


@pytest.mark.python
@pytest.mark.rules("SDK-56")
@pytest.mark.parametrize("name", ["NovaVMSError", *CLASSES])
def test_errors_are_imported_from_their_module(sdk: Sdk, expect: Expect, name: str) -> None:
    found = sdk.part(name, "errors")
    expect("SDK-56", isinstance(found, type) and issubclass(found, Exception), f"the exception {name}", found)
