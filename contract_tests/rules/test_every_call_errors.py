"""Rules about every error, the headers of every answer, unknown methods and paths, and the service itself."""

import pytest

from contract_tests import document
from contract_tests.document import Operation
from contract_tests.expectations import Expect
from contract_tests.steps import calls
from contract_tests.steps.answers import UNKNOWN_ID
from contract_tests.steps.calls import refusals
from contract_tests.steps.refusals import STATUSES, refused
from contract_tests.steps.sampling import attempts
from contract_tests.world import API, EVENTS, World

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@pytest.mark.rules("ERR-01", "ERR-02", "ERR-03")
def test_an_error_has_a_stable_code_a_message_and_a_request_id(world: World, expect: Expect) -> None:
    for refusal in refusals(world):
        body = refusal.answer.json
        complete = isinstance(body, dict) and {"error", "message", "request_id"} <= body.keys()
        expect("ERR-01", complete and isinstance(body["error"], str), "error, message and request_id", refusal.answer)
        same = (
            refusal.answer.error == refusal.second_answer.error
            and refusal.answer.status == refusal.second_answer.status
        )
        expect("ERR-02", same, f"the code of the first answer: {refusal.answer}", refusal.second_answer)
        expect(
            "ERR-03", str(body["request_id"]).startswith("req_"), "a request_id that begins with req_", refusal.answer
        )


@pytest.mark.repeats
@pytest.mark.rules("ERR-01", "ERR-03")
@pytest.mark.parametrize("status", STATUSES)
def test_a_refusal_of_any_operation_has_a_code_a_message_and_a_request_id(
    world: World, expect: Expect, status: int
) -> None:
    for operation, answer in refused(world, status):
        if answer.status >= 400:
            body = answer.json
            complete = isinstance(body, dict) and {"error", "message", "request_id"} <= body.keys()
            wanted = f"error, message and request_id from {operation}"
            expect("ERR-01", complete and isinstance(body["error"], str), wanted, answer)
            expect("ERR-03", str(body["request_id"]).startswith("req_"), "a request_id that begins with req_", answer)


@pytest.mark.rules("ERR-02")
def test_repeated_refusals_have_the_same_code(world: World, expect: Expect) -> None:
    codes = {world.operator.get(f"{EVENTS}/{UNKNOWN_ID}").error for _ in range(attempts(world, 40))}
    input_codes = {world.operator.get(EVENTS, date_from="yesterday").error for _ in range(attempts(world, 40))}
    expect("ERR-02", len(codes) == 1 and len(input_codes) == 1, "one code each", codes | input_codes)


@pytest.mark.rules("AS-26")
def test_an_error_body_has_three_strings_at_its_top_level(world: World, expect: Expect) -> None:
    for refusal in refusals(world):
        body = refusal.answer.json if isinstance(refusal.answer.json, dict) else {}
        texts = all(isinstance(body.get(name), str) and body[name] for name in ("error", "message", "request_id"))
        expect("AS-26", texts, f"error, message, request_id as strings on {refusal}", refusal.answer)


@pytest.mark.rules("AS-27")
def test_the_request_id_of_an_error_begins_with_req(world: World, expect: Expect) -> None:
    for refusal in refusals(world):
        request_id = str(refusal.answer["request_id"])
        expect(
            "AS-27",
            request_id.startswith("req_") and len(request_id) > 4,
            "a request_id that begins with req_",
            refusal.answer,
        )


@pytest.mark.rules("AS-28")
def test_a_400_names_the_invalid_fields(world: World, expect: Expect) -> None:
    for refusal in refusals(world):
        if refusal.answer.status != 400:
            continue
        fields = refusal.answer["field_errors"]
        named = isinstance(fields, dict) and all(_are_texts(texts) for texts in fields.values())
        expect("AS-28", named and fields, "field_errors: field to list of strings", refusal.answer)
    wrong = {"name": "", "trigger_type": "motion", "recipients": [{"type": "email", "target": "x"}, {"type": ""}]}
    fields = world.operator.post(f"{API}/alert-rules", wrong)["field_errors"]
    expect("AS-28", {"name", "recipients.0.target", "recipients.1.target"} <= fields.keys(), "dotted names", fields)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(text, str) and text for text in value)


@pytest.mark.rules("AS-28")
def test_a_400_about_the_state_of_an_object_has_field_errors(world: World, expect: Expect) -> None:
    alert = world.raise_alerts(status="resolved")[0]
    answer = world.operator.patch(f"{API}/alerts/{alert}", {"status": "acknowledged"})
    expect("AS-28", "status" in answer["field_errors"], "field_errors for status", answer)


