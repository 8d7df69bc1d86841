"""Which events a caller may see, and the credential that reading them needs."""

from itertools import repeat
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.document import ROLES
from contract_tests.expectations import MAX_LIMIT, Expect
from contract_tests.steps.alert_rules import available
from contract_tests.steps.answers import first_page
from contract_tests.steps.events import (
    EXPORT,
    STATUSES,
    TRIGGERS,
    Item,
    ensure_events,
    existing_events,
    ids,
    items,
    pages,
    path_to,
    record_varied_events,
    visible_events,
    walk,
)
from contract_tests.steps.sampling import attempts
from contract_tests.steps.sites import ungranted_site
from contract_tests.verdicts import Unavailable
from contract_tests.world import EVENTS, World

#: How many events of granted sites, and how many of others, a viewer reads one by one.
_MAX_READS, _MAX_PAGES = 12, 8
INVALID_TOKENS = ("sk_live_neverissued0000", "x", "gw_0", "null", "eyJhbGciOiJub25lIn0.e30.")
HEADERS_WITHOUT_TOKEN: tuple[dict[str, str] | None, ...] = (
    None,
    {},
    {"Authorization": "Bearer"},
    {"Authorization": "Basic eDp5"},
)


def record_granted_and_ungranted(world: World) -> tuple[str, str]:
    """Record one event at a granted site and one at another; return their ids."""
    require_granted_sites(world)
    shown, hidden = (world.cameras(site)[0] for site in (world.granted[0], ungranted_site(world)))
    return world.record(camera_id=shown)[0], world.record(camera_id=hidden)[0]


def require_granted_sites(world: World) -> None:
    """Raise Unavailable where the sites granted to the viewer are not known."""
    if not world.granted:
        raise Unavailable("it is not known which sites are granted to the viewer")


def granted_events(world: World) -> set[str]:
    """Return the ids of all events of the sites granted to the viewer."""
    return {event for site in world.granted for event in ids(walk(world.operator, site_id=site))}


@pytest.mark.rules("EV-01")
def test_every_operation_on_events_is_served_under_api_v1_events(world: World, expect: Expect) -> None:
    event = path_to(visible_events(world)[0])
    for method, path in (("GET", EVENTS), ("GET", event), ("PATCH", event), ("DELETE", event), ("GET", EXPORT)):
        answer = world.viewer.call(method, path)
        unserved = (404, 405) if path is not EXPORT else (400, 404, 405)  # 400: export would have been read as an id
        expect("EV-01", answer.status not in unserved, f"{method} {path} to be served", answer)
        elsewhere = world.viewer.call(method, path.removeprefix("/api/v1"))
        served = elsewhere.status < 300 and "html" not in elsewhere.headers.get("content-type", "")
        expect("EV-01", not served, f"{method} not to be served without /api/v1", elsewhere)


@pytest.mark.rules("EV-02")
def test_events_of_another_org_are_in_no_list_no_total_and_no_export(world: World, expect: Expect) -> None:
    existing_events(world)
    foreign = {*ids(existing_events(world.outside))}
    choices: tuple[Item, ...] = ({}, {"trigger_type": "motion"}, {"starred": "true"}, {"date_from": "2026-04-20"})
    for filters in choices:
        for page in pages(world.operator, **filters):
            expect("EV-02", not {*ids(items(page))} & foreign, "no event of another org", page)
        text = world.operator.get(EXPORT, **filters).text
        expect("EV-02", not any(event in text for event in foreign), "no event of another org in the export", text)
    cameras = {*world.outside.cameras()}
    for name, values in (("camera_id", sorted(cameras)), ("site_id", world.outside.sites)):
        page = world.operator.get(EVENTS, **{name: available(values, name)[0]})
        shown = items(page) if page.is_(200) else []
        leaked = foreign.intersection(ids(shown)) or cameras.intersection(item.get("camera_id") for item in shown)
        expect("EV-02", not leaked, f"for another org's {name}, no event of that org", page)


@pytest.mark.own_org
@pytest.mark.rules("EV-02")
def test_events_of_another_org_are_not_counted(world: World, expect: Expect) -> None:
    own, _ = record_varied_events(world), record_varied_events(world.outside)
    page = first_page(world.operator, EVENTS)
    expect.equal("EV-02", sorted(ids(items(page))), sorted(own), "the org's own events")
    expect.equal("EV-02", page["total"], len(own), "total")


