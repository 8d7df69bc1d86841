import json
import time
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver import resources
from mockserver.asgi import decode_json
from mockserver.domain.errors import InvalidInput
from mockserver.openapi.document import Document
from mockserver.openapi.routing import Router
from mockserver.openapi.validation import BodySchema, ParameterSchema
from tests.mockserver.openapi.documents import JSON, document

API = Router(Document.load(resources.path("spec", "openapi.yaml")))
JSON_SCOPE = {"headers": [(b"content-type", b"application/json")]}
ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
RULE = {"name": "x", "trigger_type": "motion", "recipients": [{"type": "sms", "target": "+1555"}]}


def checked(operation: str, body: Any) -> Any:
    schema = API.operations[operation].body
    assert schema is not None
    return schema.check(body)


def refused(operation: str, body: Any) -> dict[str, list[str]]:
    with pytest.raises(InvalidInput) as refusal:
        checked(operation, body)
    return {field: list(texts) for field, texts in refusal.value.field_errors.items()}


def read(query: bytes, operation: str = "listEvents", **path: str) -> dict[str, Any]:
    return API.operations[operation].parameters.read(path, query)


def refused_query(query: bytes, operation: str = "listEvents", **path: str) -> list[str]:
    with pytest.raises(InvalidInput) as refusal:
        read(query, operation, **path)
    return list(refusal.value.field_errors)


def nested(depth: int, leaf: str = "1", pair: tuple[str, str] = ('{"k":', "}")) -> bytes:
    return (pair[0] * depth + leaf + pair[1] * depth).encode()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (b"", {}),
        (b"limit=5", {"limit": 5}),
        (b"limit=%35", {"limit": 5}),
        (b"starred=true", {"starred": True}),
        (b"starred=false", {"starred": False}),
        (b"trigger_type=ai_tag", {"trigger_type": "ai_tag"}),
        (b"camera_id=" + ID.upper().encode(), {"camera_id": ID}),
        (b"date_from=2026-04-20&date_to=2026-04-21T10:00:00Z",
         {"date_from": "2026-04-20", "date_to": "2026-04-21T10:00:00Z"}),
        (b"date_to=2026-04-21T10:00:00%2B02:00", {"date_to": "2026-04-21T10:00:00+02:00"}),
        (b"unknown=1&unknown=2&&=&", {}),
        (b"id=" + ID.encode(), {}),
    ],
)  # fmt: skip
def test_query_is_read_into_typed_values(query: bytes, expected: JSON) -> None:
    assert read(query) == {"limit": 20, **expected}


@pytest.mark.parametrize(
    "text", ["0", "101", "-1", "", "abc", "5.0", "5e0", "+5", " 5", "0x5", "1_0", "\u0665", "9" * 18, "9" * 5_000]
)
def test_limit_is_a_small_plain_integer(text: str) -> None:
    assert refused_query(f"limit={text}".encode()) == ["limit"]


@pytest.mark.parametrize("text", ["True", "TRUE", "1", "0", "yes", "", "true ", "null", "%00"])
def test_boolean_is_true_or_false_in_lower_case(text: str) -> None:
    assert refused_query(f"starred={text}".encode()) == ["starred"]


@pytest.mark.parametrize(
    "query",
    [
        b"camera_id=acme",
        b"camera_id=7c9e6679742540de944be07fc1f90ae7",
        b"camera_id=urn:uuid:7c9e6679-7425-40de-944b-e07fc1f90ae7",
        b"trigger_type=motion,ai_tag",
        b"ai_status=Completed",
        b"cursor=",
        b"date_from=2026-04-20T10:00:00",
        b"date_from=2026-04-20%0A",
        b"date_from=20260420",
        b"date_to=2026-02-30",
    ],
)
def test_value_of_another_format_is_refused(query: bytes) -> None:
    assert refused_query(query) == [query.partition(b"=")[0].decode()]


def test_parameter_given_twice_is_refused() -> None:
    assert refused_query(b"limit=5&limit=5") == ["limit"]


def test_all_bad_parameters_are_named() -> None:
    assert set(refused_query(b"limit=0&starred=maybe&camera_id=x")) == {"limit", "starred", "camera_id"}


