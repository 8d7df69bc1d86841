"""What each namespace is there for: things are made, read, changed and deleted, and what else is done with them."""

from collections.abc import Mapping
from typing import Any

import pytest

from contract_tests.expectations import Expect
from contract_tests.sdk import journal
from contract_tests.sdk.answers import data, field, ids, plain
from contract_tests.sdk.clients import Client
from contract_tests.sdk.seed_data import ids_of
from contract_tests.sdk.surface import described, supplied, takes_several
from contract_tests.steps import sites, users
from contract_tests.steps.events import path_to, record_varied_events
from contract_tests.world import ALERTS, CAMERAS, RULES, SITES, UNREACHABLE_URL, USERS, WEBHOOKS, World

JSON = dict[str, Any]
RECIPIENTS = [{"type": "email", "target": "guard@example.com"}]
DIRECT = {"type": "rtsp", "connection_mode": "direct", "stream_url": "rtsp://camera.example.com/stream"}
#: For what is made in a namespace: its rule, its path, its operations, and what it takes to make one beside a name.
MADE: Mapping[str, tuple[str, str, str, JSON]] = {
    "cameras": ("SDK-31", CAMERAS, "Camera", DIRECT),
    "rules": ("SDK-34", RULES, "AlertRule", {"trigger_type": "motion", "recipients": RECIPIENTS}),
    "sites": ("SDK-35", SITES, "Site", {"timezone": "Europe/Berlin"}),
    "webhooks": ("SDK-37", WEBHOOKS, "Webhook", {"url": UNREACHABLE_URL, "event_types": ["event"]}),
}


def succeeded(world: World, operation: str) -> list[JSON]:
    """Return the calls of an operation that the mock carried out."""
    return [call for call in journal.asked(world, operation) if call["status"] < 300]


def use(client: Client, namespace: str, word: str, *values: Any) -> Any:
    """Call the verb that has the word in its name, and return its answer. Raises Violation."""
    verb = described(client, namespace, word)
    arguments, fields = supplied(verb, *values)
    return client.attempt(verb, *arguments, **fields)


@pytest.mark.parametrize(
    "namespace", [pytest.param(name, marks=pytest.mark.rules(rule)) for name, (rule, *_) in MADE.items()]
)
def test_things_are_made_read_changed_and_deleted(client: Client, world: World, expect: Expect, namespace: str) -> None:
    rule, path, noun, fields = MADE[namespace]
    name, renamed = world.name(namespace), world.name(namespace)
    where = {"site_id": world.sites[0]} if namespace == "cameras" else {}
    made = str(field(client.call(f"{namespace}.create", name=name, **fields, **where), "id"))
    expect.equal(rule, world.admin.get(f"{path}/{made}")["name"], name, "of what was made the name")
    expect(rule, made in ids(data(client.call(f"{namespace}.list"))), "what was made in the list", made)
    expect.equal(rule, field(client.call(f"{namespace}.get", made), "name"), name, "of what is read the name")
    client.call(f"{namespace}.update", made, name=renamed)
    expect.equal(rule, world.admin.get(f"{path}/{made}")["name"], renamed, "of what was changed the name")
    client.call(f"{namespace}.remove", made)
    gone = world.admin.get(f"{path}/{made}")
    expect.equal(rule, gone.status, 404, "the status of what was deleted")
    for verb in ("create", "update", "delete"):
        expect(rule, len(succeeded(world, f"{verb}{noun}")) == 1, f"one {verb}{noun}", journal.asked(world))


@pytest.mark.rules("SDK-31")
def test_a_camera_shows_a_snapshot(client: Client, world: World, expect: Expect) -> None:
    camera = world.cameras()[0]
    found = use(client, "cameras", "snapshot", camera)
    calls = succeeded(world, "getCameraSnapshot")
    expect("SDK-31", [camera in call["path"] for call in calls] == [True], f"the snapshot of {camera} asked for", calls)
    picture = client.last.body
    expect("SDK-31", found == picture or not isinstance(found, str | bytes), "the picture as it came", repr(found)[:60])


@pytest.mark.rules("SDK-31")
def test_a_camera_can_be_watched_live(client: Client, world: World, expect: Expect) -> None:
    camera = world.cameras()[0]
    found = use(client, "cameras", "token", camera)
    calls = succeeded(world, "createLiveViewToken")
    expect("SDK-31", [camera in call["path"] for call in calls] == [True], f"a token for {camera} asked for", calls)
    expect("SDK-31", plain(found), "an answer with the token", found)


@pytest.mark.rules("SDK-32")
def test_the_feed_is_queried_and_an_event_read(client: Client, world: World, expect: Expect) -> None:
    record_varied_events(world)
    found = data(client.call("events.list", trigger_type="ai_tag", starred=True))
    wanted = world.operator.get("/api/v1/events", trigger_type="ai_tag", starred="true")["data"]
    expect.equal("SDK-32", ids(found), ids_of(wanted), "the starred events of tags")
    event = client.call("events.get", wanted[0]["id"])
    expect.equal("SDK-32", plain(event), world.operator.get(path_to(wanted[0])).json, "the event")


