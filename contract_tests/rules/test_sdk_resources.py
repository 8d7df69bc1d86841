"""The verbs of each namespace: objects are created, read, changed and deleted, and the special verbs."""

from collections.abc import Mapping
from typing import Any

import pytest

from contract_tests.expectations import Expect
from contract_tests.sdk import mock
from contract_tests.sdk.answers import as_json, data, field, ids
from contract_tests.sdk.clients import Client
from contract_tests.sdk.mock import ids_of
from contract_tests.sdk.surface import arguments_for, find_verb, takes_list
from contract_tests.steps import sites, users
from contract_tests.steps.events import path_to, record_varied_events
from contract_tests.world import ALERTS, CAMERAS, RULES, SITES, UNREACHABLE_URL, USERS, WEBHOOKS, World

JSON = dict[str, Any]
RECIPIENTS = [{"type": "email", "target": "guard@example.com"}]
DIRECT = {"type": "rtsp", "connection_mode": "direct", "stream_url": "rtsp://camera.example.com/stream"}
#: For each namespace whose objects are created: rule, path, noun of the operations, required fields besides the name.
MANAGED: Mapping[str, tuple[str, str, str, JSON]] = {
    "cameras": ("SDK-31", CAMERAS, "Camera", DIRECT),
    "rules": ("SDK-34", RULES, "AlertRule", {"trigger_type": "motion", "recipients": RECIPIENTS}),
    "sites": ("SDK-35", SITES, "Site", {"timezone": "Europe/Berlin"}),
    "webhooks": ("SDK-37", WEBHOOKS, "Webhook", {"url": UNREACHABLE_URL, "event_types": ["event"]}),
}


def succeeded(world: World, operation: str) -> list[JSON]:
    """Return the successful requests of an operation."""
    return [call for call in mock.requests(world, operation) if call["status"] < 300]


def use(client: Client, namespace: str, word: str, *values: Any) -> Any:
    """Call the verb with a word in its name, and return the answer. Raises Violation on an error."""
    verb = find_verb(client, namespace, word)
    arguments, fields = arguments_for(verb, *values)
    return client.attempt(verb, *arguments, **fields)


@pytest.mark.parametrize(
    "namespace", [pytest.param(name, marks=pytest.mark.rules(rule)) for name, (rule, *_) in MANAGED.items()]
)
def test_objects_are_created_read_changed_and_deleted(
    client: Client, world: World, expect: Expect, namespace: str
) -> None:
    rule, path, noun, fields = MANAGED[namespace]
    name, renamed = world.name(namespace), world.name(namespace)
    site = {"site_id": world.sites[0]} if namespace == "cameras" else {}
    created = str(field(client.call(f"{namespace}.create", name=name, **fields, **site), "id"))
    expect.equal(rule, world.admin.get(f"{path}/{created}")["name"], name, "the name of the created object")
    expect(rule, created in ids(data(client.call(f"{namespace}.list"))), "the created object in the list", created)
    expect.equal(
        rule, field(client.call(f"{namespace}.get", created), "name"), name, "the name of the object that is read"
    )
    client.call(f"{namespace}.update", created, name=renamed)
    expect.equal(rule, world.admin.get(f"{path}/{created}")["name"], renamed, "the name of the changed object")
    client.call(f"{namespace}.remove", created)
    deleted = world.admin.get(f"{path}/{created}")
    expect.equal(rule, deleted.status, 404, "the status of the deleted object")
    for verb in ("create", "update", "delete"):
        expect(rule, len(succeeded(world, f"{verb}{noun}")) == 1, f"one {verb}{noun}", mock.requests(world))


@pytest.mark.rules("SDK-31")
def test_a_camera_has_a_snapshot(client: Client, world: World, expect: Expect) -> None:
    camera = world.cameras()[0]
    found = use(client, "cameras", "snapshot", camera)
    calls = succeeded(world, "getCameraSnapshot")
    expect(
        "SDK-31",
        [camera in call["path"] for call in calls] == [True],
        f"one request for the snapshot of {camera}",
        calls,
    )
    picture = client.last.body
    expect(
        "SDK-31", found == picture or not isinstance(found, str | bytes), "the bytes of the picture", repr(found)[:60]
    )


@pytest.mark.rules("SDK-31")
def test_a_camera_has_a_live_view_token(client: Client, world: World, expect: Expect) -> None:
    camera = world.cameras()[0]
    found = use(client, "cameras", "token", camera)
    calls = succeeded(world, "createLiveViewToken")
    expect(
        "SDK-31", [camera in call["path"] for call in calls] == [True], f"one request for a token of {camera}", calls
    )
    expect("SDK-31", as_json(found), "an answer with the token", found)


@pytest.mark.rules("SDK-32")
def test_events_are_listed_and_read(client: Client, world: World, expect: Expect) -> None:
    record_varied_events(world)
    found = data(client.call("events.list", trigger_type="ai_tag", starred=True))
    wanted = world.operator.get("/api/v1/events", trigger_type="ai_tag", starred="true")["data"]
    expect.equal("SDK-32", ids(found), ids_of(wanted), "the starred events with trigger ai_tag")
    event = client.call("events.get", wanted[0]["id"])
    expect.equal("SDK-32", as_json(event), world.operator.get(path_to(wanted[0])).json, "the event")