def test_id_of_the_path_is_canonical() -> None:
    assert read(b"", "getEvent", id=ID.upper()) == {"id": ID}
    assert refused_query(b"", "getEvent", id="acme") == ["id"]


@given(st.binary(max_size=60))
def test_any_query_is_read_or_refused(query: bytes) -> None:
    for prefix in (b"", b"limit=", b"starred=", b"camera_id=", b"date_from="):
        with suppress(InvalidInput):
            assert read(prefix + query)["limit"] in range(1, 101)


def test_parameters_of_other_documents_are_typed_and_required() -> None:
    parameters: list[JSON] = [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}},
        {"name": "since", "in": "query", "required": True, "schema": {"type": "string"}},
    ]
    schema = ParameterSchema(document({}), parameters)
    assert schema.read({"id": "7"}, b"since=now") == {"id": 7, "since": "now"}
    with pytest.raises(InvalidInput) as refusal:
        schema.read({"id": "7"}, b"")
    assert refusal.value.field_errors == {"since": ["is required"]}


def test_headers_and_cookies_are_parameters_too() -> None:
    parameters: list[JSON] = [
        {"name": "X-Trace", "in": "header", "required": True, "schema": {"type": "string", "minLength": 2}},
        {"name": "session", "in": "cookie", "schema": {"type": "string"}},
    ]
    schema = ParameterSchema(document({}), parameters)
    headers = [(b"x-trace", b"abc"), (b"x-other", b"1"), (b"cookie", b'theme=dark; session="s1"; id=2')]
    assert schema.read({}, b"", headers) == {"X-Trace": "abc", "session": "s1"}
    for wrong, text in (([], "is required"), ([(b"x-trace", b"a")], "is shorter than 2 characters")):
        with pytest.raises(InvalidInput) as refusal:
            schema.read({}, b"", wrong)
        assert refusal.value.field_errors == {"X-Trace": [text]}


@pytest.mark.parametrize(
    ("operation", "body", "expected"),
    [
        ("createAlertRule", {}, {"name": "is required", "trigger_type": "is required", "recipients": "is required"}),
        ("createAlertRule", {**RULE, "colour": "red"}, {"colour": "is not a field of this request"}),
        ("createAlertRule", {**RULE, "trigger_type": "sound"},
         {"trigger_type": 'is not one of "motion", "ai_tag" or "manual"'}),
        ("createAlertRule", {**RULE, "recipients": [{"type": "sms"}, {"type": "email", "target": "x"}]},
         {"recipients.0.target": "is required", "recipients.1.target": 'is not a "email"'}),
        ("createAlertRule", {**RULE, "recipients": [{"type": "sms", "target": "x", "to": 1}]},
         {"recipients.0.to": "is not a field of this request"}),
        ("createAlertRule", {**RULE, "trigger_type": "ai_tag"}, {"custom_tags": "is required"}),
        ("createAlertRule", {**RULE, "scope_type": "specific_sites"}, {"site_ids": "is required"}),
        ("createAlertRule", {**RULE, "scope_type": "specific_cameras"}, {"camera_ids": "is required"}),
        ("createAlertRule", {**RULE, "min_confidence": 0.5},
         {"min_confidence": "is not allowed together with the other values"}),
        ("createAlertRule", {**RULE, "camera_ids": [ID, "acme"]}, {"camera_ids.1": 'is not a "uuid"'}),
        ("createAlertRule", {**RULE, "cooldown_sec": 0.5}, {"cooldown_sec": 'is not of type "integer"'}),
        ("createAlertRule", {**RULE, "cooldown_sec": True}, {"cooldown_sec": 'is not of type "integer"'}),
        ("updateEvent", {}, {"body": "holds none of the fields of this request"}),
        ("updateEvent", [], {"body": 'is not of type "object"'}),
        ("updateEvent", None, {"body": 'is not of type "object"'}),
        ("updateEvent", {"notes": None}, {"notes": 'is not of type "string"'}),
        ("updateEvent", {"acknowledged": "true"}, {"acknowledged": 'is not of type "boolean"'}),
    ],
)  # fmt: skip
def test_errors_of_a_body_are_named_field_by_field(operation: str, body: Any, expected: dict[str, str]) -> None:
    assert refused(operation, body) == {field: [text] for field, text in expected.items()}


