"""No alert rule that a run makes fires for others, on a target whose cameras see something at every moment."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.contract_tests.harm import User
from tests.stranger.choices import Choices
from tests.stranger.records import Org, Rule
from tests.stranger.running import running

#: Of these rules, so many are decided where a run can add a camera, and where it cannot.
_RULES, _MIN_DECIDED, _MIN_DECIDED_WITHOUT_CAMERAS = "RU-*", 55, 49


class BusyRules(dict[str, Rule]):
    """The alert rules of an org with cameras of every kind of event; ``fired`` are those that fired at once."""

    def __init__(self, org: Org) -> None:
        super().__init__(org.rules)
        self.fired: list[Rule] = []
        self._cameras = {*org.cameras}
        self._sites = {camera.site_id for camera in org.cameras.values()}

    def __setitem__(self, key: str, rule: Rule) -> None:
        super().__setitem__(key, rule)
        scopes = {
            "all_cameras": True,
            "specific_sites": not self._sites.isdisjoint(rule.site_ids),
            "specific_cameras": not self._cameras.isdisjoint(rule.camera_ids),
        }
        of_others = rule.trigger_type != "ai_tag" or not all(tag.startswith("ct") for tag in rule.custom_tags)
        if rule.enabled and scopes[rule.scope_type] and of_others:
            self.fired.append(rule)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "own_events"), [("ours", "accepted"), ("other", "accepted"), ("ours", "")])
def test_no_rule_of_a_run_fires_for_others(tmp_path: Path, name: str, own_events: str) -> None:
    report = tmp_path / "report"
    choices = replace(Choices.named(name), camera_routes="served" if own_events else "absent")
    with running(choices, own_events=own_events) as server:
        for org in server.state.orgs:
            org.rules = BusyRules(org)
        process = User(server, tmp_path).start_run("--rules", _RULES, "--profile", "live", "--report", str(report))
        process.communicate(timeout=300)
        fired = [rule for org in server.state.orgs if isinstance(org.rules, BusyRules) for rule in org.rules.fired]
    assert [(rule.name, rule.trigger_type, rule.scope_type) for rule in fired] == []
    rows = json.loads((report / "report.json").read_text())["rules"]
    assert sum(row["verdict"] == "pass" for row in rows) >= (
        _MIN_DECIDED if own_events else _MIN_DECIDED_WITHOUT_CAMERAS
    )
