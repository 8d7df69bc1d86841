"""Holds tables of parameters and of fields of a body against the document."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from contract_tests import document
from contract_tests.docs import reference
from contract_tests.docs.claims import formats
from contract_tests.docs.findings import Finding, contradiction
from contract_tests.docs.statements import Parameter, Section, Text
from contract_tests.docs.text import numbers, quantity
from contract_tests.document import Operation

JSON = dict[str, Any]
_TYPES = {
    "string": "string",
    "int": "integer",
    "integer": "integer",
    "float": "number",
    "number": "number",
    "bool": "boolean",
    "boolean": "boolean",
    "object": "object",
}
_RANGE = re.compile(r"(?<![\d-])(\d+(?:\.\d+)?)\s*(?:-|\u2013|to)\s*(\d+(?:\.\d+)?)(?![\d-])")
_MAXIMUM = re.compile(r"(?:up to|at most|maximum(?: of)?|max\.?) (\d+)", re.IGNORECASE)
_MINIMUM = re.compile(r"(?:at least|minimum(?: of)?|min\.?) (\d+)", re.IGNORECASE)
_EXACT = re.compile(r"^(?:exactly )?(\d+) char", re.IGNORECASE)
_CONDITION = re.compile(r"required (?:when|if) (\w+)\s*(?:=|is)\s*(\w+)", re.IGNORECASE)
_MEMBERS = re.compile(r"\{([\w, ]+)\}")
_REFERENCE = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE) (/[\w/{}-]+)")


def compare(section: Section, operation: Operation) -> Iterator[Finding]:
    """Yield how the parameters of a section differ from those of the document."""
    body = reference.body_schema(operation)
    if section.same_input and (named := _REFERENCE.search(section.same_input.text)):
        yield from _compare_reference(section.same_input, (named[1], named[2]), operation)
        return
    parts: tuple[tuple[str, list[Parameter] | None, Mapping[str, JSON], JSON], ...] = (
        ("query parameters", section.query, operation.query, {}),
        ("request body", section.body, reference.fields(body), body),
    )
    for part, rows, schemas, schema in parts:
        for row in rows or ():
            if row.name in schemas:
                yield from _compare_row(row, part, section, operation, (schemas[row.name], schema))
            else:
                other = f"the document has no such {_noun(part)}: {', '.join(schemas) or 'none'}"
                yield contradiction(row.place, f"{operation} {row.name}", f"takes {row.name}", other)
        yield from _missing(section, part, rows, schemas, operation)


def _compare_reference(same: Text, named: tuple[str, str], operation: Operation) -> Iterator[Finding]:
    """Hold a sentence that another operation takes the same against the document."""
    found = [each for each in document.operations() if (each.method, each.path) == named]
    own = {*operation.query, *reference.fields(reference.body_schema(operation))}
    theirs = {*found[0].query, *reference.fields(reference.body_schema(found[0]))} if found else set()
    if own != theirs:
        other = f"the document has {_list(own - theirs)} here alone, {_list(theirs - own)} there alone"
        yield contradiction(same.place, f"{operation} input", f"takes the same as {' '.join(named)}", other)


def _missing(
    section: Section, part: str, rows: list[Parameter] | None, schemas: Mapping[str, JSON], operation: Operation
) -> Iterator[Finding]:
    stated = {row.name for row in rows or ()}
    place = rows[-1].place if rows else section.place
    for name in schemas:
        if name not in stated:
            rules = reference.rules_at(section.heading, part, field=name)
            other = f"the document has the {_noun(part)} {name}"
            yield contradiction(place, f"{operation} {name}", "does not name it", other, rules)


def _compare_row(
    row: Parameter, part: str, section: Section, operation: Operation, schemas: tuple[JSON, JSON]
) -> Iterator[Finding]:
    schema, _ = schemas
    rules = reference.rules_at(section.heading, part, field=row.name)
    differences = [
        _type_differs(row, schema),
        _default_differs(row, *schemas),
        *_bounds_differ(row, schema),
        _values_differ(row, schema),
        *_conditions_differ(row, schemas[1]),
        _members_differ(row, schema),
        _required_differs(row, *schemas),
        _number_is_unknown(row, schema, " ".join(rule.says for rule in rules)),
    ]
    for page, other in filter(None, differences):
        yield contradiction(row.place, f"{operation} {row.name}", page, other, rules)


Difference = tuple[str, str] | None


def _type_differs(row: Parameter, schema: JSON) -> Difference:
    if not row.type or _is_type(row.type, schema):
        return None
    items = document.resolve(schema.get("items", {}))
    has = f"{schema.get('type')} of {items.get('type')}" if items else schema.get("type")
    kind = "enum" if "enum" in schema else schema.get("format", "")
    return f"type {row.type}", f"the document has {has}" + f" ({kind})" * bool(kind)


def _is_type(name: str, schema: JSON) -> bool:
    if name.endswith("[]"):
        return schema.get("type") == "array" and _is_type(name[:-2], document.resolve(schema["items"]))
    if name == "uuid":
        return schema.get("format") == "uuid"
    if name == "enum":
        return "enum" in schema
    return _TYPES.get(name) == schema.get("type", _TYPES.get(name))


def _default_differs(row: Parameter, schema: JSON, body: JSON) -> Difference:
    stated = "" if row.default == "null" else row.default
    value = schema.get("default")
    documented = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    if stated.strip("\"'") == documented or (quantity(stated) is not None and quantity(stated) == value):
        return None
    if not documented and row.name in body.get("required", ()) and not _allows(schema, stated):
        return None  # a default that is refused is none
    return f"default {stated or 'none'}", f"the document has {documented or 'none'}"


def _allows(schema: JSON, literal: str) -> bool:
    value: Any = {"[]": [], "{}": {}}.get(literal, literal)
    return document.validator(schema).is_valid(value)


def _bounds_differ(row: Parameter, schema: JSON) -> Iterator[Difference]:
    low, high = reference.bounds(schema)
    if found := _RANGE.search(row.constraint) or _EXACT.search(row.constraint):
        stated: tuple[str | None, str | None] = (found[1], found[found.re.groups])
    else:
        at_least, at_most = _MINIMUM.search(row.constraint), _MAXIMUM.search(row.constraint)
        stated = (at_least and at_least[1], at_most and at_most[1])
    for word, text, documented in (("from", stated[0], low), ("up to", stated[1], high)):
        if text is not None and quantity(text) != documented:
            yield f"{word} {text}", f"the document has {word} {'no bound' if documented is None else documented}"


def _values_differ(row: Parameter, schema: JSON) -> Difference:
    if "enum" not in schema or row.type != "enum":
        return None
    parts = re.split(r",|\||\bor\b|\band\b", re.sub(r"\bonly\b|\bone of:?", "", row.constraint))
    stated, documented = {part.strip(" .\"'") for part in parts} - {""}, set(map(str, schema["enum"]))
    if stated == documented:
        return None
    return f"values {_list(stated)}", f"the document has {_list(documented)}"


def _conditions_differ(row: Parameter, body: JSON) -> Iterator[Difference]:
    for name, value in _CONDITION.findall(row.constraint):
        for part in body.get("allOf", ()):
            condition = part.get("if", {}).get("properties", {}).get(name, {})
            required = part.get("then", {}).get("required", ())
            if value in (condition.get("const"), *condition.get("enum", ())) and row.name in required:
                break
        else:
            yield f"required when {name} is {value}", "the document does not require it then"


def _members_differ(row: Parameter, schema: JSON) -> Difference:
    if not (found := _MEMBERS.search(row.constraint)):
        return None
    stated = {name.strip() for name in found[1].split(",")}
    documented = set(reference.fields(document.resolve(schema.get("items", schema))))
    return None if stated == documented else (f"members {_list(stated)}", f"the document has {_list(documented)}")


def _required_differs(row: Parameter, schema: JSON, body: JSON) -> Difference:
    if not re.match(r"required(?: *[.,;]|$)", row.constraint, re.IGNORECASE) or row.name in body.get("required", ()):
        return None
    return "required", "the document does not require it"


def _number_is_unknown(row: Parameter, schema: JSON, rules: str) -> Difference:
    """A word such as ``ai_tag`` or a format that only a rule can say, or a number that rule and document lack."""
    plain = _CONDITION.sub("", _MEMBERS.sub("", row.constraint))
    plain = _EXACT.sub("", _MAXIMUM.sub("", _MINIMUM.sub("", _RANGE.sub("", plain))))
    words = set(re.findall(r"\b(\w+) only\b", plain)) & reference.values() if "enum" not in schema else ()
    said = {*re.findall(r"\w+", rules), *numbers(rules), *formats(rules)}
    unknown = {*words, *numbers(plain), *formats(plain)} - said
    if not unknown:
        return None
    return row.constraint, f"no rule about it says {_list(unknown)}"


def _noun(part: str) -> str:
    return "query parameter" if part == "query parameters" else "field of the body"


def _list(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
