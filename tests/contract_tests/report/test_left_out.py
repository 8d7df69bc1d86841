"""The views of a run that samples say what it has left out."""

import io

from contract_tests import outcomes
from contract_tests.report import summary, terminal
from contract_tests.report.journal import Report
from tests.contract_tests import factories

LINES = [
    factories.line(factories.finding("GEN-01")),
    *(factories.line(rules=["GEN-01", "GEN-02"], left_out=True) for _ in range(3)),
    factories.line(factories.finding("GEN-02"), left_out=False),
]


def test_left_out_checks_are_counted_for_the_run_and_for_each_of_their_rules() -> None:
    rules = [factories.rule(rule_id, strength="derived") for rule_id in ("GEN-01", "GEN-02", "GEN-03")]
    facts = factories.run(profile="live", left_out_checks=outcomes.left_out(LINES))
    report = Report(facts, outcomes.fold(LINES, rules), complete=True)
    written = report.as_json()
    assert written["run"]["left_out_checks"] == 3
    assert [row["left_out_checks"] for row in written["rules"]] == [3, 3, 0]
    assert [row["partial"] for row in written["rules"]] == [False, False, False]
    stream = io.StringIO()
    terminal.render(report, stream)
    for text in (stream.getvalue(), summary.render(report)):
        words = " ".join(text.split())
        assert "3 checks of rules that do not decide left out, as profile live samples them; profile gate does" in words
