"""What a terminal shows of a failure of an SDK."""

import io

from contract_tests.outcomes import fold
from contract_tests.report import terminal
from contract_tests.report.journal import Report
from tests.contract_tests import factories


def test_a_failure_of_an_sdk_takes_ten_lines_at_most_however_long_its_texts_are() -> None:
    rule = factories.rule("SDK-22", needs=frozenset({"sdk"}))
    found = factories.finding("SDK-22", "fail", expected="one\ntwo " * 500, actual="three\n" * 500)
    exchanges = [factories.exchange(status=429)] * 60
    calls = ["client = NovaVMSClient()", "client.sites.list()", "client.sites.list(limit=2)"]
    line = factories.line(found, exchanges=exchanges, snippet=calls, example="recorder\n" * 500)
    report = Report.of(factories.run(), fold([line], [rule]), complete=True)
    written = io.StringIO()
    terminal.render(report, written)
    shown = written.getvalue().split("\n\n")[2].splitlines()
    assert len(shown) <= 10
    assert [row.split()[0] for row in shown[1:]] == [
        *("source", "expected", "actual", "called"),
        *("python", "python", "python", "repeat"),
    ]
    assert shown[4] == "  called    GET http://127.0.0.1:8080/api/v1/events?limit=0: 429"
    assert shown[7] == "  python    client.sites.list(limit=2)"
    assert shown[8] == "  repeat    novavms-contract sdk --rules SDK-22 --seed 7"
