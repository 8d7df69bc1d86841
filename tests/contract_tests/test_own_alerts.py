"""An alert of the run's own is made only with permission, as no documented call deletes it, and is named in the end."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.contract_tests.harm import User
from tests.stranger.choices import Choices
from tests.stranger.running import Running, running

pytestmark = pytest.mark.slow

RULES = ("RU-59", "AL-32")


def checked(server: Running, folder: Path, **permitted: str) -> tuple[int, str, dict[str, Any]]:
    """Check the rules about alerts of a deleted rule; return exit code, stderr, and the rules by id."""
    file = folder / "targets.toml"
    file.write_text(server.target_file("it", **permitted))
    arguments = [word for rule in RULES for word in ("--rules", rule)]
    process = User(server, folder).start("run", "it", "--config", str(file), *arguments, "--report", str(folder / "r"))
    _, err = process.communicate(timeout=60)
    rows = json.loads((folder / "r" / "report.json").read_text())["rules"]
    return process.returncode, err, {row["id"]: row for row in rows}


def test_without_permission_no_alert_is_made(tmp_path: Path) -> None:
    with running(Choices.ours(), own_events="accepted") as server:
        before = server.dump()
        code, err, rules = checked(server, tmp_path)
        assert server.dump() == before
    assert (code, err) == (0, "")
    for rule in RULES:
        assert any('alerts = "may stay" permits it' in reason for reason in rules[rule]["reasons"])


@pytest.mark.parametrize("name", ["ours", "other"])
def test_with_permission_one_alert_is_made_and_named(tmp_path: Path, name: str) -> None:
    with running(Choices.named(name), own_events="accepted") as server:
        before = {*server.org.alerts}
        code, err, rules = checked(server, tmp_path, alerts="may stay")
        [made] = [alert for alert in server.org.alerts.values() if alert.id not in before]
        assert {rule.id for rule in server.org.rules.values()}.isdisjoint({made.rule_id})
    assert {rule: rules[rule]["verdict"] for rule in RULES} == dict.fromkeys(RULES, "pass")
    assert code == 0
    assert err == f"novavms-contract: note: the alert of rule {made.rule_id} stays on the target, as permitted\n"
