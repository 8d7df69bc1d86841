"""The report as one HTML file that loads nothing."""

from html import escape
from itertools import groupby
from string import Template

from contract_tests.outcomes import Outcome
from contract_tests.report.journal import Report, curl
from contract_tests.report.summary import headline, parameters, remarks, tries, waiver
from contract_tests.verdicts import Verdict

_PAGE = Template("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>NovaVMS contract</title><style>
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; color: #1c2430 }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: .3rem .6rem; vertical-align: top }
tr { border-bottom: 1px solid #dde3ea } pre { overflow-x: auto; background: #f4f6f9; padding: .6rem }
.pass { color: #176b3a } .fail { color: #b3261e; font-weight: 600 } .error { color: #7b2d8e; font-weight: 600 }
.disabled, .untested, .not_reached { color: #8a6100 } code { white-space: nowrap }
</style></head><body><h1>NovaVMS contract</h1><p><strong>$headline</strong></p>
<p>$parameters; started $started_at, $duration_s s.</p>$remarks$families</body></html>
""")
_ROW = Template("""<tr id="$id"><td><code>$id</code></td><td class="$verdict">$shown$note</td>
<td>$says<br><small>$source ($strength)</small>$details</td></tr>
""")
_DETAILS = Template(
    """<details open><summary>expected $expected</summary><p>got $actual</p><pre>$calls</pre></details>"""
)


def render(report: Report) -> str:
    """Return the page."""
    families = "".join(
        f"<h2>{escape(family)}</h2><table>{''.join(_row(one, report) for one in outcomes)}</table>"
        for family, outcomes in groupby(report.outcomes, key=lambda outcome: outcome.rule.family)
    )
    facts = {name: escape(str(report.run[name])) for name in ("started_at", "duration_s")}
    texts = {"headline": escape(headline(report)), "parameters": escape(parameters(report.run))}
    notes = "".join(f"<p>{escape(remark)}.</p>" for remark in remarks(report))
    return _PAGE.substitute(facts, **texts, remarks=notes, families=families)


def _row(outcome: Outcome, report: Report) -> str:
    rule, failure = outcome.rule, outcome.failure
    details = f"<br>could not run: {escape('; '.join(outcome.reasons))}" if outcome.disabled else ""
    if failure:
        calls = escape("\n".join(curl(failure["exchanges"])))
        details += _DETAILS.substitute(
            expected=escape(str(failure["expected"])), actual=escape(str(failure["actual"])), calls=calls
        )
    texts = {name: escape(getattr(rule, name)) for name in ("id", "says", "source", "strength")}
    verdict, note = outcome.verdict.value, _note(outcome, report)
    return _ROW.substitute(texts, verdict=verdict, shown=verdict.replace("_", " "), note=note, details=details)


def _note(outcome: Outcome, report: Report) -> str:
    if cause := report.causes().get(outcome.rule.id):
        return f" (may follow from {cause})"
    if outcome.all_waived:
        return escape(f" (waived {waiver(report, outcome)})")
    if outcome.partial:
        return " (partial)"
    if outcome.failure and outcome.verdict is Verdict.FLAKY:
        return f" ({tries(outcome.failure)})"
    return " (does not decide)" if outcome.failure and not report.decides(outcome) else ""
