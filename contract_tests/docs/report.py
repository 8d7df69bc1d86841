"""The findings as lines for people, or as JSON."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from contract_tests.docs.findings import BETWEEN_PAGES, CHANGE, CONTRADICTION, NO_RULE, NOTE, Finding
from contract_tests.docs.statements import PageStatements
from contract_tests.output.redaction import KNOWN
from contract_tests.output.texts import visible

_NAMES = {
    CONTRADICTION: "contradiction",
    BETWEEN_PAGES: "contradiction between pages",
    NO_RULE: "sentence without a rule",
    NOTE: "note",
    CHANGE: "change",
}


def lines(pages: Sequence[PageStatements], findings: Sequence[Finding]) -> Iterator[str]:
    """Yield a line or two of each finding, and one with the counts."""
    for finding in findings:
        yield _clean(f"{finding.place}: {finding.kind}: {finding.subject}: {finding.page}")
        if finding.kind == NO_RULE:
            continue
        rules = "" if finding.kind == CHANGE or not finding.rules else f" ({', '.join(finding.rules)})"
        yield _clean(f"    {finding.other}{rules}")
    counts = Counter(finding.kind for finding in findings)
    found = ", ".join(_count(counts[kind], name) for kind, name in _NAMES.items() if counts[kind]) or "nothing found"
    operations = sum(len(page.operations) for page in pages)
    yield f"{_count(len(pages), 'page')}, {_count(operations, 'operation')}: {found}"


def as_json(pages: Sequence[PageStatements], findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the findings and how many there are of each kind."""
    counts = Counter(finding.kind for finding in findings)
    return {
        "pages": [str(page.path) for page in pages],
        "operations": sum(len(page.operations) for page in pages),
        "totals": {kind: counts[kind] for kind in _NAMES},
        "findings": [
            {
                "kind": finding.kind,
                "file": str(finding.place.path),
                "line": finding.place.line,
                "subject": _clean(finding.subject),
                "page": _clean(finding.page),
                "other": _clean(finding.other),
                "rules": list(finding.rules),
            }
            for finding in findings
        ],
    }


def _count(number: int, noun: str) -> str:
    first, space, words = noun.partition(" ")
    return f"{number} {first}{'s' * (number != 1)}{space}{words}"


def _clean(text: str) -> str:
    return visible(KNOWN.redact(text))
