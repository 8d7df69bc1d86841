"""Generated mutants: what the operators are applied to, what their mutants break, and that each takes effect."""

from typing import Any

import httpx
import pytest

from mockserver import mutants, resources
from mockserver.mutants.generated import sentences
from mockserver.mutants.generated.surface import Surfaces
from mockserver.openapi.document import Document
from tests.harness import World, running

SURFACES = Surfaces(Document.load(resources.path("spec", "openapi.yaml")))


def ids(actor: httpx.Client, **params: Any) -> list[str]:
    """Return the ids of all events, page by page."""
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = actor.get("/api/v1/events", params=params | cursor).json()
        found += [item["id"] for item in page["data"]]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


def test_a_surface_is_what_the_document_says() -> None:
    listed, export, one = SURFACES["listEvents"], SURFACES["exportEvents"], SURFACES["updateEvent"]
    assert (listed.rows, listed.paged, listed.reads) == ("data", True, True)
    assert listed.filters == ["camera_id", "site_id", "date_from", "date_to", "trigger_type", "ai_status", "starred"]
    assert "camera_deleted" in listed.answer
    assert (export.media_type, "tags" in export.answer, export.rows) == ("text/csv", True, None)
    assert {*one.body} == {"acknowledged", "starred", "notes"}
    assert SURFACES.reader(one) == SURFACES["getEvent"]
    assert SURFACES["listGateways"].paged is False


def test_a_mutant_breaks_the_documented_rules_about_its_field() -> None:
    assert "EV-19" in sentences.about("listEvents", "trigger_type")
    assert not {"EV-19"} & {*sentences.about("listEvents", "cursor")}
    assert not [rule for rule in sentences.about("listEvents") if rule.startswith("AS-")]
    assert "ERR-01" in sentences.about("getSite", "error")
    assert sentences.about("listEvents", "nothing") == ()


def test_every_operation_has_mutants_and_each_id_names_operation_and_operator() -> None:
    found = mutants.known_generated()
    assert {mutant.operation for mutant in found.values()} == {*SURFACES}
    for mutant_id, mutant in found.items():
        assert mutant_id.partition(":")[0] == f"{mutant.operation}/{mutant.kind}"


@pytest.mark.parametrize(
    ("fault", "same"),
    [
        ("updateAlertRule/empty-as-absent:custom_tags", "createAlertRule/empty-as-absent:custom_tags"),
        ("updateAlertRule/list-merged:recipients", "updateAlertRule/empty-as-absent:recipients"),
        ("pairGateway/text-trimmed:version", "pairGateway/text-trimmed:pairing_code"),
        ("getSite/ignores-sites:always", "listAlerts/ignores-sites:always"),
        ("inviteUser/text-trimmed:display_name", "login/text-trimmed:password"),
        ("createCamera/other-value-where:name,type=rtsp", "createCamera/other-value-where:site_id,status=disabled"),
    ],
)
def test_no_mutant_does_the_same_as_the_server(fault: str, same: str) -> None:
    """Such as to take for absent what is the default or invalid, or to change a text that nothing shows."""
    assert fault in mutants.known_generated()
    assert same not in mutants.known_generated()


def test_a_view_shows_other_values_inside_an_object_too() -> None:
    with running(mutants=("getAlertRule/other-value:conditions_json",), strict_responses=False) as mock:
        org = mock.org()
        conditions = {"dark": True, "hours": {"from": 5}}
        made = org.owner.post(
            "/api/v1/alert-rules",
            json={
                "name": "Rule",
                "trigger_type": "motion",
                "recipients": [{"type": "email", "target": "a@example.com"}],
                "conditions_json": conditions,
            },
        ).json()
        assert made["conditions_json"] == conditions
        read = org.owner.get(f"/api/v1/alert-rules/{made['id']}").json()
        assert read["conditions_json"] == {"dark": False, "hours": {"from": 6}}


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ("item-lost", [0, 1, 2, 3, 5, 7]),
        ("item-doubled", [0, 1, 2, 3, 3, 4, 5, 5, 6, 7]),
        ("order-reversed", [0, 1, 2, 3, 5, 4, 7, 6]),
        ("ends", [0, 1, 2, 3, 4, 5]),
    ],
)
def test_a_list_is_wrong_from_page_three_on(what: str, found: list[int]) -> None:
    with running(mutants=(f"listEvents/from-page-3:{what}",)) as mock:
        org = mock.org()
        org.record(count=8)
        all_ids = ids(org.owner, limit=100)
        assert ids(org.owner, limit=2) == [all_ids[index] for index in found]


