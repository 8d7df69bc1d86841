"""What is found out of an org before the checks, by calls that read."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest

from contract_tests.actors import Actor, Recorder, TargetError
from contract_tests.output.redaction import KNOWN
from contract_tests.shared_target.discovery import OrgDiscovery
from contract_tests.verdicts import Unavailable, Violation
from contract_tests.world import ALERTS, API, CAMERAS, EVENTS, GATEWAYS, SITES, USERS, WEBHOOKS

ME = f"{API}/auth/me"
EVENT = {"camera_id": "c1", "camera_deleted": False, "trigger_type": "motion", "site_id": "s1"}
#: An org that serves what the endpoint pages document, and nothing else.
PAGES_ALONE = {
    GATEWAYS: [{"id": "g1", "site_id": "s2", "status": "online"}],
    EVENTS: [EVENT, {**EVENT, "camera_id": "gone", "camera_deleted": True}],
    ALERTS: [{"status": "new"}, {"status": "new"}, {"status": "resolved"}],
}
EVERYTHING = PAGES_ALONE | {
    SITES: [{"id": "s3"}, {"id": "s1"}],
    CAMERAS: [{"id": "c2", "site_id": "s3", "gateway_id": "g1"}, {"id": "c1", "site_id": "s1", "gateway_id": None}],
    USERS: [],
    ME: {"id": "u1", "display_name": "Kim", "email": "kim@example.com", "role": "owner"},
}


def org(content: Mapping[str, Any], *roles: str) -> tuple[OrgDiscovery, list[httpx.Request]]:
    """Return the discovery of an org with this content, read by actors with the roles, and the requests it makes."""
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        found = content.get(request.url.path)
        if found is None:
            return httpx.Response(404, json={"error": "not_found"})
        if isinstance(found, list) and "site_id" in request.url.params:
            found = [row for row in found if row["site_id"] == request.url.params["site_id"]]
        return httpx.Response(200, json={"data": found} if isinstance(found, list) else found)

    http = httpx.Client(base_url="http://target", transport=httpx.MockTransport(handle))
    actor = Actor("", "sk_live_x", http, Recorder(), lambda: None)
    return OrgDiscovery([replace(actor, name=role) for role in roles or ("owner",)], ["s1"]), asked


def test_sites_and_cameras_come_from_all_lists_that_are_served() -> None:
    found, _ = org(EVERYTHING)
    assert found.sites == ["s1", "s2", "s3"]
    assert found.cameras == [
        {"id": "c1", "site_id": "s1", "gateway_id": None},
        {"id": "c2", "site_id": "s3", "gateway_id": "g1"},
    ]


def test_the_endpoint_pages_alone_are_enough() -> None:
    found, _ = org(PAGES_ALONE)
    assert (found.sites, found.cameras) == (["s1", "s2"], [{"id": "c1", "site_id": "s1"}])
    assert found.users == {}


def test_each_token_is_asked_whose_it_is() -> None:
    found, asked = org(EVERYTHING, "owner", "viewer")
    assert found.users["viewer"] == {"user_id": "u1", "display_name": "Kim", "email": "kim@example.com"}
    assert [request.url.path for request in asked] == [ME, ME]


@pytest.mark.parametrize("answer", [{"id": 7}, [], {}])
def test_a_caller_without_an_id_is_not_known(answer: Any) -> None:
    assert org({**EVERYTHING, ME: answer})[0].users == {}


def test_one_token_is_asked_where_the_target_does_not_say() -> None:
    found, asked = org(PAGES_ALONE, "owner", "admin", "viewer")
    assert (found.users, len(asked)) == ({}, 1)


def test_what_was_found_is_summed_up_in_a_dozen_reads() -> None:
    found, asked = org(EVERYTHING)
    assert found.summary() == {
        "sites": 3,
        "sites_granted": 1,
        "cameras": 2,
        "cameras_bound": 1,
        "gateways": {"online": 1},
        "pairing_codes_free": 5,
        "latest_events": {"motion": 2},
        "latest_alerts": {"new": 2, "resolved": 1},
        "users": {"owner": "Kim"},
        "also_served": [SITES, CAMERAS, USERS, ME],
    }
    assert {request.method for request in asked} == {"GET"}
    assert len(asked) <= 12


def test_a_gateway_that_is_not_paired_may_have_a_code() -> None:
    registered = [{"status": "registered"}, {"status": "registered"}, {"status": "online"}]
    assert org({**EVERYTHING, GATEWAYS: registered})[0].summary()["pairing_codes_free"] == 3


def test_what_was_found_is_safe_to_print() -> None:
    KNOWN.learn(["sk_live_discovered"])
    hostile = {GATEWAYS: [{"status": "\x1b[31m"}], ME: {"id": "u1", "display_name": "sk_live_discovered"}}
    found = org(EVERYTHING | hostile)[0].summary()
    assert found["gateways"] == {"\\x1b[31m": 1}
    assert "discovered" not in found["users"]["owner"]


def test_a_list_is_read_once() -> None:
    found, asked = org(EVERYTHING)
    assert (found.listed(WEBHOOKS), found.listed(WEBHOOKS), len(asked)) == (None, None, 1)


@pytest.mark.parametrize("body", [{"items": []}, [], {"data": [1]}])
def test_a_documented_list_that_is_none_is_a_violation(body: Any) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=body)

    http = httpx.Client(base_url="http://target", transport=httpx.MockTransport(handle))
    with pytest.raises(Violation) as caught:
        _ = OrgDiscovery([Actor("owner", None, http, Recorder(), lambda: None)]).sites
    assert caught.value.rule == "GW-10"


def test_a_documented_list_that_is_refused_leaves_nothing_to_test() -> None:
    with pytest.raises(TargetError, match=f"{GATEWAYS}: the list cannot be read: 404"):
        _ = org({})[0].sites


def test_without_an_actor_nothing_can_be_read() -> None:
    with pytest.raises(Unavailable, match="no actor who may read"):
        _ = OrgDiscovery([]).gateways
