"""Holds role and version, responses, their examples and error tables against the document and the catalogue."""

import re
from collections.abc import Iterator
from typing import Any

from contract_tests.docs import json_texts, reference
from contract_tests.docs.findings import Finding, contradiction
from contract_tests.docs.statements import ErrorRow, Response, Section
from contract_tests.docs.text import numbers
from contract_tests.document import Operation
from contract_tests.output.texts import shorten

JSON = dict[str, Any]
_STATUS = re.compile(r"\b[45]\d\d\b")
_ROLE_PART = "role and version line"


def compare(section: Section, operation: Operation) -> Iterator[Finding]:
    """Yield how what a section says of access and answers differs from the document."""
    yield from _compare_access(section, operation)
    if section.response is None:
        other = f"the document has {operation.success}"
        yield contradiction(section.place, f"{operation} response", "names no response of success", other)
    elif section.response.status != operation.success:
        page, other = f"response {section.response.status}", f"the document has {operation.success}"
        rules = reference.rules_at(section.heading, f"response {operation.success}")
        yield contradiction(section.response.place, f"{operation} response", page, other, rules)
    else:
        yield from _compare_response(section, section.response, operation)
    for row in section.errors or ():
        yield from _compare_error(row, section, operation)
    yield from _missing_errors(section, operation)


def _compare_access(section: Section, operation: Operation) -> Iterator[Finding]:
    access, raw = section.access, operation.raw
    if access is None:
        other = f"the document has {raw['x-min-role']}, {raw['x-since']}"
        yield contradiction(section.place, f"{operation} role", "names neither role nor version", other)
        return
    rules = reference.rules_at(section.heading, _ROLE_PART)
    pairs = (("since", access.since, raw["x-since"]), ("role", access.role, raw["x-min-role"]))
    for name, stated, documented in pairs:
        if stated != documented:
            page, other = f"{name} {stated or 'not named'}", f"the document has {documented}"
            yield contradiction(access.place, f"{operation} {name}", page, other, rules)
    if access.scoped != raw["x-site-scoped"]:
        names = {True: "site-scoped", False: "not site-scoped"}
        page, other = names[access.scoped], f"the document has {names[raw['x-site-scoped']]}"
        yield contradiction(access.place, f"{operation} site scope", page, other, rules)


def _compare_response(section: Section, response: Response, operation: Operation) -> Iterator[Finding]:
    subject = f"{operation} {response.status} example"
    schema = reference.response_schema(operation, response.status)
    text = response.text.strip()
    if text.startswith(("{", "[")):
        yield from _compare_json(section, response, subject, schema)
    elif csv := reference.response(operation, response.status).get("content", {}).get("text/csv; charset=utf-8"):
        header = next(iter(csv["examples"].values()))["value"].splitlines()[0]
        if not text.startswith(header):
            rules = reference.rules_at(section.heading, "example of")
            yield contradiction(response.place, subject, shorten(text.splitlines()[0] if text else ""), header, rules)
    elif schema is None and text and not re.search(r"\b(?:empty|no) ?(?:body|content)?\b", text, re.IGNORECASE):
        yield contradiction(response.place, subject, shorten(text), "the document has no body")
    elif schema is not None and (not text or re.search(r"empty body|no body", text, re.IGNORECASE)):
        yield contradiction(response.place, subject, text or "no body", "the document has a JSON body")


def _compare_json(section: Section, response: Response, subject: str, schema: JSON | None) -> Iterator[Finding]:
    if schema is None:
        yield contradiction(response.place, subject, "a JSON body", "the document has none")
        return
    try:
        found = list(json_texts.differences(response.text, schema))
    except ValueError as error:
        yield contradiction(response.place, subject, f"is no JSON: {error}", "a JSON body")
        return
    shown = reference.rules_at(section.heading, "example of")
    names = {name for rule in shown if rule.strength != "derived" for name in rule.fields}
    for each in found:
        missing = re.match(r'"(\w+)" is a required property', each.message)
        if not missing or missing[1] in names:
            field = missing[1] if missing else each.path.split(".")[-1]
            rules = [rule for rule in shown if field in rule.fields]
            yield contradiction(response.place, subject, each.path or "the body", each.message, rules)


def _compare_error(row: ErrorRow, section: Section, operation: Operation) -> Iterator[Finding]:
    subject, rules = f"{operation} {row.status}", _rules_of_error(section, row.status)
    codes = reference.error_codes(operation, row.status)
    if not operation.documents(row.status):
        statuses = ", ".join(status for status in operation.raw["responses"] if status[0] != "2")
        yield contradiction(row.place, subject, f"{row.status} {row.code}", f"the document has only {statuses}")
    elif codes and row.code not in codes:
        other = f"the document has {' or '.join(sorted(codes))}"
        yield contradiction(row.place, subject, f"error {row.code or 'without a code'}", other, rules)
    said = (numbers(rule.says) for rule in reference.rules_about(operation))
    if unknown := numbers(row.meaning).difference(*said):
        other = f"no rule about {operation} says {', '.join(sorted(unknown))}"
        yield contradiction(row.place, subject, row.meaning, other, rules)


def _missing_errors(section: Section, operation: Operation) -> Iterator[Finding]:
    """Yield the statuses that rules take from the error table of this operation, and that it does not have."""
    rows = section.errors or []
    place = rows[-1].place if rows else section.place
    stated = [rule for rule in reference.rules_at(section.heading, "error responses") if rule.strength == "stated"]
    missing = {status for rule in stated for status in _STATUS.findall(rule.says)} - {str(row.status) for row in rows}
    for status in sorted(missing):
        rules = [rule for rule in stated if status in rule.says]
        yield contradiction(place, f"{operation} {status}", "its error table has no such row", rules[0].says, rules)


def _rules_of_error(section: Section, status: int) -> list[Any]:
    return [rule for rule in reference.rules_at(section.heading, "error responses") if str(status) in rule.says]
