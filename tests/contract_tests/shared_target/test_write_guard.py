"""The write guard: what the ledger has is the run's, and only the org of an object says that it is gone."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import find

from contract_tests.generation.strategies import UNKNOWN_IDS
from contract_tests.shared_target.ledger import Made
from contract_tests.steps.answers import UNKNOWN_ID
from contract_tests.verdicts import Unavailable
from tests.contract_tests.shared_target.two_orgs import ORGS, RULES, Run, running

ALERT = "/api/v1/alerts/0d9a4f0e-8f43-4a55-9a0c-6a3f4d0f6c11"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    with running(tmp_path, monkeypatch) as begun:
        yield begun


@pytest.mark.parametrize("status", [403, 404, 405, 410, 500])
@pytest.mark.parametrize("method", ["PATCH", "DELETE", "PUT", "POST"])
def test_what_the_run_has_not_made_is_not_changed_though_no_answer_shows_it(run: Run, method: str, status: int) -> None:
    run.target.fails = lambda request: status
    with pytest.raises(Unavailable, match="has not created"):
        run.actor("operator").call(method, ALERT, json={"status": "resolved"})
    assert not [call for call in run.target.calls if " GET " not in call]


def test_ids_that_checks_invent_are_permitted_unless_an_object_has_one(run: Run) -> None:
    for invented in (UNKNOWN_ID, find(UNKNOWN_IDS, lambda _: True)):
        run.target.contents["outsider"][f"{RULES}/{invented}"] = {"id": invented}
        with pytest.raises(Unavailable, match="has not created"):
            run.actor("operator").patch(f"{RULES}/{invented}", {})
        run.target.contents["outsider"].clear()
        for _ in range(2):
            run.target.calls.clear()
            assert run.actor("operator").patch(f"{RULES}/{invented}", {}).status == 404
        assert run.target.calls == [f"sk_operator PATCH {RULES}/{invented}"]


def test_of_each_org_one_actor_is_asked_whether_an_id_is_invented(run: Run) -> None:
    run.actor("operator").patch(f"{RULES}/{UNKNOWN_ID}", {})
    reads = [f"{token} GET {RULES}/{UNKNOWN_ID}" for token in ("sk_owner", "sk_outsider")]
    assert run.target.calls == [*reads, f"sk_operator PATCH {RULES}/{UNKNOWN_ID}"]


def test_no_alert_rule_is_made_that_events_of_others_could_make_fire(run: Run) -> None:
    loud = {"name": "ct1-0 rule", "trigger_type": "motion"}
    silent = {"name": "ct1-0 rule", "trigger_type": "ai_tag", "custom_tags": ["ct1-0 tag"]}
    rule = f"{RULES}/{run.actor('operator').post(RULES, silent)['id']}"
    for call in (("POST", RULES, loud), ("PATCH", rule, {"custom_tags": ["person"]})):
        with pytest.raises(Unavailable, match="events of others could make fire"):
            run.actor("operator").call(*call[:2], json=call[2])
    assert [call for call in run.target.calls if " GET " not in call] == [f"sk_operator POST {RULES}"]
    run.guard.config = replace(run.guard.config, alerts_may_stay=True)
    assert run.actor("operator").post(RULES, loud).status == 201


def test_what_the_api_says_it_has_deleted_is_not_deleted_again(run: Run) -> None:
    for role, org in (("operator", "home"), ("outsider", "outsider")):
        path = f"{RULES}/{run.actor(role, org=org).post(RULES, {'name': 'ct1-0 rule'})['id']}"
        assert run.actor(role, org=org).delete(path).status == 204
    before = len(run.target.calls)
    run.guard.remove_created()
    assert len(run.target.calls) == before
    assert run.ledger.left() == []


def test_what_another_org_says_it_has_deleted_is_deleted_by_its_own(run: Run) -> None:
    path = f"{RULES}/{run.actor('outsider', org='outsider').post(RULES, {'name': 'ct1-0 rule'})['id']}"
    run.target.fails = lambda request: 204
    assert run.actor("operator").delete(path).status == 204
    run.target.fails = lambda request: None
    run.guard.remove_created()
    assert run.target.calls[-1] == f"sk_outsider DELETE {path}"
    assert run.ledger.left() == []


def test_what_was_made_in_the_other_org_is_removed_by_its_actor(run: Run) -> None:
    run.actor("outsider", org="outsider").post(RULES, {"name": "ct1-0 rule"})
    assert run.guard.created == {f"{RULES}/0": Made(f"{RULES}/0", "outsider", "outsider")}
    assert run.ledger.left() == [*run.guard.created.values()]
    run.guard.remove_created()
    assert run.target.calls[-1] == f"sk_outsider DELETE {RULES}/0"
    assert run.target.contents == {"home": {}, "outsider": {}}
    assert run.ledger.left() == []


def test_what_is_made_with_a_token_of_neither_is_of_the_org_of_its_world(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ORGS, "of-an-invited-user", "outsider")
    run.actor("user", "of-an-invited-user", "outsider").post(RULES, {"name": "ct1-0 rule"})
    run.actor("operator", org="outsider").post(RULES, {"name": "ct1-0 rule"})
    assert [(made.org, made.creator) for made in run.guard.created.values()] == [
        ("outsider", None),
        ("home", "operator"),
    ]
    run.guard.remove_created()
    assert run.target.contents == {"home": {}, "outsider": {}}


def test_a_404_counts_as_gone_only_from_the_org_that_made_the_object(run: Run) -> None:
    assert run.guard.remove(Made(f"{RULES}/7", "home", "operator"))
    run.target.fails = lambda request: 403 if "sk_outsider" in request.headers["authorization"] else 404
    assert not run.guard.remove(Made(f"{RULES}/7", "outsider", "outsider"))
    assert not run.guard.remove(Made(f"{RULES}/7"))


@pytest.mark.parametrize("status", [0, 400, 401, 403, 405, 409, 429, 500, 503])
def test_an_object_is_not_gone_by_any_other_answer(run: Run, status: int) -> None:
    run.actor("operator").post(RULES, {"name": "ct1-0 rule"})
    run.target.fails = lambda request: status
    run.target.numbers = iter(())
    run.target.contents["home"].clear()
    assert not run.guard.remove(Made(f"{RULES}/0", "home", "operator"))
    assert [made.path for made in run.ledger.left()] == [f"{RULES}/0"]


def test_an_actor_of_a_higher_role_removes_what_the_maker_may_not(run: Run) -> None:
    run.actor("operator").post(RULES, {"name": "ct1-0 rule"})
    run.target.fails = lambda request: 403 if "sk_operator" in request.headers["authorization"] else None
    run.guard.remove_created()
    assert run.target.calls[-2:] == [f"sk_operator DELETE {RULES}/0", f"sk_owner DELETE {RULES}/0"]
    assert run.target.contents["home"] == {}


def test_a_call_is_in_the_ledger_before_it_is_made(run: Run) -> None:
    seen: list[str] = []

    def fails(_: object) -> int:
        seen.append(str(run.ledger.pending()[0]))
        return 0

    run.target.fails = fails
    with pytest.raises(Exception, match="the connection was lost"):
        run.actor("outsider", org="outsider").post(RULES, {"name": "ct1-0 rule"})
    assert set(seen) == {"POST /api/v1/alert-rules of 'ct1-0 rule' in the outsider's org"}
    assert [call.creator for call in run.ledger.pending()] == ["outsider"]


@pytest.mark.parametrize(("status", "pending"), [(400, 0), (404, 0), (500, 1), (503, 1), (202, 1)])
def test_a_call_is_pending_until_its_answer_says_what_it_made(run: Run, status: int, pending: int) -> None:
    run.target.fails = lambda request: status
    run.actor("operator").post(RULES, {"name": "ct1-0 rule"})
    assert len(run.ledger.pending()) == pending


def test_the_pairing_codes_of_one_org_are_not_those_of_the_other(run: Run) -> None:
    generate = "/api/v1/gateways/generate-pairing-code"
    for _ in range(5):
        run.actor("outsider", org="outsider").post(generate, {"name": "ct1-0 gateway"})
    run.target.fails = lambda request: 429
    assert run.actor("outsider", org="outsider").post(generate, {"name": "ct1-0 gateway"}).status == 429
    with pytest.raises(Unavailable, match="all pairing codes of the org are taken"):
        run.actor("operator").post(generate, {"name": "ct1-0 gateway"})


def test_a_cap_that_others_have_reached_is_not_waited_for_where_its_answer_says_that_it_is_not_the_rate(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    run.target.fails = lambda request: 429
    run.target.refusal_headers = {"retry-after": "50", "x-ratelimit-remaining": "70"}
    with pytest.raises(Unavailable, match="all pairing codes of the org are taken"):
        run.actor("operator").post("/api/v1/gateways/generate-pairing-code", {"name": "ct1-0 gateway"})
    assert slept == []
