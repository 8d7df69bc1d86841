"""The recipients of an alert rule, and the sites and cameras that it refers to."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.expectations import Expect
from contract_tests.generation.strategies import EMAIL_ADDRESSES, UNKNOWN_IDS
from contract_tests.steps.alert_rules import available, create, listed_rules, require_none_made
from contract_tests.steps.answers import UNKNOWN_ID, refused
from contract_tests.world import RECIPIENT, World


def _recipients(count: int) -> list[dict[str, str]]:
    return [{"type": "email", "target": f"guard{number}@example.com"} for number in range(count)]


@pytest.mark.rules("RU-35")
@given(count=st.integers(1, 25))
@example(count=1)
@example(count=2)
@example(count=24)
@example(count=25)
def test_1_to_25_recipients_are_accepted(world: World, expect: Expect, count: int) -> None:
    recipients = _recipients(count)
    answer = create(world, recipients=recipients)
    expect("RU-35", answer.status == 201, f"201 for {count} recipients", answer)
    expect.equal("RU-35", answer.json.get("recipients", recipients), recipients, "recipients")


@pytest.mark.rules("RU-37")
@given(count=st.integers(26, 40))
@example(count=26)
@example(count=27)
def test_more_than_25_recipients_are_refused(world: World, expect: Expect, count: int) -> None:
    answer = create(world, recipients=_recipients(count))
    expect("RU-37", answer.is_(400, "validation_error"), f"400 validation_error for {count} recipients", answer)


@pytest.mark.rules("RU-36")
@pytest.mark.parametrize("recipients", [None, []])
def test_a_rule_needs_a_recipient(world: World, expect: Expect, recipients: list[Any] | None) -> None:
    before = listed_rules(world.operator)
    answer = create(world, recipients=recipients)
    expect("RU-36", answer.is_(400, "validation_error"), "400 validation_error", answer)
    require_none_made(world, expect, "RU-36", before)


@pytest.mark.rules("RU-38")
@pytest.mark.parametrize(
    "wrong",
    [{"type": "email"}, {"target": "a@example.com"}, {}, "a@example.com", ["email", "a@example.com"], 1, None],
)
def test_a_recipient_is_an_object_with_type_and_target(world: World, expect: Expect, wrong: Any) -> None:
    answer = create(world, recipients=[RECIPIENT])
    expect("RU-38", answer.status == 201, "201 for a type and a target", answer)
    for shown in answer.json.get("recipients", []):
        complete = isinstance(shown, dict) and shown.keys() >= RECIPIENT.keys()
        expect("RU-38", complete, "an object with a type and a target", shown)
    for recipients in ([wrong], [RECIPIENT, wrong], [wrong, RECIPIENT]):
        answer = create(world, recipients=recipients)
        expect("RU-38", refused(answer), f"a refusal of {wrong!r}", answer)


@pytest.mark.rules("RU-39")
@given(target=EMAIL_ADDRESSES)
@example(target="security@acme-logistics.com")
def test_an_email_address_is_accepted(world: World, expect: Expect, target: str) -> None:
    recipients = [{"type": "email", "target": target}]
    answer = create(world, recipients=recipients)
    expect("RU-39", answer.status == 201, f"201 for {target}", answer)
    expect.equal("RU-39", answer.json.get("recipients", recipients), recipients, "recipients")


@pytest.mark.rules("RU-23")
@pytest.mark.parametrize("count", [1, 2])
def test_a_rule_for_sites_with_its_sites_is_accepted(world: World, expect: Expect, count: int) -> None:
    sites = available(world.sites, "site", count)[:count]
    answer = create(world, scope_type="specific_sites", site_ids=sites)
    expect("RU-23", answer.status == 201, f"201 with {count} site_ids", answer)
    expect.equal("RU-23", answer.json.get("site_ids", sites), sites, "site_ids")


@pytest.mark.rules("RU-24")
@pytest.mark.parametrize("sites", [None, []])
def test_a_rule_for_sites_without_sites_is_refused(world: World, expect: Expect, sites: list[str] | None) -> None:
    before = listed_rules(world.operator)
    for cameras in (None, world.cameras()[:1]):
        answer = create(world, scope_type="specific_sites", site_ids=sites, camera_ids=cameras)
        expect("RU-24", answer.is_(400, "validation_error"), "400 validation_error", answer)
    require_none_made(world, expect, "RU-24", before)


@pytest.mark.rules("RU-26")
@pytest.mark.parametrize("count", [1, 2, 4])
def test_a_rule_for_cameras_with_its_cameras_is_accepted(world: World, expect: Expect, count: int) -> None:
    cameras = available(world.cameras(), "camera", count)[:count]
    answer = create(world, scope_type="specific_cameras", camera_ids=cameras)
    expect("RU-26", answer.status == 201, f"201 with {count} camera_ids", answer)
    expect.equal("RU-26", answer["camera_ids"], cameras, "camera_ids")


@pytest.mark.rules("RU-27")
@pytest.mark.parametrize("cameras", [None, []])
def test_a_rule_for_cameras_without_cameras_is_refused(world: World, expect: Expect, cameras: list[str] | None) -> None:
    before = listed_rules(world.operator)
    for sites in (None, world.sites[:1]):
        answer = create(world, scope_type="specific_cameras", camera_ids=cameras, site_ids=sites)
        expect("RU-27", answer.is_(400, "validation_error"), "400 validation_error", answer)
    require_none_made(world, expect, "RU-27", before)


@pytest.mark.rules("RU-40")
@given(unknown=UNKNOWN_IDS)
@example(unknown=UNKNOWN_ID)
def test_an_unknown_camera_is_404_not_found(world: World, expect: Expect, unknown: str) -> None:
    _expect_no_camera(world, expect, unknown)


@pytest.mark.rules("RU-41")
@given(unknown=UNKNOWN_IDS)
@example(unknown=UNKNOWN_ID)
def test_an_unknown_site_is_404_not_found(world: World, expect: Expect, unknown: str) -> None:
    _expect_no_site(world, expect, unknown)


@pytest.mark.rules("RU-40")
def test_a_camera_of_another_org_is_404_not_found(world: World, expect: Expect) -> None:
    before = listed_rules(world.operator)
    _expect_no_camera(world, expect, available(world.outside.cameras(), "camera of another org")[-1])
    require_none_made(world, expect, "RU-40", before)


@pytest.mark.rules("RU-41")
def test_a_site_of_another_org_is_404_not_found(world: World, expect: Expect) -> None:
    before = listed_rules(world.operator)
    _expect_no_site(world, expect, available(world.outside.sites, "site of another org")[-1])
    require_none_made(world, expect, "RU-41", before)


def _expect_no_camera(world: World, expect: Expect, camera: str) -> None:
    """State that a rule for the camera is refused, alone or together with existing cameras."""
    for cameras in ([camera], [camera, *world.cameras()], [*world.cameras(), camera]):
        answer = create(world, scope_type="specific_cameras", camera_ids=cameras)
        expect("RU-40", answer.is_(404, "not_found"), "404 not_found for the camera", answer)


def _expect_no_site(world: World, expect: Expect, site: str) -> None:
    """State that a rule for the site is refused, alone or together with existing sites."""
    for sites in ([site], [site, *world.sites], [*world.sites, site]):
        answer = create(world, scope_type="specific_sites", site_ids=sites)
        expect("RU-41", answer.is_(404, "not_found"), "404 not_found for the site", answer)
