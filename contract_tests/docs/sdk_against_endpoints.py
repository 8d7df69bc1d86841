"""Holds what a page about the SDK says against what pages about endpoints say."""

import re
from collections.abc import Callable, Iterator, Sequence

from contract_tests.docs import examples, reference
from contract_tests.docs.findings import BETWEEN_PAGES, Finding
from contract_tests.docs.statements import Call, PageStatements, Parameter, Place, Row, Section, Text
from contract_tests.sdk.surface import ALIASES
from contract_tests.sdk.verbs import VERBS

_VERBS = re.compile(r"\b(list), (get), (create), (update),? (?:and )?(\w+)")
_URL = re.compile(r"https?://([\w.-]+)")
_DENIED = re.compile(r"\bno (?:dedicated|such|separate)\b|\bdoes not exist\b", re.IGNORECASE)
_QUOTED = re.compile(r"[“\"'](\w+)[”\"']")
_ATTRIBUTE = re.compile(r"\b(?:err|error|exc|exception|e)\.([a-z_]+)")


def compare(sdk: PageStatements, endpoints: Sequence[Section]) -> Iterator[Finding]:
    """Yield how a page about the SDK differs from sections about operations."""
    comparisons: tuple[Callable[[PageStatements, Sequence[Section]], Iterator[Finding]], ...] = (
        *(_hosts, _namespaces, _verb_names, _missing_operations, _described_verbs),
        *(_arguments, _cursors, _denied_verbs, _error_attributes),
    )
    for each in comparisons:
        yield from each(sdk, endpoints)


def _rows(sdk: PageStatements, prefix: str = "") -> list[Row]:
    return [row for section in sdk.sections for row in section.rows if row.name.startswith(prefix)]


def _sentences(sdk: PageStatements) -> list[Text]:
    return [sentence for section in sdk.sections for sentence in section.sentences]


def _standard_verbs(sdk: PageStatements) -> tuple[Text, tuple[str, ...]] | None:
    """Return the sentence that names the verbs of every namespace, and these."""
    found = [(sentence, verbs) for sentence in _sentences(sdk) if (verbs := _VERBS.search(sentence.text))]
    return (found[0][0], found[0][1].groups()) if found else None


def _between(place: Place, subject: str, page: str, other: str) -> Finding:
    return Finding(BETWEEN_PAGES, place, subject, page, other)


def _hosts(sdk: PageStatements, endpoints: Sequence[Section]) -> Iterator[Finding]:
    called = {
        examples.request(command.text).host: command.place for section in endpoints for command in section.commands
    }
    for row in _rows(sdk, "base_url"):
        if called and (host := _URL.search(row.text)) and host[1] not in called:
            other = "; ".join(f"{place} calls {name}" for name, place in called.items())
            yield _between(row.place, "host", f"default {host[1]}", other)


def _namespaces(sdk: PageStatements, endpoints: Sequence[Section]) -> Iterator[Finding]:
    rows = _rows(sdk, "client.")
    named = {row.name.removeprefix("client.") for row in rows}
    found: dict[str, Call] = {}
    for call in (call for section in endpoints for call in section.calls):
        found.setdefault(call.namespace, call)
    for namespace, call in found.items():
        if named and namespace not in named:
            other = f"the table at {rows[0].place} has {', '.join(sorted(named))}"
            yield _between(call.place, f"client.{namespace}", f"calls client.{namespace}", other)


def _verb_names(sdk: PageStatements, endpoints: Sequence[Section]) -> Iterator[Finding]:
    known = _standard_verbs(sdk)
    reported: set[str] = set()
    for section in endpoints if known else ():
        for call in section.calls:
            expected = known and _expected_verb(section, known[1])
            if known and expected and call.verb not in (expected, *reported):
                reported.add(call.verb)
                other = f"{known[0].place} has {expected} in every namespace"
                yield _between(call.place, f"client.{call.namespace}.{call.verb}", f"calls {call.verb}", other)


def _expected_verb(section: Section, verbs: tuple[str, ...]) -> str | None:
    of_one = re.fullmatch(r"/api/v1/[\w-]+/\{id\}", section.path)
    of_all = re.fullmatch(r"/api/v1/[\w-]+", section.path)
    names = {"GET": verbs[1], "PATCH": verbs[3], "DELETE": verbs[4]} if of_one else {}
    return (names or ({"GET": verbs[0], "POST": verbs[2]} if of_all else {})).get(section.method)


def _documented(endpoints: Sequence[Section]) -> set[str]:
    return {operation.id for section in endpoints if (operation := reference.operation_of(section))}


def _operations(namespace: str) -> dict[str, str]:
    return {verb.name: verb.operation for verb in VERBS if verb.namespace == namespace and not verb.described}


