"""What a run has left on its target is in the views of its report."""

import io

from contract_tests.report import html, summary, terminal
from contract_tests.report.journal import Report
from tests.contract_tests import factories


def test_what_was_not_removed_is_in_every_view_that_has_remarks() -> None:
    left = Report(factories.run(run_id="ct1", not_removed=["/api/v1/webhooks/2"]), (), complete=True)
    shown = io.StringIO()
    terminal.render(left, shown)
    for view in (shown.getvalue(), html.render(left), summary.render(left)):
        assert "run ct1 has not removed from the target: /api/v1/webhooks/2" in " ".join(view.split())
    assert left.as_json()["run"]["run_id"] == "ct1"
    assert left.as_json()["run"]["not_removed"] == ["/api/v1/webhooks/2"]
