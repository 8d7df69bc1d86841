"""A target that is not ours: it is tested as far as possible, reported for no false violation, and left unchanged."""

import json
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from contract_tests import catalogue, config, preflight
from contract_tests.actors import Recorder
from contract_tests.shared_target import write_guard
from contract_tests.shared_target.ledger import Ledger
from contract_tests.shared_target.world import SharedSession, SharedWorld
from contract_tests.target import Target
from contract_tests.verdicts import Unavailable
from tests.contract_tests.live import TOKENS, Live, served, without_progress

pytestmark = pytest.mark.slow

JSON = dict[str, Any]
#: Lists in which the cleanup of a run looks for its objects.
REMOVED = ("alert-rules", "webhooks", "cameras", "gateways", "users", "sites")


#: An org of the fixture and a gateway of it.
HOME = ("7c9e6679-7425-40de-944b-e07fc1f90ae7", "8f1a2b3c-4d5e-6f7a-8b9c-0d1e2f3a4b5c")
OUTSIDE = ("f3f49249-dc28-4f90-a5ae-c7978306d03b", "d7a7a3cc-8c3d-4f16-9293-de8fc88b2875")


def code_of_others(number: int, org: str, gateway: str) -> JSON:
    """Return the record of an active pairing code."""
    id_ = f"{number}d6f8e0a-51c7-4b39-a8e4-6c1b0d9f7e35"
    times = {"created_at": "now-90s", "expires_at": "now+510s"}
    return {"id": id_, "org_id": org, "gateway_id": gateway, "code": f"THEIR{number}", **times}


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    with served(tmp_path) as target:
        yield target


def checked(live: Live, *arguments: str) -> tuple[int, JSON, str]:
    """Run the suite on the target; return its exit code, its report and its stderr."""
    report = live.folder / "out"
    process = live.start("run", "live", "--profile", "live", *arguments, "--report", str(report))
    _, err = process.communicate(timeout=400)
    return process.returncode, json.loads((report / "report.json").read_text()), without_progress(err)


def verdicts(report: JSON, *wanted: str) -> dict[str, Any]:
    return {row["id"]: row["failure"] or row["reasons"] for row in report["rules"] if row["verdict"] in wanted}


def test_a_whole_run_reports_no_violation_and_leaves_nothing_behind(live: Live) -> None:
    before = live.everything()
    code, report, err = checked(live, "--config", str(live.file()), "--examples", "2")
    assert verdicts(report, "fail", "error") == {}
    assert err == ""
    assert code == 0
    assert live.everything() == before
    assert len((live.folder / "access.log").read_text().splitlines()) < 20_000
    assert not list((live.folder / "state").rglob("*.jsonl"))
    assert {row["strength"] for row in report["rules"]}.isdisjoint({"assumed"})
    assert len(report["rules"]) == len([rule for rule in catalogue.load().testable() if rule.strength != "assumed"])
    assert report["totals"]["pass"] > 150
    assert all(reasons for reasons in verdicts(report, "disabled").values())


def test_changes_by_others_during_the_run_are_no_violations(live: Live) -> None:
    rule = {"name": "Theirs", "trigger_type": "motion", "recipients": [{"type": "email", "target": "a@example.com"}]}
    over = threading.Event()

    def others() -> None:
        with httpx.Client(base_url=live.base_url, headers={"Authorization": f"Bearer {TOKENS['owner']}"}) as http:
            while not over.wait(0.05):
                http.post("/api/v1/alert-rules", json=rule).raise_for_status()

    thread = threading.Thread(target=others)
    thread.start()
    try:
        code, report, _ = checked(live, "--config", str(live.file()), "--rules", "GEN-10", "--rules", "ERR-06")
    finally:
        over.set()
        thread.join()
    assert verdicts(report, "fail", "error") == {}
    assert verdicts(report, "pass").keys() == {"GEN-10", "ERR-06"}
    assert code == 0


