"""What stands for ids, secrets and times in a script, and that no secret is written into one."""

import json
from typing import Any

from contract_tests.output.redaction import Redactor
from contract_tests.replay import rendering, templates
from contract_tests.replay.steps import API, CONTROL, MAX_STEPS, SOCKET, Step, Steps, of_answer, of_request

ID, TOKEN, CODE = "6f1c2a34-9b0d-4c5e-8f7a-0123456789ab", "sk_live_0cfce530fd9ce68bcdce9b3a07cebf23", "K7QX-2M9P"
FACTS = dict.fromkeys(("rule", "says", "expected", "actual", "test", "repeat"), "one\nline")


def built(*steps: Step, **tokens: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    found = templates.built(steps, {token: name for name, token in tokens.items()})
    return found["values"], [json.loads(line) for line in found["steps"]]


def step(answer: Any, path: str = "/api/v1/sites", **chosen: Any) -> Step:
    return Step(
        **{"channel": API, "method": "POST", "path": path, "status": 200, "answer": json.dumps(answer), **chosen}
    )


def test_what_an_answer_brings_is_taken_from_there_later() -> None:
    values, (one, other) = built(
        step({"id": ID, "name": "North"}), step({}, f"/api/v1/sites/{ID}?after={ID}", body=json.dumps({"id": ID}))
    )
    assert one["answer"] == {"json": {"id": "{{v1}}", "name": "North"}}
    assert (other["path"], other["body"]) == ("/api/v1/sites/{{v1}}?after={{v1}}", '{"id": "{{v1}}"}')
    assert values["v1"]["shape"] == "[0-9a-f]{8}\\-[0-9a-f]{4}\\-[0-9a-f]{4}\\-[0-9a-f]{4}\\-[0-9a-f]{12}"


def test_what_was_sent_is_no_news_in_an_answer() -> None:
    name = "ct261130135518-0"
    _, (found,) = built(step({"name": f"{name} site 1"}, body=json.dumps({"name": f"{name} site 1"})))
    assert found["answer"] == {"json": {"name": f"{name} site 1"}}


def test_names_begin_with_an_id_of_the_script_instead_of_that_of_the_run() -> None:
    steps = [step({"name": "ct12-0 site 1"}, body=json.dumps({"name": "ct12-0 site 1"}))]
    found = templates.built(steps, {}, "ct12")
    assert found["values"] == {"v1": {"invented": [["ct", 1], ["0", 2]]}}
    assert json.loads(found["steps"][0])["answer"] == {"json": {"name": "{{v1}}-0 site 1"}}


def test_a_password_that_a_camera_of_the_mock_refuses_is_refused_again() -> None:
    values, _ = built(step({}, body=json.dumps({"password": "wrong-one"})))
    assert values == {"v1": {"invented": [["wrong", 1], ["-", 1], ["a", 3]]}}


def test_times_are_marked_in_bodies_paths_and_headers() -> None:
    headers = {"x-ratelimit-reset": "1796046485"}
    _, (found,) = built(
        step({"at": "2026-04-21T13:45:22Z"}, "/x?from=2026-04-21T13%3A45%3A22%2B14%3A00", answer_headers=headers)
    )
    assert found["answer"] == {"json": {"at": "{{t:2026-04-21T13:45:22Z}}"}}
    assert found["path"] == "/x?from={{t:2026-04-21T13%3A45%3A22%2B14%3A00}}"
    assert found["answer_headers"] == {"x-ratelimit-reset": "{{e:1796046485}}"}


def test_secrets_are_taken_from_answers_or_the_environment_or_made_up() -> None:
    password, cookie = "Wrong-1!", "abcdefgh12345678"
    steps = (
        step({"pairing_code": CODE, "temporary_password": "a+b/c=d\\e"}, headers={"authorization": f"Bearer {TOKEN}"}),
        step({}, body=json.dumps({"pairing_code": CODE, "password": password})),
        step({}, body=json.dumps({"password": "a+b/c=d\\e"}), headers={"cookie": f"novavms_refresh={cookie}"}),
        step({}, f"/ws?key={CODE}", channel=SOCKET, headers={"authorization": "Bearer sk_live_neverissued0000"}),
    )
    values, (one, two, three, four) = built(*steps, NOVAVMS_OWNER_TOKEN=TOKEN)
    assert one["headers"] == {"authorization": "Bearer {{v1}}"}
    assert values["v1"] == {"env": "NOVAVMS_OWNER_TOKEN"}
    assert json.loads(two["body"]) == {"pairing_code": one["answer"]["json"]["pairing_code"], "password": "{{v4}}"}
    assert values["v4"] == {"invented": [["A", 1], ["a", 4], ["-", 1], ["0", 1], ["!", 1]]}
    assert json.loads(three["body"])["password"] == one["answer"]["json"]["temporary_password"] == "{{v3}}"
    assert four["path"] == "/ws?key={{v2}}"
    recorded = {"replay": templates.built(steps, {TOKEN: "NOVAVMS_OWNER_TOKEN"})}
    text = rendering.render(FACTS, recorded["replay"], None)
    for secret in (TOKEN, CODE, password, cookie, "neverissued", "a+b/c"):
        assert secret not in text
    assert Redactor([TOKEN, password]).scrub(recorded) == recorded


def test_what_the_target_makes_up_of_an_event_is_known_by_its_type_unless_it_was_chosen() -> None:
    event = {"id": ID, "triggered_at": "2026-04-21T13:45:22Z", "tags": ["car"], "starred": False, "camera_name": "x"}
    chosen = Step(CONTROL, "POST", "/orgs/x/events", 201, "{}", json.dumps({"starred": False, "camera_id": "x"}))
    table = "id,tags,starred\r\n1,car,false\r\n"
    _, (_, found, exported) = built(chosen, step(event), Step(API, "GET", "/export", 200, table))
    shown = found["answer"]["json"]
    assert (shown["tags"], shown["starred"], shown["camera_name"]) == ("{{a:v1.tags:list}}", False, "x")
    assert exported["answer"] == {"text": "id,tags,starred\r\n1,{{a:}},false\r\n"}


def test_of_very_many_steps_those_of_the_control_plane_and_the_latest_are_kept() -> None:
    steps = Steps()
    steps.add(Step(CONTROL, "POST", "/orgs", 201))
    for number in range(MAX_STEPS + 5):
        steps.add(Step(API, "GET", f"/{number}", 200))
    assert (steps.forgotten, len(steps.kept), steps.kept[0].path, steps.kept[1].path) == (6, MAX_STEPS, "/orgs", "/6")


def test_events_of_a_seed_are_known_until_a_camera_is_triggered() -> None:
    event = {"id": ID, "triggered_at": "2026-04-21T13:45:22Z", "tags": ["car"]}
    seeded = Step(CONTROL, "POST", "/orgs/x/events", 201, "{}", json.dumps({"count": 1, "seed": 7}))
    triggered = step({}, "/api/v1/cameras/x/trigger")
    _, (_, before, _, after) = built(seeded, step(event), triggered, step(event))
    assert (before["answer"]["json"]["tags"], after["answer"]["json"]["tags"]) == (["car"], "{{a:v1.tags:list}}")


def test_of_many_examples_the_last_is_kept_unless_it_needs_the_others() -> None:
    orgs = [f"{number}f1c2a34-9b0d-4c5e-8f7a-0123456789ab" for number in (1, 2)]
    examples = [
        (
            Step(CONTROL, "POST", "/clock", 200, "{}", "{}"),
            Step(CONTROL, "POST", "/orgs", 201, json.dumps({"org_id": org, "name": "ct12345678901-0"})),
            step({}, f"/api/v1/x/{org}", body="ct12345678901-0"),
        )
        for org in orgs
    ]
    kept = templates.of_last_org([*examples[0], *examples[1]], "ct12345678901")
    assert [each.path for each in kept] == ["/clock", "/clock", "/orgs", f"/api/v1/x/{orgs[1]}"]
    steps = [*examples[0], *examples[1], step({}, f"/api/v1/x/{orgs[0]}")]
    assert templates.of_last_org(steps, "ct12345678901") == steps


def test_headers_of_the_target_file_come_from_the_environment_and_only_what_is_used_is_asked_for() -> None:
    found = templates.built([step({})], {TOKEN: "NOVAVMS_OWNER_TOKEN"}, headers={"X-Gate": "secret"})
    assert found["values"] == {"v2": {"env": "NOVAVMS_HEADER_X_GATE"}}
    assert found["headers"] == {"X-Gate": "{{v2}}"}


def test_headers_of_clients_servers_and_target_files_are_left_out() -> None:
    sent = {"Host": "x", "X-Proxy-Key": "1", "User-Agent": "u", "Content-Type": "text/plain"}
    assert of_request(sent, {"x-proxy-key": "1", "user-agent": "u"}) == {
        "user-agent": "u",
        "content-type": "text/plain",
    }
    answered = {"Date": "now", "X-RateLimit-Limit": "10000000", "X-RateLimit-Remaining": "9999998", "Allow": "GET"}
    assert of_answer(answered) == {"x-ratelimit-limit": "10000000", "allow": "GET"}