@pytest.mark.rules("AS-29")
@pytest.mark.parametrize("operation", document.operations(), ids=str)
def test_every_response_has_a_request_id_header(world: World, expect: Expect, operation: Operation) -> None:
    call = calls.valid_call(world, operation)
    answers = [call.send_as(actor) for actor in (world.anonymous, world.viewer, world.owner)]
    ids = [answer.headers.get("x-request-id", "") for answer in answers]
    expect("AS-29", all(found.startswith("req_") for found in ids), "X-Request-Id on each", ids)
    expect("AS-29", len(set(ids)) == len(ids), "a different one for each request", ids)


@pytest.mark.rules("AS-29")
def test_every_refusal_has_a_request_id_header(world: World, expect: Expect) -> None:
    for refusal in refusals(world):
        found = refusal.answer.headers.get("x-request-id", "")
        expect("AS-29", found.startswith("req_"), f"X-Request-Id on {refusal}", found)


@pytest.mark.rules("AS-30")
def test_header_and_body_of_an_error_have_the_same_request_id(world: World, expect: Expect) -> None:
    for refusal in refusals(world):
        header = refusal.answer.headers.get("x-request-id")
        expect("AS-30", header == refusal.answer["request_id"], f"{header} in the body", refusal.answer)


@pytest.mark.rules("GEN-08")
@pytest.mark.parametrize("path", document.load().paths)
def test_a_method_that_a_path_does_not_offer_is_405(world: World, expect: Expect, path: str) -> None:
    offered = document.load().paths[path]
    for method in _METHODS:
        if method in offered:
            continue
        answer = world.operator.call(method, path.replace("{id}", UNKNOWN_ID))
        expect("GEN-08", answer.status == 405, f"405 to {method}", answer)
        allow = {name.strip() for name in answer.headers.get("allow", "").split(",")}
        expect("GEN-08", allow - {"HEAD", "OPTIONS"} == offered, f"Allow: {sorted(offered)}", sorted(allow))


@pytest.mark.rules("AS-34")
def test_route_and_method_are_checked_before_the_credential(world: World, expect: Expect) -> None:
    for actor in (world.anonymous, world.intruder, world.viewer):
        for path in (
            f"{API}/nothing-here",
            "/nothing",
            f"{EVENTS}/{UNKNOWN_ID}/acknowledge",
            f"{API}/",
            f"{EVENTS}/",
        ):
            answer = actor.get(path)
            expect("AS-34", answer.is_(404, "not_found"), f"404 not_found at {path}", answer)
        for method, path in (("PUT", EVENTS), ("POST", f"{EVENTS}/{UNKNOWN_ID}"), ("DELETE", f"{API}/alerts")):
            answer = actor.call(method, path)
            expect("AS-34", answer.is_(405, "method_not_allowed"), "405 method_not_allowed", answer)


@pytest.mark.rules("SYS-01")
def test_healthz_answers_200_without_a_credential(world: World, expect: Expect) -> None:
    for actor in (world.anonymous, world.intruder, world.owner):
        answer = actor.get("/healthz")
        expect("SYS-01", answer.status == 200, "200", answer)


@pytest.mark.rules("SYS-02")
def test_health_reports_the_state_of_the_parts(world: World, expect: Expect) -> None:
    for actor in (world.anonymous, world.intruder):
        for _ in range(attempts(world, 12)):
            answer = actor.get(f"{API}/health")
            expect("SYS-02", answer.is_(200), "200", answer)
            for name in ("status", "db", "go2rtc", "version"):
                expect("SYS-02", answer[name], f"a value of {name}", answer)


@pytest.mark.rules("SDK-59")
def test_the_openapi_document_is_served(world: World, expect: Expect) -> None:
    answer = world.viewer.get(f"{API}/openapi.yaml")
    expect("SDK-59", answer.status == 200, "200", answer)
    found = document.read_yaml(answer)
    complete = isinstance(found, dict) and "openapi" in found and isinstance(found.get("paths"), dict)
    expect("SDK-59", complete, "an OpenAPI document", answer)
    for resource in ("events", "alerts", "alert-rules", "gateways"):
        named = [path for path in found["paths"] if str(path).endswith(f"/{resource}")]
        expect("SDK-59", named, f"the path of {resource} in the document", answer)


@pytest.mark.rules("AS-209")
def test_the_openapi_document_is_served_to_everybody_as_yaml(world: World, expect: Expect) -> None:
    operation = document.load().operations["getOpenapiYaml"]
    for actor in (world.anonymous, world.intruder, world.viewer):
        answer = actor.get(f"{API}/openapi.yaml")
        expect("AS-209", answer.status == 200, f"200 for the {actor.name}", answer)
        expect("AS-209", operation.wrong_media_type(answer) is None, "a documented content type", answer.headers)
        wrong = operation.wrong_body(answer)
        expect("AS-209", not wrong, "a body that matches its schema", f"{'; '.join(wrong)} in {answer}")
