import copy
import inspect
import pickle
import re
from typing import Any

import httpx
import pytest

from novavms import errors
from novavms.errors import (
    AuthError,
    NotFoundError,
    NovaVMSError,
    RateLimitError,
    UnsupportedOperationError,
    ValidationError,
)
from tests.harness import World
from tests.sdk.clients import Either, answering, either, json, problem, scripted

CLASSES: dict[str, Any] = dict(inspect.getmembers(errors, inspect.isclass))
SITE = "550e8400-e29b-41d4-a716-446655440000"
KNOWN: list[NovaVMSError] = [
    NovaVMSError("Gone.", status=410, code="gone", request_id="req_1"),
    RateLimitError("Slow.", retry_after=2.5, status=429, code="rate_limited", request_id="req_2"),
    ValidationError("name: is short", field_errors={"name": ["is short"]}, status=400, code="validation_error"),
    *(kind("What is wrong.") for kind in CLASSES.values()),
]


def test_the_tree_in_the_docstring_is_that_of_the_classes() -> None:
    documented: dict[str, str] = {}
    above: dict[int, str] = {}
    for line in (errors.__doc__ or "").splitlines():
        if found := re.match(r"(?P<indent>    |     [│├└─ ]+ )(?P<name>[A-Z]\w+Error)  ", line):
            depth = len(found["indent"])
            above[depth] = found["name"]
            parents = [name for level, name in above.items() if level < depth]
            documented[found["name"]] = parents[-1] if parents else "Exception"
    assert documented == {name: kind.__bases__[0].__name__ for name, kind in CLASSES.items()}


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "validation_error", ValidationError),
        (401, "auth_required", AuthError),
        (403, "forbidden", AuthError),
        (404, "not_found", NotFoundError),
        (405, "method_not_allowed", NovaVMSError),
        (409, "conflict", NovaVMSError),
        (410, "gone", NovaVMSError),
        (413, "payload_too_large", NovaVMSError),
        (429, "rate_limited", RateLimitError),
        (500, "internal_error", NovaVMSError),
        (503, "a_code_of_tomorrow", NovaVMSError),
    ],
)
def test_each_status_has_its_class(kind: str, status: int, code: str, expected: type[NovaVMSError]) -> None:
    with scripted(kind, answering(problem(status, code)), max_retries=0) as client:
        with pytest.raises(NovaVMSError) as caught:
            client.do(lambda it: it.sites.list())
        error = caught.value
        assert type(error) is expected
        assert (error.status, error.code, error.request_id, error.message) == (status, code, "req_1", "No.")
        assert str(error) == f"No. ({status}, {code}, req_1)"


def test_a_validation_error_has_messages_by_field(owner: Either) -> None:
    with pytest.raises(ValidationError) as caught:
        owner.do(lambda it: it.rules.create(name="", trigger_type="motion", recipients=[{"type": "email"}]))
    assert caught.value.field_errors.keys() == {"name", "recipients.0.target"}
    assert all(isinstance(text, str) for texts in caught.value.field_errors.values() for text in texts)


def test_a_rate_limit_error_has_the_seconds_to_wait(kind: str, world: World) -> None:
    world.settings(rate_limit_burst=1, rate_limit_per_minute=1)
    token = world.described["actors"]["owner"]["token"]
    with either(kind, api_key=token, base_url=world.running.base_url, max_retries=0) as client:
        client.do(lambda it: it.sites.list())
        with pytest.raises(RateLimitError) as caught:
            client.do(lambda it: it.sites.list())
    assert isinstance(caught.value.retry_after, float)
    assert 50 < caught.value.retry_after <= 60


@pytest.mark.parametrize("body", [[], "text", {"error": {"code": "nested"}}, {"message": "none"}, 0])
def test_an_error_body_of_another_shape_keeps_its_status(kind: str, body: Any) -> None:
    answer = json(404, body, X_Request_Id="req_9")
    with scripted(kind, answering(answer)) as client:
        with pytest.raises(
            NotFoundError, match=r"/api/v1/sites answered 404 Not Found with application/json, not"
        ) as caught:
            client.do(lambda it: it.sites.list())
        assert (caught.value.code, caught.value.request_id) == (None, "req_9")


@pytest.mark.parametrize("fields", [None, [], {"name": "no list"}, {"name": [1, "two"]}])
def test_field_errors_are_always_lists_of_text(kind: str, fields: Any) -> None:
    with scripted(kind, answering(problem(400, "validation_error", field_errors=fields))) as client:
        with pytest.raises(ValidationError) as caught:
            client.do(lambda it: it.sites.list())
        assert caught.value.field_errors in ({}, {"name": ["1", "two"]})


@pytest.mark.parametrize("error", KNOWN, ids=lambda error: type(error).__name__)
def test_errors_survive_pickling_and_copying(error: NovaVMSError) -> None:
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(twin) is type(error)
        assert vars(twin) == vars(error)
        assert str(twin) == str(error)


@pytest.mark.parametrize("verb", ["events.create", "alerts.create", "alerts.remove", "gateways.create"])
def test_a_verb_without_an_operation_sends_nothing_and_names_an_alternative(kind: str, verb: str) -> None:
    namespace, name = verb.split(".")
    with scripted(kind, answering(httpx.Response(204))) as client:
        with pytest.raises(UnsupportedOperationError, match=r"The API has no operation .*\(.*\)"):
            client.do(lambda it: getattr(getattr(it, namespace), name)(SITE, name="x"))
        assert client.requests == []


@pytest.mark.parametrize("bad", ["", "x", "export", "../users", "550e8400", 7, None])
def test_an_invalid_id_is_refused_before_anything_is_sent(kind: str, bad: object) -> None:
    with scripted(kind, answering(httpx.Response(204))) as client:
        with pytest.raises(ValidationError, match=r"must be a UUID such as .*; nothing was sent") as caught:
            client.do(lambda it: it.cameras.remove(bad))
        with pytest.raises(ValidationError, match="session_id must be a UUID"):
            client.do(lambda it: it.users.revoke_session(SITE, bad))
        assert caught.value.field_errors.keys() == {"id"}
        assert client.requests == []


@pytest.mark.parametrize("fields", [{"name": object()}, {"name": "\ud800"}])
def test_a_body_that_is_not_json_is_refused_before_anything_is_sent(kind: str, fields: dict[str, Any]) -> None:
    with scripted(kind, answering(httpx.Response(204))) as client:
        with pytest.raises(ValidationError, match="nothing was sent"):
            client.do(lambda it: it.sites.create(**fields))
        assert client.requests == []


@pytest.mark.parametrize("fields", [{"cursor": "\ud800"}, {"camera_id": ["a"]}, {"ai_status": 1.5}])
def test_an_invalid_filter_is_refused_before_anything_is_sent(kind: str, fields: dict[str, Any]) -> None:
    with scripted(kind, answering(httpx.Response(204))) as client:
        with pytest.raises(ValidationError, match="nothing was sent"):
            client.do(lambda it: it.events.list(**fields))
        assert client.requests == []
