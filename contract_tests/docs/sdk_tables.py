"""Holds tables of client options, namespaces and error classes against the rules about the SDK."""

import re
from collections.abc import Iterator

from contract_tests.catalogue import Rule
from contract_tests.docs import reference
from contract_tests.docs.findings import Finding, contradiction
from contract_tests.docs.statements import PageStatements, Row, Section
from contract_tests.docs.text import numbers
from contract_tests.sdk.surface import NAMESPACES, OPTIONS

_URL = re.compile(r"https?://[\w./-]+\w")


def compare(page: PageStatements) -> Iterator[Finding]:
    """Yield how the tables about the SDK differ from the rules."""
    for section in page.sections:
        rules = reference.rules_at(section.heading)
        for row in section.rows:
            yield from _compare_literals(row, rules)
        yield from _compare_names(section, rules)
        yield from _compare_classes(section, rules)


def _compare_literals(row: Row, rules: list[Rule]) -> Iterator[Finding]:
    """Numbers and URLs of a row, which a rule under the same heading must have."""
    said = " ".join(rule.says for rule in rules)
    unknown = (numbers(row.text) - numbers(said)) | (set(_URL.findall(row.text)) - set(_URL.findall(said)))
    if unknown:
        name = row.name.removeprefix("client.")
        about = [rule for rule in rules if name in rule.says or name.replace("_", " ") in rule.says]
        other = "; ".join(rule.says for rule in about) or "no rule says it"
        yield contradiction(row.place, row.name, ", ".join(sorted(unknown)), other, about)


def _compare_names(section: Section, rules: list[Rule]) -> Iterator[Finding]:
    """The first cells of a table of options or of namespaces."""
    for expected, named in (
        (OPTIONS, [row for row in section.rows if re.fullmatch(r"[a-z][a-z_]*", row.name)]),
        (NAMESPACES, [row for row in section.rows if row.name.startswith("client.")]),
    ):
        stated = {row.name.removeprefix("client."): row for row in named}
        for name in [name for name in stated if name not in expected]:
            yield contradiction(stated[name].place, name, f"names {name}", f"the SDK has {', '.join(expected)}")
        for name in [name for name in expected if named and name not in stated]:
            about = [rule for rule in rules if re.search(rf"\b{name}\b", rule.says)]
            yield contradiction(named[-1].place, name, "its table has no such row", f"the SDK has {name}", about)


def _compare_classes(section: Section, rules: list[Rule]) -> Iterator[Finding]:
    """The statuses that an error class is raised for."""
    classes = [row for row in section.rows if re.match(r"[A-Z]\w*(?:Error|Exception)$", row.name)]
    known = {found for rule in rules for found in re.findall(r"\b[A-Z]\w*Error\b", rule.says)} if classes else set()
    for name in sorted(known - {row.name for row in classes}):
        about = [rule for rule in rules if name in rule.says]
        yield contradiction(classes[-1].place, name, "its table has no such row", about[0].says, about)
    for row in classes:
        raised = [rule for rule in rules if rule.strength == "stated" and row.name in rule.says]
        documented = {status for rule in raised for status in re.findall(r"\b[45]\d\d\b", rule.says)}
        stated = set(re.findall(r"\b[45]\d\d\b", row.text))
        if row.name not in known or stated != documented:
            other = f"the rules have {', '.join(sorted(documented)) or 'no such class'}"
            yield contradiction(
                row.place, row.name, f"raised on {', '.join(sorted(stated)) or 'anything'}", other, raised
            )
