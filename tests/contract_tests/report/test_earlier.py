"""What has changed since an earlier run, and the reports that cannot be compared with."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from contract_tests import __version__, cli
from contract_tests.commands.exit_codes import CONFORMS, USAGE_ERROR
from contract_tests.config import ConfigError
from contract_tests.outcomes import fold
from contract_tests.report import earlier, html, summary, terminal
from contract_tests.report.journal import Report
from tests.contract_tests import factories

RUN = {
    "started_at": "2026-04-20T12:00:00Z",
    "target": "https://staging.example.com",
    "versions": {"suite": __version__},
}


def report(**facts: Any) -> Report:
    """Return a report in which EV-26 and EV-28 fail, EV-27 passes and EV-29 was not tested."""
    lines = [factories.line(factories.finding(one, "fail")) for one in ("EV-26", "EV-28")]
    lines.append(factories.line(factories.finding("EV-27")))
    rules = [factories.rule(one) for one in ("EV-26", "EV-27", "EV-28", "EV-29")]
    return Report.of(factories.run(**facts), fold(lines, rules), complete=True)


def written(folder: Path, verdicts: dict[str, str], run: dict[str, Any] = RUN) -> Path:
    rows = [{"id": name, "verdict": verdict, "decides": True} for name, verdict in verdicts.items()]
    path = folder / "report.json"
    path.write_text(json.dumps({"run": run, "rules": rows}))
    return path


def test_failures_are_new_fixed_still_there_or_without_a_verdict(tmp_path: Path) -> None:
    path = written(tmp_path, {"EV-26": "fail", "EV-27": "fail", "EV-28": "pass", "EV-29": "fail", "EV-99": "fail"})
    assert earlier.read(path) == earlier.read(tmp_path)
    found = earlier.changes(report(since=earlier.read(path)))
    assert found is not None
    assert (found.new, found.fixed, found.still, found.undecided) == (
        *(("EV-28",), ("EV-27",), ("EV-26",)),
        ("EV-29", "EV-99"),
    )


def test_every_view_for_people_says_what_has_changed(tmp_path: Path) -> None:
    made, stream = report(since=earlier.read(written(tmp_path, {"EV-26": "fail", "EV-27": "fail"}))), io.StringIO()
    terminal.render(made, stream)
    line = "since the run of 2026-04-20T12:00:00Z on https://staging.example.com: 1 new, 1 fixed, 1 still failing"
    for text in (stream.getvalue(), summary.render(made), html.render(made)):
        assert line in " ".join(text.split())
    assert '<span class="tag change">new</span>' in html.render(made)
    assert '<span class="tag change">still failing</span>' in html.render(made)


def test_what_an_earlier_report_says_cannot_act_on_a_terminal(tmp_path: Path) -> None:
    path, stream = written(tmp_path, {}, RUN | {"target": "\x1b[31mred\n::error::x"}), io.StringIO()
    terminal.render(report(since=earlier.read(path)), stream)
    assert "\\x1b[31mred" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


def test_a_run_that_is_compared_with_none_says_nothing_of_changes() -> None:
    assert earlier.changes(report()) is None
    assert "still failing" not in html.render(report())


@pytest.mark.parametrize(
    ("run", "message"),
    [
        ({**RUN, "versions": {"suite": "0.0.1"}}, "run.versions.suite = '0.0.1': is not comparable; must be "),
        ({**RUN, "versions": None}, "not the report.json of a run"),
        ({"versions": {"suite": __version__}}, "not the report.json of a run"),
    ],
)
def test_a_report_of_another_version_is_refused(tmp_path: Path, run: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        earlier.read(written(tmp_path, {}, run))
    assert message in str(caught.value)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"totals": {}, "mutants": []}', "[" * 100_000])
def test_what_is_no_report_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "report.json").write_text(text)
    with pytest.raises(ConfigError, match=r"report\.json: not the report\.json of a run"):
        earlier.read(tmp_path)


def test_an_earlier_report_is_named_when_a_run_is_reported_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    factories.write_journal(tmp_path, factories.run(), factories.lines(), complete=True)
    (tmp_path / "before").mkdir()
    path = written(tmp_path / "before", {"EV-26": "fail"})
    assert cli.main(["report", str(tmp_path), "--since", str(path)]) == CONFORMS
    assert "1 new, 1 fixed, 0 still failing" in " ".join(capsys.readouterr().out.split())
    assert cli.main(["report", str(tmp_path), "--since", str(tmp_path / "no")]) == USAGE_ERROR
    captured = capsys.readouterr()
    assert captured.err == (
        f"novavms-contract: {tmp_path}/no: No such file or directory; `run --report DIR` writes it\n"
    )
