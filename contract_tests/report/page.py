"""What the page of a run shows, in its order and cut to bounds; the template adds only its dress."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from contract_tests import catalogue
from contract_tests.catalogue import Rule
from contract_tests.outcomes import Outcome
from contract_tests.output.texts import shorten
from contract_tests.report import differences, earlier, kill_rates
from contract_tests.report.conclusion import CODES, Conclusion, conclude
from contract_tests.report.differences import Part, bounded
from contract_tests.report.earlier import Changes
from contract_tests.report.journal import Report, curl
from contract_tests.report.summary import headline, parameters, remarks, repeating, tries, waiver
from contract_tests.verdicts import Verdict

_MAX_CALLS_SHOWN, _MAX_CHECKS_SHOWN = 4, 20
#: Of further failures the calls are in the journal only.
_MAX_CARDS_WITH_CALLS = 100
_MAX_BRIEF_CHARS, _MAX_URL_CHARS, _MAX_CURL_CHARS, _MAX_EXAMPLE_CHARS = 160, 300, 3000, 2000
#: How the state of a rule is told; states are the verdicts, and what refines them.
WORDS = {
    **{verdict.value: verdict.value.replace("_", " ") for verdict in Verdict},
    **{"partial": "pass, partly", "remark": "fails, does not decide", "waived": "waived"},
}
#: The order of the states, from what decides to what is well.
_ORDER = ("error", "fail", "flaky", "remark", "waived", "not_reached", "disabled", "untested", "partial", "pass")


@dataclass(frozen=True)
class Banner:
    """What the run comes to: ``tone`` is good, bad or open, ``counts`` has states, each with the number of rules."""

    title: str
    headline: str
    exit_code: int
    tone: str
    deciding: str
    counts: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Call:
    """A call of a failing check, and the command that repeats it."""

    method: str
    path: str
    actor: str
    status: str
    sent: str
    answer: str
    curl: str


@dataclass(frozen=True)
class Card:
    """A failure: ``state`` of its rule, evidence of the first check, names of the others, and what may follow from it.

    ``change`` is new or still failing, ``reproduction`` the relative address of a script, ``waiver`` until when it is
    waived and why, ``tries`` what each try of its check found; each may be "".
    """

    rule: Rule
    state: str
    change: str
    brief: str
    expected: Sequence[Part]
    actual: Sequence[Part]
    example: str
    calls: Sequence[Call]
    earlier_calls: int
    check: str
    other_checks: Sequence[str]
    more_checks: int
    repeat: str
    reproduction: str
    waiver: str
    tries: str
    follows: Sequence["Card"] = ()


@dataclass(frozen=True)
class Row:
    """A rule, or a mutant, as a square of the matrix and a row of the list; ``anchor`` is where its square leads."""

    id: str
    state: str
    says: str
    notes: Sequence[str]
    group: str
    strength: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class Gap:
    """A reason, the rules that it leaves undecided, and those that it leaves decided in part."""

    reason: str
    undecided: Sequence[str]
    partly: Sequence[str]


@dataclass(frozen=True)
class Page:
    """All of it; ``facts`` are names and values of the environment."""

    banner: Banner
    parameters: str
    remarks: Sequence[str]
    changes: Changes | None
    failures: Sequence[Card]
    remarked: Sequence[Card]
    flaky: Sequence[Card]
    waived: Sequence[Card]
    families: Mapping[str, Sequence[Row]]
    gaps: Sequence[Gap]
    uncheckable: Mapping[str, Sequence[str]]
    facts: Sequence[tuple[str, str]]


def of(report: Report) -> Page:
    """Return the page of a report."""
    make = _Cards(report)
    failures, causes = report.failures(), report.causes()
    cards = {outcome.rule.id: make.card(outcome) for outcome in failures}
    following = {rule: [cards[one] for one in cards if causes.get(one) == rule] for rule in cards}
    return Page(
        banner=_banner(report),
        parameters=parameters(report.run),
        remarks=remarks(report),
        changes=make.changes,
        failures=[replace(cards[one], follows=following[one]) for one in cards if one not in causes],
        remarked=[make.card(outcome) for outcome in report.violated(deciding=False)],
        flaky=[] if report.strict else [make.card(outcome) for outcome in report.flaky()],
        waived=[make.card(outcome) for outcome in report.waived()],
        families=_families(report),
        gaps=_gaps(report),
        uncheckable=_uncheckable(report),
        facts=_facts(report.run),
    )


def state_of(outcome: Outcome, report: Report) -> str:
    """Return the verdict of a rule, or what refines it."""
    if outcome.partial:
        return "partial"
    if outcome.all_waived:
        return "waived"
    return "remark" if outcome.verdict is Verdict.FAIL and not report.decides(outcome) else outcome.verdict.value


def _banner(report: Report) -> Banner:
    conclusion = conclude(report)
    states = [state_of(outcome, report) for outcome in report.outcomes]
    code = CODES[conclusion]
    name, _, detail = conclusion.value.rstrip(":;").removesuffix("; so far").partition(":")
    deciding, total = sum(map(report.decides, report.outcomes)), len(report.outcomes)
    return Banner(
        title=name.capitalize() + (f": {detail.strip()}" if detail else ""),
        headline=headline(report).removeprefix(conclusion.value).strip(),
        exit_code=int(code),
        tone="bad" if code else "good" if conclusion is Conclusion.CONFORMS else "open",
        deciding=f"{'all' if deciding == total else f'{deciding:,} of'} {total:,} rules decide",
        counts=[(state, states.count(state)) for state in (*_ORDER, *sorted({*states} - {*_ORDER})) if state in states],
    )


class _Cards:
    """Makes the cards of a report."""

    def __init__(self, report: Report) -> None:
        self._report, self._made = report, 0
        self.changes = earlier.changes(report)

    def card(self, outcome: Outcome) -> Card:
        """Return the card of a rule that fails."""
        rule, failure = outcome.rule, outcome.failure or {}
        self._made += 1
        exchanges = failure["exchanges"][-_MAX_CALLS_SHOWN:] if self._made <= _MAX_CARDS_WITH_CALLS else []
        others = sorted({each["test"] for each in outcome.failures} - {failure["test"]})
        expected, actual = differences.parts(str(failure["expected"]), str(failure["actual"]))
        return Card(
            rule=rule,
            state=state_of(outcome, self._report),
            change=self._change(rule.id),
            brief=_brief(failure),
            expected=expected,
            actual=actual,
            example=shorten(failure["example"] or "", _MAX_EXAMPLE_CHARS),
            calls=[_call(exchange) for exchange in exchanges],
            earlier_calls=len(failure["exchanges"]) - len(exchanges),
            check=failure["test"],
            other_checks=others[:_MAX_CHECKS_SHOWN],
            more_checks=max(0, len(others) - _MAX_CHECKS_SHOWN),
            repeat=repeating(self._report.run, outcome),
            reproduction=str(self._report.script_of(outcome) or ""),
            waiver=waiver(self._report, outcome) if outcome.all_waived else "",
            tries=tries(failure),
        )

    def _change(self, rule: str) -> str:
        if self.changes is None:
            return ""
        return "new" if rule in self.changes.new else "still failing" if rule in self.changes.still else ""


def _brief(failure: Mapping[str, Any]) -> str:
    """Return what was expected and found in one line."""
    expected, actual = (" ".join(str(failure[name])[:_MAX_BRIEF_CHARS].split()) for name in ("expected", "actual"))
    return f"expected {shorten(expected, _MAX_BRIEF_CHARS // 2)}; got {shorten(actual, _MAX_BRIEF_CHARS // 2)}"


def _call(exchange: Mapping[str, Any]) -> Call:
    url = urlsplit(exchange["url"])
    path = f"{url.path}{f'?{url.query}' if url.query else ''}"
    return Call(
        method=exchange["method"],
        path=shorten(path, _MAX_URL_CHARS),
        actor=str(exchange["actor"]),
        status=str(exchange["status"] or ""),
        sent=bounded(str(exchange["body"] or "")),
        answer=bounded(str(exchange["answer"] or "")),
        curl=shorten(curl([exchange])[0], _MAX_CURL_CHARS),
    )


def _families(report: Report) -> Mapping[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    causes = report.causes()
    for outcome in report.outcomes:
        found.setdefault(outcome.rule.family, []).append(_row(outcome, report, causes))
    return found


def _row(outcome: Outcome, report: Report, causes: Mapping[str, str]) -> Row:
    rule = outcome.rule
    notes = [*outcome.reasons[:_MAX_CHECKS_SHOWN]]
    if cause := causes.get(rule.id):
        notes.append(f"may follow from {cause}")
    anchor = rule.id if outcome.failure else f"rule-{rule.id}"
    return Row(rule.id, state_of(outcome, report), rule.says, notes, rule.family, rule.strength, anchor)


def _gaps(report: Report) -> list[Gap]:
    """Return the reasons for which rules are not decided, or in part only; those that concern most rules first."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for outcome in report.outcomes:
        undecided = outcome.verdict in (Verdict.UNTESTED, Verdict.DISABLED, Verdict.NOT_REACHED)
        if undecided or outcome.partial:
            for reason in outcome.reasons or ("no check has stated it",):
                found.setdefault(reason, ([], []))[outcome.partial].append(outcome.rule.id)
    gaps = [Gap(reason, undecided, partly) for reason, (undecided, partly) in found.items()]
    return sorted(gaps, key=lambda gap: (-len(gap.undecided), -len(gap.partly)))


