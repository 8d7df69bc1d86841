"""What a terminal shows of a failure: enough to understand and repeat it, on a few lines."""

import io
from typing import Any

from contract_tests.outcomes import fold
from contract_tests.report import terminal
from contract_tests.report.journal import Report
from tests.contract_tests import factories

URL = "http://127.0.0.1:8080/api/v1/events"
MAX_LINES = 20


def shown(exchanges: list[dict[str, Any]], **chosen: Any) -> list[str]:
    """Return the lines about a failure of EV-26 whose check has made these calls."""
    line = factories.line(factories.finding("EV-26", "fail", **chosen), exchanges=exchanges, example="x\n" * 900)
    written = io.StringIO()
    facts = factories.run(report="out", rules=["EV-26"])
    terminal.render(Report.of(facts, fold([line], [factories.rule()]), complete=True), written)
    return written.getvalue().split("\n\n")[2].splitlines()


def test_a_failure_takes_few_lines_however_long_its_texts_and_how_many_its_calls_are() -> None:
    calls = [factories.exchange(url=f"{URL}/{number}", body="x" * 9000) for number in range(60)]
    text = '{"id": "e9aeaf66-e0b4-5dca-aacd-4d8a1d36952d"} ' * 99
    lines = shown(calls, expected=text, actual=text)
    assert len(lines) <= MAX_LINES
    assert not [line for line in lines if "e9aeaf66" in line and "e9aeaf66-e0b4-5dca-aacd-" not in line]
    assert "  calls     57 earlier" in lines
    assert f"            GET {URL.removeprefix('http://127.0.0.1:8080')}/59 by operator: 200" in lines
    assert max(map(len, lines)) < 200


def test_calls_that_are_alike_are_one_line_and_the_last_is_a_command() -> None:
    calls = [factories.exchange(url=f"{URL}?cursor={number}") for number in range(3)]
    lines = shown([*calls, factories.exchange(method="DELETE", status=None, actor="owner")])
    begin = lines.index("  calls     GET /api/v1/events?… by operator: 200, 3 times")
    assert lines[begin + 1 :] == [
        "            DELETE /api/v1/events?… by owner: no answer",
        f"  last call curl -g -i -X DELETE '{URL}?limit=0' -H \"Authorization: Bearer $OWNER_TOKEN\"",
        "  repeat    novavms-contract run mock --rules EV-26 --seed 7",
    ]


def test_a_failure_without_calls_has_the_command_that_repeats_it() -> None:
    lines = shown([])
    assert not [line for line in lines if line.startswith(("  calls", "  last call"))]
    assert lines[-1] == "  repeat    novavms-contract run mock --rules EV-26 --seed 7"
