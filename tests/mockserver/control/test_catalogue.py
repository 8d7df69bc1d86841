"""What there is to choose from: the document of the API, fixtures and scenarios, mutants."""

from pathlib import Path

import pytest

from tests.harness import Running, running
from tests.mockserver.control.calls import call, refused
from tests.mockserver.openapi.documents import document, operation

GIVEN = {"url": "https://elsewhere.example"}


def test_the_document_has_the_mock_as_its_only_server(tmp_path: Path) -> None:
    path = tmp_path / "pets.yaml"
    pets = {"get": {**operation(), "servers": [GIVEN]}, "servers": [GIVEN]}
    path.write_text(document({"/pets": pets}).yaml_text)
    with running(spec=str(path), strict_responses=False) as mock:
        served = call(mock, "GET", "/document", 200)
        assert served["servers"] == [{"url": mock.base_url}]
        assert served["paths"].keys() == {"/pets"}
        assert "elsewhere" not in str(served)


def test_the_document_is_no_call_of_the_journal(isolated: Running) -> None:
    assert call(isolated, "GET", "/document", 200)["info"]["title"] == "NovaVMS REST API"
    assert call(isolated, "GET", "/requests", 200)["total"] == 0


def test_an_org_can_be_made_from_every_scenario_that_is_listed(shared: Running) -> None:
    listed = call(shared, "GET", "/scenarios", 200)
    assert {"acme", "empty", "small"} <= set(listed["fixtures"])
    named = {one["name"]: one["description"] for one in listed["scenarios"]}
    assert "viewer" in named["viewer-without-sites"]
    assert shared.org(scenario="viewer-without-sites").described["actors"]["viewer"]["site_ids"] == []


def test_mutants_are_listed_with_what_their_rules_say(shared: Running) -> None:
    listed = call(shared, "GET", "/mutants/catalogue?limit=10000", 200)
    by_id = {mutant["id"]: mutant for mutant in listed["data"]}
    assert len(by_id) == listed["total"] > 2000
    assert by_id["GW-17/five"]["rules"][0]["id"] == "GW-17"
    assert not by_id["GW-17/five"]["active"]
    assert all(rule["says"] for mutant in by_id.values() for rule in mutant["rules"])
    generated = call(shared, "GET", "/mutants/catalogue?generated=true&text=listEvents/", 200)["data"]
    assert generated
    assert all(mutant["id"].startswith("listEvents/") for mutant in generated)


def test_mutants_are_found_by_words_and_read_page_by_page(shared: Running) -> None:
    found = call(shared, "GET", "/mutants/catalogue?text=PAIRING+gw-17&limit=2", 200)
    assert len(found["data"]) == 2 < found["total"]
    assert all(mutant["id"].startswith("GW-17/") for mutant in found["data"])
    after = found["data"][0]["id"]
    following = call(shared, "GET", f"/mutants/catalogue?text=PAIRING+gw-17&after={after}&limit=1", 200)
    assert following["data"] == found["data"][1:]
    refused(shared, "GET", "/mutants/catalogue?after=none", "after")


@pytest.mark.parametrize("active", [True, False])
def test_active_mutants_are_marked(active: bool) -> None:
    with running(mutants=("GW-17/five",), strict_responses=False) as mock:
        found = call(mock, "GET", f"/mutants/catalogue?active={str(active).lower()}&limit=10000", 200)["data"]
        assert {mutant["active"] for mutant in found} == {active}
        assert ("GW-17/five" in {mutant["id"] for mutant in found}) is active