def test_value_of_no_documented_form_is_one_error() -> None:
    schema = BodySchema(document({}), {"properties": {"x": {"anyOf": [{"type": "string"}, {"type": "null"}]}}})
    with pytest.raises(InvalidInput) as refusal:
        schema.check({"x": 5})
    assert refusal.value.field_errors == {"x": ["has none of the documented forms"]}


def test_message_is_not_repeated_for_a_field() -> None:
    schema = BodySchema(document({}), {"allOf": [{"required": ["x"]}, {"required": ["x"]}]})
    with pytest.raises(InvalidInput) as refusal:
        schema.check({})
    assert refusal.value.field_errors == {"x": ["is required"]}


def test_refusal_does_not_repeat_what_was_sent() -> None:
    assert "sesame" not in str(refused("updateEvent", {"acknowledged": "sesame"}))


def test_valid_body_is_returned_with_canonical_ids() -> None:
    body = {**RULE, "site_ids": [ID.upper()], "camera_ids": []}
    assert checked("createAlertRule", body) == {**body, "site_ids": [ID]}
    asked = {"name": "Box", "site_id": ID.upper()}
    assert checked("generatePairingCode", asked) == {"name": "Box", "site_id": ID}


def test_id_that_may_be_null_stays_null() -> None:
    schema = BodySchema(document({}), {"properties": {"x": {"type": ["string", "null"], "format": "uuid"}}})
    assert schema.check({"x": None}) == {"x": None}
    assert schema.check({"x": ID.upper()}) == {"x": ID}


def test_whole_number_with_a_point_is_an_integer() -> None:
    rule = checked("createAlertRule", {**RULE, "cooldown_sec": 60.0, "conditions_json": {"a": [1.0, 1.5]}})
    assert (rule["cooldown_sec"], type(rule["cooldown_sec"])) == (60, int)
    assert rule["conditions_json"] == {"a": [1, 1.5]}


@pytest.mark.parametrize("number", [2**63, 2**64, 10**400, -(2**64), 1e300])
def test_huge_number_is_refused_or_kept(number: float) -> None:
    assert list(refused("createAlertRule", {**RULE, "cooldown_sec": number})) == ["cooldown_sec"]
    assert checked("createAlertRule", {**RULE, "conditions_json": {"n": number}})["conditions_json"]["n"] == number


@pytest.mark.parametrize("depth", [99, 100, 101, 255, 256, 300, 900, 5_000, 100_000])
@pytest.mark.parametrize("pair", [('{"k":', "}"), ("[", "]")])
def test_deep_body_is_refused(depth: int, pair: tuple[str, str]) -> None:
    for operation in ("createAlertRule", "updateEvent"):
        with pytest.raises(InvalidInput):
            checked(operation, decode_json(JSON_SCOPE, nested(depth, pair=pair)))


def test_conditions_are_accepted_up_to_a_depth() -> None:
    fits, too_deep = (msgspec.json.decode(nested(depth)) for depth in (99, 100))
    assert checked("createAlertRule", {**RULE, "conditions_json": fits})["conditions_json"] == fits
    assert refused("createAlertRule", {**RULE, "conditions_json": too_deep}) == {"body": ["is nested too deeply"]}


def test_deep_body_with_nul_is_refused() -> None:
    with pytest.raises(InvalidInput):
        decode_json(JSON_SCOPE, nested(900, leaf=r'"\u0000"'))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*RULE, "k", "notes"]), inner),
    max_leaves=15,
)


@given(json_values)
def test_any_json_is_checked_or_refused(value: Any) -> None:
    for operation in ("createAlertRule", "updateAlertRule", "updateEvent", "pairGateway"):
        with suppress(InvalidInput):
            assert checked(operation, value) == value


@given(st.binary(max_size=80))
def test_any_bytes_are_decoded_or_refused(body: bytes) -> None:
    with suppress(InvalidInput):
        assert decode_json(JSON_SCOPE, body) == json.loads(body)


def test_a_pattern_is_tried_for_a_bounded_time() -> None:
    validator = document({}).validator({"type": "string", "pattern": r"^(a|a)*\1$"})
    assert validator.is_valid("aa")
    started = time.monotonic()
    assert not any(validator.is_valid("a" * 40 + "!") for _ in range(10))
    assert time.monotonic() - started < 2