def _uncheckable(report: Report) -> Mapping[str, list[str]]:
    """Return the rules of the catalogue that no check can decide, by the reason."""
    known = catalogue.load()
    kinds = {outcome.rule.of_sdk for outcome in report.outcomes}
    found: dict[str, list[str]] = {}
    for rule, reason in known.untested.items():
        if known.rules[rule].of_sdk in kinds:
            found.setdefault(reason, []).append(rule)
    return found


def _facts(run: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what is known of the environment of a run."""
    versions = run.get("versions") or {}
    found = {
        "target": run["target"],
        "started": run["started_at"],
        "duration": f"{run['duration_s']} s",
        "requests": None if run.get("requests") is None else f"{run['requests']:,}",
        "repeated calls": run.get("repeated"),
        "profile": run["profile"],
        "examples a property": run["examples"],
        "seed": run["seed"],
        "requirements": run.get("requirements"),
        "API version": run.get("api_version"),
        "document, SHA-256": run.get("spec_sha256"),
        **{f"version of {name}": version for name, version in versions.items()},
        "capabilities": ", ".join(run.get("capabilities") or ()),
        **kill_rates.facts(run),
    }
    return [
        (name, shorten(str(value))) for name, value in found.items() if value not in (None, "", 0) or name == "seed"
    ]
