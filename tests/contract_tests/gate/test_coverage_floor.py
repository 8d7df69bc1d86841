"""How much a run must decide."""

import json
from pathlib import Path

import pytest

from contract_tests.cli import main
from contract_tests.config import ConfigError
from contract_tests.gate import coverage_floor
from contract_tests.gate.coverage_floor import Floor
from contract_tests.report import writer
from contract_tests.report.conclusion import Conclusion, conclude
from contract_tests.report.journal import Report
from contract_tests.report.summary import headline
from tests.contract_tests import factories

OUTCOMES = factories.report().outcomes  # pass, fail, error, disabled, untested: all stated


@pytest.mark.parametrize(("percent", "lacks"), [(0.0, False), (40.0, False), (40.1, True), (100.0, True)])
def test_a_share_of_the_stated_rules_must_be_decided(percent: float, lacks: bool) -> None:
    found = coverage_floor.shortfall(Floor(percent), OUTCOMES)
    assert found == ([f"2 of 5 stated rules (40.0 %) decided, {percent:g} % demanded"] if lacks else [])


def test_rules_that_were_decided_before_must_be_decided_again() -> None:
    found = coverage_floor.shortfall(Floor(like=("EV-26", "GW-52", "EV-30")), OUTCOMES)
    assert found == ["decided before and not now: GW-52, EV-30"]


def test_a_run_below_the_floor_fails_and_says_so() -> None:
    good = [one for one in OUTCOMES if one.rule.id in ("EV-26", "GW-52")]
    run = factories.run(floor={"percent": 90, "like": ["GW-52"]})
    report = Report.of(run, good, complete=True)
    assert conclude(report) is Conclusion.BELOW_FLOOR
    assert "TOO LITTLE DECIDED: " in headline(report)
    assert "decided before and not now: GW-52" in headline(report)
    assert report.as_json()["shortfall"] == coverage_floor.shortfall(Floor(90, ("GW-52",)), good)


def test_what_an_earlier_run_decided_is_read_from_its_report(tmp_path: Path) -> None:
    writer.write_views(factories.report(), tmp_path)
    assert coverage_floor.decided_by(tmp_path) == coverage_floor.decided_by(tmp_path / "report.json")
    assert coverage_floor.decided_by(tmp_path) == ("EV-26", "EV-27")


@pytest.mark.parametrize("content", ["", "{}", json.dumps({"rules": [{"id": "EV-26"}]}), "[]", "[" * 100_000])
def test_what_is_no_report_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "report.json").write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"report\.json: not the report\.json of a run"):
        coverage_floor.decided_by(tmp_path)


def test_a_report_of_another_version_is_refused(tmp_path: Path) -> None:
    text = json.dumps(factories.report().as_json() | {"run": {**factories.run(), "versions": {"suite": "0" * 999}}})
    (tmp_path / "report.json").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"report\.json: run\.versions\.suite = '0000… 999 characters in all'"):
        coverage_floor.decided_by(tmp_path)


def test_a_report_without_an_end_is_refused() -> None:
    with pytest.raises(ConfigError, match="is a device, not a file"):
        coverage_floor.decided_by(Path("/dev/zero"))


@pytest.mark.parametrize("text", ["90x", "-1", "101%", "nan"])
def test_an_impossible_share_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["run", f"--min-decided={text}"])
    assert ended.value.code == 2
    assert "is not a percentage from 0% to 100%" in capsys.readouterr().err