@pytest.mark.rules("SDK-32")
def test_an_event_is_acknowledged_starred_and_annotated(client: Client, world: World, expect: Expect) -> None:
    event, other = world.record(2)
    before = world.operator.get(path_to(other)).json
    client.call("events.acknowledge", event)
    expect.equal("SDK-32", world.operator.get(path_to(event))["acknowledged"], True, "then acknowledged")
    use(client, "events", "star|starred", event, True)
    expect.equal("SDK-32", world.operator.get(path_to(event))["starred"], True, "then starred")
    use(client, "events", "note|annotate", event, "A courier.")
    expect.equal("SDK-32", world.operator.get(path_to(event))["notes"], "A courier.", "then the notes")
    expect.equal("SDK-32", world.operator.get(path_to(other)).json, before, "the other event as it was")


@pytest.mark.rules("SDK-33")
def test_alerts_are_listed_acknowledged_and_moved_on(client: Client, world: World, expect: Expect) -> None:
    first, second, third = world.raise_alerts(3)
    listed = ids(data(client.call("alerts.list")))
    expect.equal("SDK-33", listed, ids_of(world.operator.get(ALERTS)["data"]), "the history")
    use(client, "alerts", "acknowledge", first)
    use(client, "alerts", "status", second, "resolved")
    found = {row["id"]: row["status"] for row in world.operator.get(ALERTS)["data"]}
    expect.equal("SDK-33", found, {first: "acknowledged", second: "resolved", third: "new"}, "the statuses")


@pytest.mark.rules("SDK-34")
def test_a_rule_is_switched_off_and_on(client: Client, world: World, expect: Expect) -> None:
    rule = world.rule()["id"]
    client.call("rules.update", rule, enabled=False)
    expect.equal("SDK-34", world.operator.get(f"{RULES}/{rule}")["enabled"], False, "switched off, enabled")
    client.call("rules.update", rule, enabled=True)
    expect.equal("SDK-34", world.operator.get(f"{RULES}/{rule}")["enabled"], True, "switched on, enabled")
    for word, wanted in (("disable", False), ("enable", True)):
        if client.has(f"rules.{word}"):
            client.call(f"rules.{word}", rule)
            expect.equal("SDK-34", world.operator.get(f"{RULES}/{rule}")["enabled"], wanted, f"after {word}, enabled")


@pytest.mark.rules("SDK-35")
def test_who_has_access_to_a_site_is_managed(client: Client, world: World, expect: Expect) -> None:
    site, viewer = world.site()["id"], world.user_ids["viewer"]
    verb = described(client, "sites", "user", "access", "grant", "member", least=2)
    arguments, fields = supplied(verb, site, [viewer] if takes_several(verb) else viewer)
    client.attempt(verb, *arguments, **fields)
    expect.equal("SDK-35", sites.access_list(world, site), [viewer], "those with access")
    expect("SDK-35", world.viewer.get(sites.path_to(site)).is_(200), "the viewer to see the site", site)


@pytest.mark.rules("SDK-36")
def test_somebody_is_invited_and_listed(client: Client, world: World, expect: Expect) -> None:
    somebody = users.new_invitation(world)
    verb = described(client, "users", "invite", "create")
    client.attempt(verb, **somebody)
    rows = {row["email"]: row for row in world.admin.get(USERS)["data"]}
    expect("SDK-36", somebody["email"] in rows, f"{somebody['email']} among the members", sorted(rows))
    listed = ids(data(client.call("users.list")))
    expect.equal("SDK-36", sorted(listed), sorted(row["id"] for row in rows.values()), "the members")


@pytest.mark.rules("SDK-36")
def test_a_role_is_changed(client: Client, world: World, expect: Expect) -> None:
    user = users.invite(world)["user"]["id"]
    client.call("users.update", user, role="admin")
    expect.equal("SDK-36", world.admin.get(f"{USERS}/{user}")["role"], "admin", "the role")
    if client.has("users.change_role"):
        client.call("users.change_role", user, "operator")
        expect.equal("SDK-36", world.admin.get(f"{USERS}/{user}")["role"], "operator", "changed back, the role")


@pytest.mark.rules("SDK-36")
def test_a_session_is_revoked(client: Client, world: World, expect: Expect) -> None:
    invited = users.invite(world)
    user = invited["user"]["id"]
    for _ in range(2):
        users.log_in(world, invited)
    last, first = users.sessions(world, user)
    use(client, "users", "revoke", user, first["id"])
    left = ids_of(users.sessions(world, user))
    expect("SDK-36", left in ([], [last["id"]]), "the session to be over", left)


@pytest.mark.rules("SDK-37")
def test_a_webhook_is_tried(client: Client, world: World, expect: Expect) -> None:
    webhook = world.webhook()["id"]
    use(client, "webhooks", "test", webhook)
    calls = succeeded(world, "testWebhook")
    expect("SDK-37", [webhook in call["path"] for call in calls] == [True], "a message to try the webhook", calls)