@pytest.mark.rules("SDK-32")
def test_an_event_is_acknowledged_starred_and_annotated(client: Client, world: World, expect: Expect) -> None:
    event, other = world.record(2)
    before = world.operator.get(path_to(other)).json
    client.call("events.acknowledge", event)
    expect.equal("SDK-32", world.operator.get(path_to(event))["acknowledged"], True, "acknowledged after acknowledge")
    use(client, "events", "star|starred", event, True)
    expect.equal("SDK-32", world.operator.get(path_to(event))["starred"], True, "starred after star")
    use(client, "events", "note|annotate", event, "A courier.")
    expect.equal("SDK-32", world.operator.get(path_to(event))["notes"], "A courier.", "the notes after adding them")
    expect.equal("SDK-32", world.operator.get(path_to(other)).json, before, "the other event, unchanged")


@pytest.mark.rules("SDK-33")
def test_alerts_are_listed_acknowledged_and_resolved(client: Client, world: World, expect: Expect) -> None:
    first, second, third = world.raise_alerts(3)
    listed = ids(data(client.call("alerts.list")))
    expect.equal("SDK-33", listed, ids_of(world.operator.get(ALERTS)["data"]), "the alerts")
    use(client, "alerts", "acknowledge", first)
    use(client, "alerts", "status", second, "resolved")
    found = {row["id"]: row["status"] for row in world.operator.get(ALERTS)["data"]}
    expect.equal("SDK-33", found, {first: "acknowledged", second: "resolved", third: "new"}, "the statuses")


@pytest.mark.rules("SDK-34")
def test_a_rule_is_disabled_and_enabled(client: Client, world: World, expect: Expect) -> None:
    rule = world.rule()["id"]
    client.call("rules.update", rule, enabled=False)
    expect.equal("SDK-34", world.operator.get(f"{RULES}/{rule}")["enabled"], False, "enabled after enabled=False")
    client.call("rules.update", rule, enabled=True)
    expect.equal("SDK-34", world.operator.get(f"{RULES}/{rule}")["enabled"], True, "enabled after enabled=True")
    for word, wanted in (("disable", False), ("enable", True)):
        if client.has(f"rules.{word}"):
            client.call(f"rules.{word}", rule)
            expect.equal("SDK-34", world.operator.get(f"{RULES}/{rule}")["enabled"], wanted, f"enabled after {word}")


@pytest.mark.rules("SDK-35")
def test_access_to_a_site_is_managed(client: Client, world: World, expect: Expect) -> None:
    site, viewer = world.site()["id"], world.user_ids["viewer"]
    verb = find_verb(client, "sites", "user", "access", "grant", "member", min_arguments=2)
    arguments, fields = arguments_for(verb, site, [viewer] if takes_list(verb) else viewer)
    client.attempt(verb, *arguments, **fields)
    expect.equal("SDK-35", sites.access_list(world, site), [viewer], "the viewers with access")
    expect("SDK-35", world.viewer.get(sites.path_to(site)).is_(200), "the viewer to see the site", site)


@pytest.mark.rules("SDK-36")
def test_a_user_is_invited_and_listed(client: Client, world: World, expect: Expect) -> None:
    invitation = users.new_invitation(world)
    verb = find_verb(client, "users", "invite", "create")
    client.attempt(verb, **invitation)
    rows = {row["email"]: row for row in world.admin.get(USERS)["data"]}
    expect("SDK-36", invitation["email"] in rows, f"{invitation['email']} among the members", sorted(rows))
    listed = ids(data(client.call("users.list")))
    expect.equal("SDK-36", sorted(listed), sorted(row["id"] for row in rows.values()), "the members")


@pytest.mark.rules("SDK-36")
def test_a_role_is_changed(client: Client, world: World, expect: Expect) -> None:
    user = users.invite(world)["user"]["id"]
    client.call("users.update", user, role="admin")
    expect.equal("SDK-36", world.admin.get(f"{USERS}/{user}")["role"], "admin", "the role")
    if client.has("users.change_role"):
        client.call("users.change_role", user, "operator")
        expect.equal("SDK-36", world.admin.get(f"{USERS}/{user}")["role"], "operator", "the role, changed back")


@pytest.mark.rules("SDK-36")
def test_a_session_is_revoked(client: Client, world: World, expect: Expect) -> None:
    invited = users.invite(world)
    user = invited["user"]["id"]
    for _ in range(2):
        users.log_in(world, invited)
    last, first = users.sessions(world, user)
    use(client, "users", "revoke", user, first["id"])
    left = ids_of(users.sessions(world, user))
    expect("SDK-36", left in ([], [last["id"]]), "the session to be revoked", left)


@pytest.mark.rules("SDK-37")
def test_a_webhook_is_tested(client: Client, world: World, expect: Expect) -> None:
    webhook = world.webhook()["id"]
    use(client, "webhooks", "test", webhook)
    calls = succeeded(world, "testWebhook")
    expect("SDK-37", [webhook in call["path"] for call in calls] == [True], "one test message for the webhook", calls)
