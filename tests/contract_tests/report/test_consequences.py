"""Failures that may follow from another one are shown after it, in every view, and count all the same."""

import io
import re

from contract_tests.commands import exit_codes
from contract_tests.outcomes import fold
from contract_tests.report import html, summary, terminal
from contract_tests.report.journal import Report
from tests.contract_tests import factories

PAGE, NEXT_PAGE, ALERTS_PAGE = (
    factories.exchange(url=f"http://127.0.0.1:8080/api/v1/{query}")
    for query in ("events?limit=5", "events?limit=5&cursor=abc", "alerts?cursor=abc")
)


def violated(*rule_ids: str, deciding: list[str] | None = None) -> Report:
    """Return a report in which these rules fail: EV-03 and EV-12 on further pages of the list of events, EV-26 not."""
    exchanges = {"EV-03": [PAGE, NEXT_PAGE], "EV-12": [NEXT_PAGE], "EV-25": [NEXT_PAGE], "EV-26": [PAGE, ALERTS_PAGE]}
    lines = [factories.line(factories.finding(one, "fail"), exchanges=exchanges.get(one, [])) for one in rule_ids]
    facts = factories.run(**({} if deciding is None else {"deciding": deciding}))
    return Report(facts, fold(lines, [factories.rule(one) for one in rule_ids]), complete=True)


def printed(report: Report) -> str:
    stream = io.StringIO()
    terminal.render(report, stream)
    return stream.getvalue()


def test_what_was_read_page_by_page_may_follow_from_the_rule_about_pages() -> None:
    report = violated("EV-03", "EV-12", "EV-26", "EV-25")
    causes = {row["id"]: row["may_follow_from"] for row in report.as_json()["rules"]}
    assert causes == {"EV-03": "EV-25", "EV-12": "EV-25", "EV-26": None, "EV-25": None}
    text = printed(report)
    assert re.findall("^(EV-..) FAIL", text, flags=re.M) == ["EV-26", "EV-25", "EV-03", "EV-12"]
    assert text.count("  cause     may follow from EV-25: the check has read the same list\n") == 2
    assert "VIOLATED: 4 fail; EV-03, EV-12 may follow from EV-25" in text
    headings = re.findall("^## (.+)", summary.render(report), flags=re.M)
    follows = "fail, which may follow from EV-25"
    assert headings == ["EV-26 fail", "EV-25 fail", f"EV-03 {follows}", f"EV-12 {follows}"]
    assert "2 more may follow from this: EV-03, EV-12" in html.render(report)
    assert html.render(report).count("<small>may follow from EV-25</small>") == 2
    assert exit_codes.of_report(report) == exit_codes.VIOLATIONS


def test_what_was_read_in_a_list_may_follow_from_the_rule_that_it_has_nothing_of_another_org() -> None:
    causes = {row["id"]: row["may_follow_from"] for row in violated("EV-02", "EV-26", "EV-25").as_json()["rules"]}
    assert causes == {"EV-02": None, "EV-26": "EV-02", "EV-25": None}


def test_nothing_follows_from_a_rule_that_passes_or_does_not_decide() -> None:
    for report in (violated("EV-03", "EV-12"), violated("EV-03", "EV-25", deciding=["EV-03"])):
        assert [row["may_follow_from"] for row in report.as_json()["rules"]] == [None, None]
        assert "may follow" not in printed(report)
        assert exit_codes.of_report(report) == exit_codes.VIOLATIONS
