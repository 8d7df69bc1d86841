"""Texts come back as they were sent, from every operation that takes one, in every view and in the export."""

from collections.abc import Callable, Collection, Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests import document
from contract_tests.expectations import Expect
from contract_tests.generation.strategies import AWKWARD_TEXTS, FILLINGS
from contract_tests.steps.answers import JSON
from contract_tests.steps.calls import permitted_actor, valid_call
from contract_tests.steps.events import EXPORT, exported_rows, path_to
from contract_tests.world import EVENTS, World

pytestmark = pytest.mark.own_org
#: The texts that operations take, each with the limit allowed length and the rule that it comes back.
FIELDS = {
    ("updateEvent", "notes"): (2000, "EV-62"),
    ("createAlertRule", "name"): (100, "RU-08"),
    ("updateAlertRule", "name"): (100, "RU-47"),
    ("generatePairingCode", "name"): (100, "GW-24"),
    ("pairGateway", "version"): (64, "GW-49"),
    ("pairGateway", "local_ip"): (64, "GW-49"),
    ("updateGateway", "name"): (100, "GW-67"),
    ("createCamera", "name"): (100, "CAM-17"),
    ("inviteUser", "display_name"): (100, "USR-05"),
    ("createWebhook", "name"): (100, "WH-01"),
}
ALL_KINDS = " e\u0301 <b>a</b> &amp; \"q\", 'r'  two\r\nlines\rand\nmore 🚚 監 é "


def with_each_field(check: Callable[..., None]) -> Callable[..., None]:
    """Try every field with a text of all kinds, and with the limit one in letters of four bytes."""
    for field in FIELDS:
        check = example(field=field, text=ALL_KINDS, filling="")(check)
        check = example(field=field, text="=1", filling="🚚")(check)
    return check


@pytest.mark.rules("EV-62", "RU-08", "RU-47", "GW-24", "GW-49", "GW-67", "CAM-17", "USR-05", "WH-01")
@given(field=st.sampled_from(sorted(FIELDS)), text=AWKWARD_TEXTS, filling=FILLINGS)
@with_each_field
def test_a_text_comes_back_as_it_was_sent(
    world: World, expect: Expect, field: tuple[str, str], text: str, filling: str
) -> None:
    (operation, name), (limit, rule) = field, FIELDS[field]
    sent = text + filling * (limit - len(text))
    for where, shown in views_after(world, operation, {name: sent}, expect, rule).items():
        expect.equal(rule, shown.get(name, sent), sent, f"{name} {where}")


def views_after(world: World, operation: str, fields: JSON, expect: Expect, rule: str) -> dict[str, JSON]:
    """Call an operation with the fields in its body, and return the object as its answer, a read and a list show it."""
    called = document.load().operations[operation]
    call, actor = valid_call(world, called), permitted_actor(world, called)
    answer = actor.call(called.method, call.path, json={**(call.body or {}), **fields})
    expect(rule, 200 <= answer.status < 300, f"{fields} to be accepted", answer)
    shown = answer.json.get("user", answer.json)
    collection = "/".join(called.path.split("/")[:4])
    object_id = call.object_id or shown.get("gateway_id") or shown["id"]
    path = f"{collection}/{object_id}"
    listed = [row for row in world.admin.get(collection).rows if row.get("id") == object_id]
    found = {"in the answer": shown, "read by itself": world.admin.get(path).json}
    world.admin.delete(path)
    return found | dict.fromkeys(["in the list"] if listed else [], (listed or [{}])[0])


@pytest.mark.rules("EV-80")
@given(text=AWKWARD_TEXTS, filling=FILLINGS)
@example(text=ALL_KINDS, filling="")
@example(text="=1", filling="🚚")
@example(text="+1", filling="")
@example(text="-1", filling="")
@example(text="@a", filling="")
def test_a_text_is_exported_as_it_is_shown(world: World, expect: Expect, text: str, filling: str) -> None:
    sent = text + filling * (100 - len(text))
    camera = world.camera(name=sent)["id"]
    (event,) = world.record(camera_id=camera, summary=sent, tags=[sent])
    wanted: JSON = {"id": event, "camera_name": sent, "summary": sent, "tags": sent}
    exported = exported_rows(world.operator.get(EXPORT, camera_id=camera))
    expect.equal("EV-80", _chosen(exported, event, wanted), [wanted], "the cells of its row")
    listed, single = world.operator.get(EVENTS, camera_id=camera).rows, world.operator.get(path_to(event)).json
    for where, shown in (("read by itself", [single]), ("in the list", listed)):
        found = _chosen(shown, event, wanted)
        expect.equal("EV-80", found, [wanted | {"tags": [sent]}], f"the event {where}")


def _chosen(found: Sequence[JSON], event: str, names: Collection[str]) -> list[JSON]:
    """Return the chosen fields of each row that is of an event."""
    return [{name: row.get(name) for name in names} for row in found if row.get("id") == event]