def test_a_target_that_forbids_writes_is_only_read(live: Live) -> None:
    code, report, _ = checked(live, "--config", str(live.file("writes = false")))
    assert verdicts(report, "fail", "error") == {}
    assert code == 0
    assert live.writes() == []
    assert report["totals"]["pass"] > 50


def test_gateways_are_checked_by_gateways_of_the_run_though_others_have_a_code(live: Live) -> None:
    rules = ("GW-02", "GW-08", "GW-20", "GW-21", "GW-23", "GW-54", "GW-58", "GW-67", "GW-72", "GW-80", "GW-88")
    before = live.everything()
    code, report, _ = checked(live, "--config", str(live.file()), *(f"--rules={rule}" for rule in rules))
    assert (code, report["totals"]["pass"]) == (0, len(rules)), report["totals"]
    assert live.everything() == before


def test_all_checks_but_those_of_the_cap_need_two_pairing_codes_at_a_time(tmp_path: Path) -> None:
    with served(tmp_path, pairing_codes=[code_of_others(number, *HOME) for number in range(3)]) as target:
        _, report, _ = checked(target, "--config", str(target.file()), "--rules", "GW-*")
    assert "codes of the org are taken" not in str([row["reasons"] for row in report["rules"]])
    assert verdicts(report, "disabled").keys() == {"GW-19", "GW-52"}


def test_the_cap_of_pairing_codes_is_tested_in_the_org_where_others_have_none(live: Live, tmp_path: Path) -> None:
    rules = ("--rules", "GW-20", "--rules", "GW-21")
    _, report, _ = checked(live, "--config", str(live.file()), *rules)
    assert verdicts(report, "pass").keys() == {"GW-20", "GW-21"}
    (tmp_path / "taken").mkdir()
    codes = [code_of_others(0, *HOME), code_of_others(1, *OUTSIDE)]
    with served(tmp_path / "taken", pairing_codes=codes) as taken:
        _, report, _ = checked(taken, "--config", str(taken.file()), *rules)
    assert "others have pairing codes of the org" in str(verdicts(report, "disabled")["GW-21"])
    assert {row["id"]: row["partial"] for row in report["rules"]} == {"GW-20": True, "GW-21": False}


def test_a_violation_found_while_arranging_is_one_of_its_rule(tmp_path: Path) -> None:
    with served(tmp_path, "EV-28/up-to-99") as target:
        code, report, err = checked(target, "--config", str(target.file()), "--rules", "EV-2*")
    assert verdicts(report, "fail", "error").keys() == {"EV-28"}
    assert (code, err) == (1, "")


def test_what_does_not_decide_ends_in_no_violation(tmp_path: Path) -> None:
    rules = ("ROLE-03", "ROLE-07", "GEN-02")
    with served(tmp_path, "RU-56/200") as target:
        arguments = [word for rule in rules for word in ("--rules", rule)]
        code, report, _ = checked(target, "--config", str(target.file()), "--profile", "gate", *arguments)
        text = (target.folder / "out" / "summary.md").read_text(encoding="utf-8")
    assert {row["id"]: (row["verdict"], row["decides"]) for row in report["rules"]} == dict.fromkeys(
        rules, ("fail", False)
    )
    assert code == 0
    assert "VIOLATED" not in text
    assert "\nNothing verified: 0 pass; 3 rules that do not decide fail: GEN-02, ROLE-03, ROLE-07\n" in text


def test_the_rate_of_calls_is_bounded(live: Live) -> None:
    path = live.file("requests_per_minute = 300")
    _, report, _ = checked(live, "--config", str(path), "--rules", "EV-09", "--rules", "EV-30")
    calls = len((live.folder / "access.log").read_text().splitlines())
    assert report["run"]["duration_s"] >= (calls - len(TOKENS) - 1 - len(REMOVED)) * 60 / 300


def test_no_token_is_in_any_file_of_the_report(live: Live) -> None:
    checked(live, "--config", str(live.file()), "--rules", "EV-3*", "--rules", "GW-1*")
    for file in (live.folder / "out").iterdir():
        text = file.read_text(encoding="utf-8")
        assert not [token for role, token in live.environment.items() if role.startswith("LIVE_") and token in text]