def test_a_filter_is_ignored_beside_another_one() -> None:
    with running(mutants=("listEvents/ignored-beside:starred+trigger_type",)) as mock:
        org = mock.org()
        org.record(count=3, trigger_type="motion")
        assert ids(org.owner, starred=True) == []
        assert len(ids(org.owner, starred=True, trigger_type="motion", limit=2)) == 3


def test_a_change_is_answered_and_not_carried_out_for_one_role() -> None:
    with running(mutants=("createSite/for-some:not-carried-out,admin",)) as mock:
        org = mock.org()
        for role, status in (("admin", 404), ("owner", 200)):
            made = org.actor(role).post("/api/v1/sites", json={"name": f"Site of {role}"})
            assert made.status_code == 201
            assert org.owner.get(f"/api/v1/sites/{made.json()['id']}").status_code == status


def test_an_answer_is_stale_for_others_and_fresh_for_who_changed_it() -> None:
    with running(mutants=("getSite/stale:others",)) as mock:
        org = mock.org()
        path = f"/api/v1/sites/{org.sites[0]}"
        before = org.admin.get(path).json()["name"]
        org.owner.patch(path, json={"name": "Renamed"})
        assert org.admin.get(path).json()["name"] == before
        assert org.owner.get(path).json()["name"] == "Renamed"


def test_a_body_is_for_an_object_of_another_org_that_has_made_the_same_call() -> None:
    with running(mutants=("updateSite/finds-other-org:always",)) as mock:
        org, other = mock.org(), mock.org()
        path = f"/api/v1/sites/{other.sites[0]}"
        assert org.admin.patch(path, json={"name": "Ours"}).status_code == 404
        other.admin.patch(path, json={"name": "Theirs"})
        assert org.admin.patch(path, json={"name": "Ours"}).status_code == 200
        assert other.admin.get(path).json()["name"] == "Ours"


@pytest.mark.parametrize(
    ("mutant", "method", "path", "status"),
    [
        ("getSite/refused:operator", "GET", "sites/{site}", 403),
        ("deleteSite/error-as-text:403", "DELETE", "sites/{site}", 403),
        ("getSite/sometimes:other-status,one-in-20", "GET", "sites/{site}", 202),
    ],
)
def test_an_answer_to_the_operator_is_another_one(mutant: str, method: str, path: str, status: int) -> None:
    with running(mutants=(mutant,), strict_responses=False) as mock:
        org = mock.org()
        answers = [call(org, method, path) for _ in range(20)]
        assert answers[-1].status_code == status
        assert answers[-1].headers["content-type"].startswith("text/plain") is ("as-text" in mutant)


def test_what_changes_no_answer_is_no_mutant() -> None:
    found = mutants.known_generated()
    assert "createLiveViewToken/sometimes:other-status,one-in-20" in found
    assert not [mutant_id for mutant_id in found if mutant_id.startswith("createLiveViewToken/sometimes:not-carried")]
    taken_away = {mutant.operation for mutant in found.values() if mutant.kind == "found-once-used"}
    assert {"listEvents", "listUsers", "getAlertRule"} <= taken_away
    assert not {"listAlerts", "listSites", "getMe"} & taken_away


def call(org: World, method: str, path: str) -> httpx.Response:
    return org.actor("operator").request(method, f"/api/v1/{path.format(site=org.sites[0])}")