@pytest.mark.rules("EV-02")
def test_an_event_of_another_org_cannot_be_read(world: World, expect: Expect) -> None:
    for event in existing_events(world.outside)[:24:4]:
        answer = world.operator.get(path_to(event))
        expect("EV-02", answer.status >= 400, "another org's event not to be shown", answer)


@pytest.mark.rules("EV-54")
@pytest.mark.parametrize("role", ROLES)
def test_an_event_of_another_org_is_answered_like_an_unknown_one(world: World, expect: Expect, role: str) -> None:
    foreign, actor = world.outside.record(), world.actor(role)
    unknown = actor.get(path_to(str(uuid4())))
    expect("EV-54", unknown.is_(404, "not_found"), "404 not_found", unknown)
    for event in foreign:
        answer = actor.get(path_to(event))
        expect("EV-54", answer.is_(404, "not_found"), "404 not_found", answer)


@pytest.mark.rules("EV-02")
def test_previous_and_next_event_are_of_the_same_org(world: World, expect: Expect) -> None:
    time: dict[str, Any] = {"from": "2026-04-20T10:00:00Z", "to": "2026-04-20T10:00:00Z"}
    world.outside.record(2, **time)
    (event,) = world.record(**time)
    world.outside.record(2, **time)
    answer = world.operator.get(path_to(event))
    neighbours = answer["prev_event_id"], answer["next_event_id"]
    expect.equal("EV-02", neighbours, (None, None), "the neighbours of the org's only event")


@pytest.mark.rules("EV-02")
def test_no_neighbour_of_an_existing_event_is_of_another_org(world: World, expect: Expect) -> None:
    foreign = {*ids(existing_events(world.outside))}
    for event in existing_events(world)[:_MAX_READS]:
        read = dict(world.operator.get(path_to(event)).json)
        neighbours = {read.get("prev_event_id"), read.get("next_event_id")}
        expect.equal("EV-02", neighbours & foreign, set(), "the neighbours of another org are")


@pytest.mark.rules("EV-03")
def test_a_viewer_sees_events_of_granted_sites_only(world: World, expect: Expect) -> None:
    require_granted_sites(world)
    all_ids, before = ids(existing_events(world)), granted_events(world)
    seen, after = {*ids(walk(world.viewer))}, granted_events(world)
    expect.equal("EV-03", seen - before - after, set(), "the viewer's events of sites not granted are")
    expect.equal("EV-03", (before & after) - seen, set(), "the events of granted sites that the viewer lacks are")
    hidden = [event for event in all_ids if event not in before | after]
    for event in (*hidden[:_MAX_READS], *sorted(before & after)[:_MAX_READS]):
        status = world.viewer.get(path_to(event)).status
        expect("EV-03", (status == 200) == (event in before), "a read of granted events only", f"{status} for {event}")
    if not hidden:
        raise Unavailable("no event of a site that is not granted to the viewer is known")


