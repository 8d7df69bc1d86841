"""The sets of rules that releases must meet."""

import hashlib

import pytest

from contract_tests import catalogue
from contract_tests.cli import main
from contract_tests.config import ConfigError
from contract_tests.gate import requirements
from contract_tests.report.conclusion import Conclusion, conclude
from contract_tests.report.journal import Report
from tests.contract_tests import factories

#: The rules of each published set, which stay what they are: a further sentence belongs to a further set.
PUBLISHED = {
    "v1.0": "92b69bdc32645bc5",
    "v1.1": "22e1ce1eba22db46",
}


def digest(name: str) -> str:
    return hashlib.sha256(" ".join(sorted(requirements.load(name))).encode()).hexdigest()[:16]


def test_published_sets_do_not_change() -> None:
    assert {name: digest(name) for name in requirements.names()} == PUBLISHED


def test_every_stated_rule_is_required_by_a_version_and_a_version_keeps_the_rules_of_the_one_before() -> None:
    stated = {rule.id for rule in catalogue.load().testable() if rule.strength == "stated"}
    assert requirements.load("v1.0") < requirements.load("v1.1") == stated
    for rule_id in ("EV-78", "AL-21", "GW-58"):
        assert rule_id not in requirements.load("v1.0")


def test_an_unknown_set_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"--requirements v1\.2: is not one of v1\.0, v1\.1"):
        requirements.load("v1.2")


def test_strict_contradicts_a_set(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--strict", "--requirements", "v1.0"]) == 2
    assert "leave out one of them" in capsys.readouterr().err


def test_a_rule_that_is_not_required_neither_fails_a_run_nor_leaves_it_unverified() -> None:
    outcomes = factories.report().outcomes
    found = [one for one in outcomes if one.rule.id in ("EV-26", "EV-27", "GW-52")]
    report = Report(factories.run(deciding=["EV-26"], floor={"percent": 100}), found, complete=True)
    assert conclude(report) is Conclusion.CONFORMS
    assert [one.rule.id for one in report.violated(deciding=False)] == ["EV-27"]
