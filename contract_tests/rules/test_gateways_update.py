"""Changing a gateway: which roles may, and which fields."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.expectations import Expect
from contract_tests.steps.answers import UNKNOWN_ID
from contract_tests.steps.gateways import GATEWAY_FIELDS, generate_code, path_to, redeem_code
from contract_tests.world import World

READ_ONLY_FIELDS = {
    "version": "9.9",
    "local_ip": "10.9.9.9",
    "last_heartbeat_at": "2026-01-01T00:00:00Z",
    "created_at": "2026-01-01T00:00:00Z",
    "api_key": "gw_mine",
    "id": UNKNOWN_ID,
    "org_id": UNKNOWN_ID,
}


@pytest.mark.rules("GW-65")
def test_only_operators_and_higher_roles_change_a_gateway(world: World, expect: Expect) -> None:
    path = path_to(world.register()["id"])
    key = world.pair()["api_key"]
    for actor in (world.operator, world.admin, world.owner):
        name = world.name("gateway")
        answer = actor.patch(path, {"name": name})
        expect("GW-65", answer.is_(200) and answer["name"] == name, f"the {actor.name} to change it", answer)
    before = world.operator.get(path).json
    for change in ({"name": "Mine"}, {"status": "disabled"}, {"site_id": world.sites[-1]}):
        for actor in (world.viewer, world.anonymous, world.intruder, world.actor_with_token("gateway", key)):
            answer = actor.patch(path, change)
            expect("GW-65", 400 <= answer.status < 500, f"the {actor.name} to be refused", answer)
    expect.equal("GW-65", world.operator.get(path).json, before, "the gateway after a refusal")


@pytest.mark.rules("GW-83")
def test_a_viewer_may_not_change_a_gateway(world: World, expect: Expect) -> None:
    path = path_to(world.register()["id"])
    before = world.operator.get(path).json
    for change in ({"name": "Mine"}, {"status": "disabled"}, {"site_id": world.sites[-1]}):
        answer = world.viewer.patch(path, change)
        expect("GW-83", answer.is_(403, "forbidden"), "403 forbidden", answer)
    expect.equal("GW-83", world.operator.get(path).json, before, "the gateway after a refusal")


@pytest.mark.rules("GW-66")
@given(
    changes=st.fixed_dictionaries({}, optional={"name": st.just("New"), "site": st.booleans(), "off": st.just(True)}),
    extra=st.dictionaries(st.sampled_from(sorted(READ_ONLY_FIELDS)), st.just("x"), max_size=3),
)
@example(changes={"name": "New"}, extra={})
@example(changes={"name": "New"}, extra={"version": "x", "local_ip": "x"})
def test_only_name_site_and_status_can_be_changed(
    world: World, expect: Expect, changes: dict[str, object], extra: dict[str, str]
) -> None:
    code = generate_code(world)
    redeem_code(world, code["pairing_code"], version="1", local_ip="10.0.0.7")
    before = world.operator.get(path_to(code["id"])).json
    body = {"name": "New"} if "name" in changes else {}
    body |= {"site_id": world.sites[-1]} if changes.get("site") else {}
    body |= {"status": "disabled"} if "off" in changes else {}
    world.operator.patch(path_to(code["id"]), body | {name: READ_ONLY_FIELDS[name] for name in extra})
    after = world.operator.get(path_to(code["id"]))
    for name in GATEWAY_FIELDS:
        if name not in body:
            expect.equal("GW-66", after[name], before.get(name), f"{name}, which was not sent,")


@pytest.mark.rules("GW-67")
@given(size=st.integers(0, 130))
@example(size=0)
@example(size=1)
@example(size=100)
@example(size=101)
def test_a_new_name_has_1_to_100_characters(world: World, expect: Expect, size: int) -> None:
    path = path_to(world.pair()["gateway_id"])
    before = world.operator.get(path)["name"]
    name = ("ü" + str(size) * size)[:size]
    answer = world.operator.patch(path, {"name": name})
    shown = world.operator.get(path)["name"]
    if 1 <= size <= 100:
        expect("GW-67", answer.is_(200), f"a name of {size} characters to be accepted", answer)
        expect.equal("GW-67", shown, name, "the gateway's name")
    else:
        expect("GW-67", 400 <= answer.status < 500, f"a name of {size} characters to be refused", answer)
        expect.equal("GW-67", shown, before, "the gateway's name after a refusal")


@pytest.mark.rules("GW-68")
def test_a_gateway_moves_to_sites_of_its_org_only(world: World, expect: Expect) -> None:
    path = path_to(world.register()["id"])
    for site in (world.sites[-1], world.sites[0]):
        answer = world.operator.patch(path, {"site_id": site})
        expect("GW-68", answer.is_(200), "a site of the org to be accepted", answer)
        expect.equal("GW-68", world.operator.get(path)["site_id"], site, "the gateway's site_id")
    before = world.operator.get(path).json
    for site in (world.outside.sites[0], UNKNOWN_ID, world.cameras()[0]):
        for body in ({"site_id": site}, {"site_id": site, "name": "Moved"}):
            answer = world.operator.patch(path, body)
            expect("GW-68", 400 <= answer.status < 500, "any other site to be refused", answer)
            expect.equal("GW-68", world.operator.get(path).json, before, "the gateway after a refusal")


@pytest.mark.parametrize(
    ("rule", "body"),
    [
        pytest.param(rule, body, marks=pytest.mark.rules(rule), id="-".join((rule, *body)))
        for rule, body in (
            ("GW-78", {}),
            ("GW-78", {"colour": "red"}),
            ("GW-78", {"created_at": READ_ONLY_FIELDS["created_at"]}),
            *(("GW-81", {name: READ_ONLY_FIELDS[name]}) for name in ("version", "local_ip", "last_heartbeat_at")),
        )
    ],
)
def test_a_change_without_changeable_fields_is_refused(
    world: World, expect: Expect, rule: str, body: dict[str, str]
) -> None:
    for gateway_id in (world.pair()["gateway_id"], world.register()["id"]):
        before = world.operator.get(path_to(gateway_id)).json
        answer = world.operator.patch(path_to(gateway_id), body)
        expect(rule, answer.is_(400, "validation_error"), "400 validation_error", answer)
        expect.equal(rule, world.operator.get(path_to(gateway_id)).json, before, "the gateway after a refusal")


@pytest.mark.rules("GW-85")
@pytest.mark.parametrize("paired", [True, False])
def test_a_name_can_be_changed_alone(world: World, expect: Expect, paired: bool) -> None:
    path = path_to(world.pair()["gateway_id"] if paired else world.register()["id"])
    name = world.name("gateway")
    before = world.operator.get(path)
    answer = world.operator.patch(path, {"name": name})
    expect("GW-85", answer.is_(200), "a name alone to be accepted", answer)
    shown = world.operator.get(path)
    for field in GATEWAY_FIELDS:
        expect.equal("GW-85", shown[field], name if field == "name" else before[field], field)


@pytest.mark.rules("GW-82")
@pytest.mark.parametrize("paired", [True, False])
def test_a_change_answers_with_the_gateway_after_it(world: World, expect: Expect, paired: bool) -> None:
    path = path_to(world.pair()["gateway_id"] if paired else world.register()["id"])
    all_fields = {"name": world.name("gateway"), "site_id": world.sites[-1], "status": "disabled"}
    for body in ({"name": world.name("gateway")}, {"site_id": world.sites[0]}, all_fields):
        answer = world.operator.patch(path, body)
        expect("GW-82", answer.is_(200), "200", answer)
        expect("GW-82", {**answer.json, **body} == answer.json, f"a gateway with {body}", answer)
        expect.equal("GW-82", world.operator.get(path).json, answer.json, "the gateway")


@pytest.mark.rules("GW-84")
def test_a_gateway_of_another_org_cannot_be_changed(world: World, expect: Expect) -> None:
    path = path_to(world.outside.register()["id"])
    before = world.outside.operator.get(path).json
    for body in ({"name": "Mine"}, {"status": "disabled"}, {"site_id": world.sites[0]}):
        for actor in (world.operator, world.owner):
            answer = actor.patch(path, body)
            expect("GW-84", answer.is_(404, "not_found"), "404 not_found", answer)
    expect.equal("GW-84", world.outside.operator.get(path).json, before, "the gateway after a refusal")