def test_the_expired_actor_makes_no_call_that_needs_a_valid_key(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in live.environment.items():
        monkeypatch.setenv(name, value)
    path = live.file()
    target = config.load(path)["live"]
    preflight.check(target)
    with httpx.Client(base_url=target.base_url) as http:
        guard = write_guard.WriteGuard(target, http, Ledger.start("ct2", "live", path))
        guard.before("DELETE", "/api/v1/alert-rules/00000000-0000-4000-8000-000000000000", None)
        guard.before("PATCH", "/api/v1/users/00000000-0000-4000-8000-000000000000", TOKENS["viewer"])
        with pytest.raises(Unavailable):
            guard.before("DELETE", f"/api/v1/gateways/{live.get('/api/v1/gateways')['data'][0]['id']}", None)
        world = SharedWorld(SharedSession(Target(target), "ct2", http, guard=guard), Recorder())
        assert world.expired.token == TOKENS["expired"]
        assert world.expired.get("/api/v1/gateways").is_(401)


def test_no_actor_of_the_target_file_is_logged_out(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in live.environment.items():
        monkeypatch.setenv(name, value)
    target = config.load(live.file())["live"]
    with httpx.Client(base_url=target.base_url) as http:
        guard = write_guard.WriteGuard(target, http, Ledger(live.folder / "ledger"))
        with pytest.raises(Unavailable):
            guard.before("POST", "/api/v1/auth/logout", TOKENS["viewer"])
        guard.before("POST", "/api/v1/auth/logout", "a.b.c")
        guard.before("POST", "/api/v1/auth/logout", None)


def test_clean_removes_what_a_run_left_behind(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", live.environment["XDG_STATE_HOME"])
    before = live.everything()
    path = live.file()
    ledger = Ledger.start("ct1", "live", path)
    for name, value in live.environment.items():
        monkeypatch.setenv(name, value)
    target = config.load(path)["live"]
    with httpx.Client(base_url=target.base_url) as http:
        guard = write_guard.WriteGuard(target, http, ledger)
        operator = guard.actor_with_role()
        rule = {"trigger_type": "motion", "recipients": [{"type": "email", "target": "suite@example.com"}]}
        made = operator.post("/api/v1/alert-rules", {"name": "ledgered", **rule})
        ledger.record_created(f"/api/v1/alert-rules/{made['id']}")
        foreign = guard.actor_with_role(["outsider"]).post("/api/v1/alert-rules", {"name": "ledgered", **rule})
        ledger.record_created(f"/api/v1/alert-rules/{foreign['id']}", "outsider", "outsider")
        guard.actor_with_role(["outsider"]).post("/api/v1/alert-rules", {"name": "ct1-0 rule 3, likewise", **rule})
        operator.post("/api/v1/alert-rules", {"name": "ct1-0 rule 1, whose answer was lost", **rule})
        person = {"email": "lost@example.com", "display_name": "ct1-0 user 2, likewise", "role": "operator"}
        guard.actor_with_role(["admin"]).post("/api/v1/users", person)
    assert live.everything() != before
    process = live.start("clean", "--run", "ct1")
    assert process.communicate(timeout=60) == ("Nothing of run ct1 is left on live.\n", "")
    assert process.returncode == 0
    assert live.everything() == before
    again = live.start("clean", "--run", "ct1")
    assert again.communicate(timeout=60)[1].startswith("novavms-contract: run 'ct1' left nothing behind")
    assert again.returncode == 2


def test_all_connections_together_keep_the_rate(live: Live) -> None:
    file = live.file("requests_per_minute = 1200")
    code, _, err = checked(live, "--config", str(file), "--rules", "RU-1*", "--rules", "AL-1*")
    assert (code, err) == (0, "")
    answered = [
        datetime.fromisoformat(line.split()[0]) for line in (live.folder / "access.log").read_text().splitlines()
    ]
    seconds = (max(answered) - min(answered)).total_seconds() + 1
    assert len(answered) > 100
    assert len(answered) <= 1200 / 60 * seconds + config.TargetConfig.connections
