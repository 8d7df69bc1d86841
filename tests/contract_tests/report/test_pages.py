"""The pages for people: what stands on them, where, how much of it, and that no text becomes markup."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from contract_tests import __version__, catalogue, cli
from contract_tests.commands import exit_codes
from contract_tests.outcomes import fold
from contract_tests.report import html, kill_rates, page
from contract_tests.report.conclusion import Conclusion, conclude
from contract_tests.report.journal import Report
from tests.contract_tests import factories
from tests.contract_tests.report import hostile
from tests.contract_tests.report.hostile import MARKUP

LOADING = {"src", "href", "srcset", "data", "action", "poster", "background", "cite", "ping"}


class Structure(HTMLParser):
    """The elements of a page, each with the names of its attributes; without marks, which depend on the texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, ...]] = []
        self.shown = ""
        self.addresses: list[str | None] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value for name, value in attrs if name in LOADING]
        if tag != "mark":
            self.found.append((tag, *(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.shown += data


def test_no_text_of_a_report_becomes_markup() -> None:
    shown, plain = Structure(html.render(hostile.report(MARKUP))), Structure(html.render(hostile.report("plain" * 21)))
    assert shown.found == plain.found
    assert "onerror=alert(1)" in shown.shown
    assert "{{7*7}}" in shown.shown


def test_no_text_of_a_kill_report_becomes_markup() -> None:
    shown, plain = (Structure(html.render_kill(hostile.kills(text), 1)) for text in (MARKUP, "plain"))
    assert shown.found == plain.found
    assert "onerror=alert(1)" in shown.shown


def test_a_page_permits_its_own_script_alone_and_no_address() -> None:
    for text in (html.render(factories.report()), html.render_kill(hostile.kills("x"), 1)):
        assert text.count("<script") == 1
        assert re.search(r"content=\"default-src 'none'; [^\"]*script-src 'sha256-[\w+/=]+';", text)
        assert not re.search(r"\son\w+=", text)


def test_a_page_is_one_file_that_loads_nothing() -> None:
    text = html.render(factories.report())
    found = Structure(text)
    assert not {tag for tag, *_ in found.found} & {"link", "img", "iframe", "object", "embed"}
    assert [address for address in found.addresses if not str(address).startswith("#")] == []
    assert not re.search(r"url\(|@import", text)
    assert "200 <b>&</b>" in found.shown


def test_what_would_not_show_is_made_visible() -> None:
    text = html.render(hostile.report("a\x1b[2J\u202eb"))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert r"a\x1b[2J\u202eb" in text


@pytest.mark.parametrize(
    ("facts", "tone"),
    [({}, "bad"), ({"deciding": ["EV-26"]}, "good"), ({"outage": "no answer", "deciding": ["EV-26"]}, "bad")],
)
def test_the_banner_says_what_the_exit_code_says(facts: dict[str, object], tone: str) -> None:
    lines = [factories.line(factories.finding("EV-26")), factories.line(factories.finding("EV-27", "fail"))]
    rules = [factories.rule("EV-26"), factories.rule("EV-27")]
    report = Report.of(factories.run(**facts), fold(lines, rules), complete=True)
    banner = page.of(report).banner
    assert (banner.exit_code, banner.tone) == (exit_codes.of_report(report), tone)
    assert banner.title.split(":")[0].lower() == conclude(report).value.split(":")[0].lower()
    assert f"exit code <b>{banner.exit_code}</b>" in html.render(report)


def test_each_conclusion_has_a_title_that_ends_without_punctuation() -> None:
    stopped = Report(factories.run(), (), complete=False)
    assert conclude(stopped) is Conclusion.STOPPED
    assert page.of(stopped).banner.title == "Incomplete: the run was stopped"
    assert page.of(stopped).banner.headline == "0 pass"


def test_failures_come_first_each_with_its_evidence() -> None:
    shown = page.of(factories.report())
    assert [card.rule.id for card in shown.failures] == ["EV-27", "GW-17"]
    card = shown.failures[0]
    assert "".join(part.text for part in card.expected) == "400 validation_error"
    assert (card.example, card.repeat) == ("test_limit(limit=0)", "novavms-contract run mock --rules EV-27 --seed 7")
    assert [(call.method, call.path, call.status) for call in card.calls] == [
        ("POST", "/api/v1/events?limit=0", "200"),
        ("GET", "/api/v1/events?limit=[0]'", "200"),
    ]
    assert card.brief == "expected 400 validation_error; got 200 <b>&</b> \x00 ]]>"
    text = html.render(factories.report())
    assert text.index('id="EV-27"') < text.index('id="matrix"')
    assert "repro/" not in text


def test_a_failure_has_a_link_to_the_script_that_repeats_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Report, "script_of", lambda _, outcome: f"repro/{outcome.rule.id}.sh")
    assert '<a href="repro/EV-27.sh"><code>sh repro/EV-27.sh</code></a>' in html.render(factories.report())


def test_every_rule_is_a_square_that_leads_to_its_evidence() -> None:
    text = html.render(factories.report())
    squares = re.findall(r'<a class="square (\w+)" href="#([\w-]+)".*?>(.*?)</a>', text)
    assert squares == [
        *(("partial", "rule-EV-26", "EV-26 pass, partly"), ("fail", "EV-27", "EV-27 fail")),
        *(("untested", "rule-EV-30", "EV-30 untested"), ("error", "GW-17", "GW-17 error")),
        ("disabled", "rule-GW-52", "GW-52 disabled"),
    ]
    for _, anchor, _ in squares:
        assert text.count(f' id="{anchor}"') == 1


def test_reasons_have_the_rules_that_they_leave_undecided() -> None:
    found = {gap.reason: (gap.undecided, gap.partly) for gap in page.of(factories.report()).gaps}
    assert found == {
        "there is no moon": ([], ["EV-26"]),
        "the target gives no clock": (["GW-52"], []),
        "no check has stated it": (["EV-30"], []),
    }
    assert page.of(factories.report()).uncheckable["Since which version a route exists does not show in its answers."]


def test_large_bodies_and_many_calls_and_checks_are_cut() -> None:
    body = '{"data": [' + '{"id": 1},' * 10_000 + "]}"
    exchanges = [factories.exchange(answer=body, body=body, url=f"http://127.0.0.1/{'x' * 9999}")] * 30
    lines = [
        factories.line(factories.finding("EV-26", "fail", actual=body), check=f"test_{number}", exchanges=exchanges)
        for number in range(100)
    ]
    report = Report(factories.run(), fold(lines, [factories.rule("EV-26")]), complete=True)
    (card,) = page.of(report).failures
    assert len("".join(part.text for part in card.actual)) < 2100
    assert "characters in all" in "".join(part.text for part in card.actual)
    assert (len(card.calls), card.earlier_calls) == (4, 26)
    assert all(len(text) < 2100 for call in card.calls for text in (call.sent, call.answer, call.path))
    assert (len(card.other_checks), card.more_checks) == (20, 79)
    assert len(html.render(report)) < 100_000


def test_of_many_failures_the_last_ones_are_shown_without_calls() -> None:
    names = [f"EV-{number}" for number in range(150)]
    lines = [factories.line(factories.finding(one, "fail"), exchanges=[factories.exchange()]) for one in names]
    report = Report(factories.run(), fold(lines, [factories.rule(one) for one in names]), complete=True)
    cards = page.of(report).failures
    assert [bool(card.calls) for card in cards] == [True] * 100 + [False] * 50
    assert html.render(report).count("calls, in the journal: 1<") == 50


def test_survivors_come_first_on_the_page_of_a_kill_run() -> None:
    text = html.render_kill(hostile.kills("EV-26"), 1)
    order = [text.index(f'id="mutant-{outcome}EV-26"') for outcome in ("survived", "killed_by_other", "error")]
    assert order == sorted(order)
    assert order[-1] < text.index('id="matrix"')
    assert "<h1>3 of 4 mutants are not killed</h1>" in text
    assert "kill rate 25.0 % without a control plane: 1 killed, 1 survived, 1 killed by another rule, 1 error" in text
    assert ">Events <span>1/4</span></h3>" in text


def test_a_kill_run_without_survivors_says_so() -> None:
    kills = hostile.kills("EV-26")
    kills |= {"mutants": kills["mutants"][:1], "totals": {"killed": 1}, "operators": {}}
    text = html.render_kill(kills, 0)
    assert "<h1>Every mutant is killed</h1>" in text
    assert 'id="survivors"' not in text


def many_kills(number: int, survivors: int) -> dict[str, Any]:
    """Return the report of a kill run of many mutants, of which the first ones survived."""
    names = [rule.id for rule in catalogue.load().testable()]
    mutants = [
        {
            **{"id": f"{names[index % len(names)]}/default:events.list:limit:{index}", "failed_rules": names[:9]},
            **{"breaks": names[index % len(names) :][:1], "outcome": "survived" if index < survivors else "killed"},
            **{"passed_rules": names[:9], "reasons": ["x" * 200] * 20, "noticed_by": names[:20]},
        }
        for index in range(number)
    ]
    totals = {"killed": number - survivors, "survived": survivors}
    made = {"mutants": mutants, "totals": totals, "complete": True, "without_control": False}
    return {**made, "versions": {"suite": __version__}}


def test_the_page_of_a_kill_run_of_thousands_of_mutants_is_bounded_and_has_its_rates() -> None:
    text = html.render_kill(many_kills(2400, 300), 1)
    assert text.count('<article class="card survived"') == 200
    assert "100 more are in report.json." in text
    assert text.count('class="square survived" href="#mutant-') == 200
    assert text.count('<a class="square ') == 2400
    assert len(text) < 2_000_000
    assert len(html.render_kill(many_kills(9000, 300), 1)) < 3_000_000
    for name, counts in kill_rates.by_family(many_kills(2400, 300)).items():
        row = f'<tr><td>{name}</td><td class="number">{counts["tried"]}</td><td class="number">{counts["killed"]}</td>'
        assert row in text


def test_a_report_shows_the_kill_rates_of_a_kill_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kills, folder = many_kills(100, 3), tmp_path / "run"
    folder.mkdir()
    (tmp_path / "report.json").write_text(json.dumps(kills))
    factories.write_journal(folder, factories.run(), factories.lines(), complete=True)
    assert cli.main(["report", str(folder), "--kills", str(tmp_path)]) == exit_codes.CONFORMS
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert "<dd>97.0 % of 100 mutants</dd>" in text
    assert "kill rates by family" in text
    assert json.loads((folder / "report.json").read_text())["run"]["kills"]["families"] == kill_rates.by_family(kills)
    for other, problem in (
        ({**kills, "versions": {"suite": "0.0.1"}}, "versions.suite = '0.0.1'"),
        ({"mutants": [{}]}, "not the report.json of a kill run"),
    ):
        (tmp_path / "report.json").write_text(json.dumps(other))
        assert cli.main(["report", str(folder), "--kills", str(tmp_path)]) == exit_codes.USAGE_ERROR
        assert f"report.json: {problem}" in capsys.readouterr().err