def _missing_operations(sdk: PageStatements, endpoints: Sequence[Section]) -> Iterator[Finding]:
    """Verbs of every namespace for which the pages about its resource have no operation."""
    known, documented = _standard_verbs(sdk), _documented(endpoints)
    for row in _rows(sdk, "client.") if known else ():
        namespace = row.name.removeprefix("client.")
        operations = _operations(namespace)
        if known is None or not documented & set(operations.values()):
            continue
        missing = [verb for verb in known[1] if operations.get(ALIASES.get(verb, verb)) not in documented]
        if missing:
            other = f"no page has an operation for {', '.join(missing)}"
            yield _between(known[0].place, row.name, f"has {', '.join(known[1])}", other)


def _described_verbs(sdk: PageStatements, endpoints: Sequence[Section]) -> Iterator[Finding]:
    """What a namespace is for, for which the pages about its resource have no operation."""
    documented = _documented(endpoints)
    for row in _rows(sdk, "client."):
        verbs = [verb for verb in VERBS if verb.namespace == row.name.removeprefix("client.")]
        if not documented & {verb.operation for verb in verbs}:
            continue
        named = [verb for verb in verbs if verb.described and re.search(rf"\b(?:{verb.name})", row.text, re.IGNORECASE)]
        missing = {verb.operation: verb.name for verb in named if verb.operation not in documented}
        for operation, verb in missing.items():
            other = f"no page has the operation {operation}"
            yield _between(row.place, f"{row.name}, {verb}", row.text.removeprefix(row.name).strip(), other)


def _arguments(sdk: PageStatements, endpoints: Sequence[Section]) -> Iterator[Finding]:
    by_operation = {operation.id: each for each in endpoints if (operation := reference.operation_of(each))}
    for call in (call for section in sdk.sections for call in section.calls):
        possible = examples.operations_of(call.namespace, call.verb) or set()
        section = by_operation.get(min(possible)) if len(possible) == 1 else None
        table = _table(section, endpoints) if section else []
        for argument in call.arguments if table else ():
            if argument not in {row.name for row in table}:
                other = f"the table at {table[0].place} has no {argument}"
                yield _between(call.place, f"client.{call.namespace}.{call.verb}", f"passes {argument}", other)


def _table(section: Section, endpoints: Sequence[Section]) -> list[Parameter]:
    """Return the parameters of a section, or of the one whose parameters it takes."""
    rows = [*(section.query or ()), *(section.body or ())]
    if rows or not section.same_input:
        return rows
    words = f"{section.same_input.text} "
    same = [each for each in endpoints if each.method and re.search(rf"{re.escape(each.heading)}[.,;]?\s", words)]
    return [row for each in same for row in (*(each.query or ()), *(each.body or ()))]


def _cursors(sdk: PageStatements, endpoints: Sequence[Section]) -> Iterator[Finding]:
    lists = [each for each in endpoints if each.response and each.method == "GET" and '"data"' in each.response.text]
    without = [
        each
        for each in lists
        if each.response
        and "next_cursor" not in each.response.text
        and not any(row.name == "cursor" for row in each.query or ())
    ]
    said = [each for each in _sentences(sdk) if re.search(r"\blist\b.*\bcursors?\b", each.text, re.IGNORECASE)]
    for sentence in said[:1] if without else ():
        other = "; ".join(f"{each.heading} at {each.place} shows none" for each in without)
        yield _between(sentence.place, "cursors", sentence.text, other)


def _denied_verbs(sdk: PageStatements, endpoints: Sequence[Section]) -> Iterator[Finding]:
    """Verbs that a page about endpoints says not to exist."""
    named = {
        found: text
        for text in [*_sentences(sdk), *(line for section in sdk.sections for line in section.code)]
        for found in re.findall(r"\b\w+\.(\w+)\(\)", text.text)
    }
    for sentence in (each for section in endpoints for each in section.sentences if _DENIED.search(each.text)):
        for verb in dict.fromkeys(_QUOTED.findall(sentence.text)):
            if verb in named:
                yield _between(sentence.place, verb, sentence.text, f"{named[verb].place} has {verb}()")


def _error_attributes(sdk: PageStatements, endpoints: Sequence[Section]) -> Iterator[Finding]:
    classes = [row for row in _rows(sdk) if re.match(r"[A-Z]\w*Error$", row.name)]
    words = {word for row in classes for word in re.findall(r"\w+", row.text)}
    reported: set[str] = set()
    for line in (line for section in sdk.sections for line in section.code):
        for attribute in _ATTRIBUTE.findall(line.text):
            if classes and attribute not in words | reported:
                reported.add(attribute)
                other = f"the table at {classes[0].place} names no such attribute"
                yield _between(line.place, f"error.{attribute}", f"reads {attribute} of an error", other)