@pytest.mark.rules("EV-10")
@given(
    filters=st.fixed_dictionaries(
        {},
        optional={
            "trigger_type": st.sampled_from(TRIGGERS),
            "ai_status": st.sampled_from(STATUSES),
            "starred": st.sampled_from(["true", "false"]),
            "date_from": st.just("2026-04-20T23:30:00Z"),
            "date_to": st.just("2026-04-21T01:30:00Z"),
        },
    ),
    limit=st.integers(1, 100),
)
def test_no_filter_shows_a_viewer_events_of_other_sites(
    world: World, expect: Expect, filters: dict[str, Any], limit: int
) -> None:
    require_granted_sites(world)
    ensure_events(world)
    hidden = [site for site in world.sites if site not in world.granted]
    ungranted = {event for site in hidden for event in ids(walk(world.operator, site_id=site))}
    total = first_page(world.viewer, EVENTS, **filters)["total"]
    page_size = min(MAX_LIMIT, max(limit, total // _MAX_PAGES))
    seen = walk(world.viewer, repeat(page_size), **filters)
    expect("EV-10", not ungranted & {*ids(seen)}, "nothing from a site not granted", filters)
    expect("EV-10", total <= len({*ids(walk(world.operator, **filters))} - ungranted), "nothing hidden in total", total)
    if not ungranted:
        raise Unavailable("no event of a site that is not granted to the viewer is known")


@pytest.mark.rules("EV-09")
def test_a_viewer_may_list_events(world: World, expect: Expect) -> None:
    answer = world.viewer.get(EVENTS)
    expect("EV-09", answer.is_(200), "200", answer)


@pytest.mark.rules("EV-40")
def test_listing_events_of_a_site_not_granted_is_forbidden(world: World, expect: Expect) -> None:
    record_granted_and_ungranted(world)
    for site in world.sites:
        answer = world.viewer.get(EVENTS, site_id=site)
        if site in world.granted:
            expect("EV-40", answer.is_(200), "200 for a granted site", answer)
        else:
            expect("EV-40", answer.is_(403, "forbidden"), "403 forbidden for a site not granted", answer)


@pytest.mark.rules("EV-43", "EV-53")
def test_a_viewer_reads_events_of_granted_sites_only(world: World, expect: Expect) -> None:
    shown, hidden = record_granted_and_ungranted(world)
    granted = world.viewer.get(path_to(shown))
    expect("EV-43", granted.is_(200), "200", granted)
    expect.equal("EV-43", granted["id"], shown, "the id")
    expect("EV-53", world.operator.get(path_to(hidden)).is_(200), "200 for the operator", "")
    answer = world.viewer.get(path_to(hidden))
    expect("EV-53", answer.is_(403, "forbidden"), "403 forbidden", answer)
    leak = [name for name in ("summary", "snapshot_url", "camera_id") if name in answer.json]
    expect("EV-53", not leak, "nothing of the event in the refusal", leak)


@pytest.mark.rules("EV-38")
def test_listing_events_needs_a_valid_token(world: World, expect: Expect) -> None:
    missing = [world.anonymous.call("GET", EVENTS, headers=headers or {}) for headers in HEADERS_WITHOUT_TOKEN]
    invalid = [world.actor_with_token("intruder", token).get(EVENTS) for token in INVALID_TOKENS]
    for answer in (*missing, *invalid):
        expect("EV-38", answer.is_(401, "auth_required"), "401 auth_required", answer)


@pytest.mark.rules("EV-39")
def test_a_missing_and_an_invalid_token_get_the_same_error(world: World, expect: Expect) -> None:
    missing = [world.anonymous.call("GET", EVENTS, headers=headers or {}) for headers in HEADERS_WITHOUT_TOKEN]
    codes = {
        answer.error
        for answer in (*missing, *(world.actor_with_token("intruder", token).get(EVENTS) for token in INVALID_TOKENS))
    }
    expect("EV-39", len(codes) == 1 and None not in codes, "the same error code", codes)


@pytest.mark.rules("EV-52")
def test_reading_an_event_needs_a_valid_token(world: World, expect: Expect) -> None:
    try:
        path = path_to(visible_events(world)[0])
    except Unavailable:
        path = path_to(str(uuid4()))
    missing = [world.anonymous.call("GET", path, headers=headers or {}) for headers in HEADERS_WITHOUT_TOKEN]
    for answer in (*missing, *(world.actor_with_token("intruder", token).get(path) for token in INVALID_TOKENS)):
        expect("EV-52", answer.is_(401, "auth_required"), "401 auth_required", answer)


@pytest.mark.rules("EV-42")
def test_the_token_is_read_from_the_authorization_header(world: World, expect: Expect) -> None:
    viewer, event = world.viewer, path_to(visible_events(world)[0])
    for path in (EVENTS, event):
        answer = world.anonymous.call("GET", path, headers={"Authorization": f"Bearer {viewer.token}"})
        expect("EV-42", answer.is_(200), "200 with Authorization: Bearer", answer)
        for headers in ({"X-Api-Key": viewer.token}, {"Authorization": f"Token {viewer.token}"}, {}):
            answer = world.anonymous.call("GET", path, headers=headers, params={"token": viewer.token})
            expect("EV-42", answer.status == 401, "401 with the token anywhere else", f"{headers}: {answer}")


@pytest.mark.rules("EV-41")
def test_events_listed_above_the_request_rate_are_refused(world: World, expect: Expect) -> None:
    world.settings(rate_limit_per_minute=1, rate_limit_burst=3)
    answers = [world.viewer.get(EVENTS) for _ in range(attempts(world, 5))]
    expect("EV-41", answers[0].is_(200), "200 for the first", answers[0])
    refused = [answer for answer in answers if not answer.is_(200)]
    expect("EV-41", refused, "a refusal after more calls than the rate allows", "five times 200")
    for answer in refused:
        expect("EV-41", answer.is_(429, "rate_limited"), "429 rate_limited", answer)
