"""What changed from one version of a page to the next, and which rules that touches."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contract_tests.catalogue import Rule
from contract_tests.docs import claims, reference, sentences
from contract_tests.docs.findings import CHANGE, Finding
from contract_tests.docs.statements import PageStatements, Place, Section, Text
from contract_tests.docs.text import closest, stems
from contract_tests.output.texts import shorten

#: What the meaning of an error says in any words.
_REFUSAL = frozenset({"not", "must", "may", "refused"})
Key = tuple[str, str, str]


@dataclass(frozen=True)
class _Statement:
    """A statement: its value, and a description of which only the claims count, apart from implied names."""

    place: Place
    value: str
    rules: Sequence[Rule]
    description: str = ""
    implied: frozenset[str] = frozenset()

    def says_as(self, other: "_Statement") -> bool:
        """Whether two statements say the same."""
        same = self.value == other.value
        return same and claims.alike(self.description, other.description, self.implied)

    def __str__(self) -> str:
        return shorten(" | ".join(filter(None, (self.value, self.description))))


def compare(old: PageStatements, new: PageStatements) -> list[Finding]:
    """Return the changes, in the order of the new page; those that are gone are placed in the old one."""
    before, after = _statements(old), _statements(new)
    found = [_change(key, before.get(key), after.get(key)) for key in {**after, **before}]
    changed = [finding for finding in found if finding] + list(_changed_sentences(old, new))
    return sorted(changed, key=lambda finding: (finding.place.path != new.path, finding.place.line))


def _change(key: Key, old: _Statement | None, new: _Statement | None) -> Finding | None:
    if old and new and old.says_as(new):
        return None
    subject = " ".join(filter(None, key))
    if new is None:
        return _finding(old.place, subject, f"is gone: {old}", old.rules) if old else None
    rules = {rule.id: rule for rule in (*(old.rules if old else ()), *new.rules)}
    text = f"was {old}, is {new}" if old else f"is new: {new}"
    return _finding(new.place, subject, text, list(rules.values()))


def _finding(place: Place, subject: str, text: str, rules: Sequence[Rule]) -> Finding:
    other = "touches " + ", ".join(rule.id for rule in rules) if rules else "touches no rule"
    return Finding(CHANGE, place, subject, text, other, tuple(rule.id for rule in rules))


def _statements(page: PageStatements) -> dict[Key, _Statement]:
    found: dict[Key, _Statement] = {}
    counts: Counter[Key] = Counter()
    for section in page.sections:
        for key, statement in (*_of_inputs(section), *_of_answers(section), *_of_examples(section)):
            counts[key] += 1
            name = f"{key[2]} #{counts[key]}" if counts[key] > 1 else key[2]
            found[(key[0], key[1], name.strip())] = statement
    return found


def _of_inputs(section: Section) -> Iterator[tuple[Key, _Statement]]:
    heading = section.heading
    if section.method:
        yield (heading, "", ""), _Statement(section.place, "", reference.rules_at(heading))
    if access := section.access:
        rules = reference.rules_at(heading, "role and version line")
        scope = "site-scoped" if access.scoped else "not site-scoped"
        for name, value in (("since", access.since), ("role", access.role), ("site scope", scope)):
            yield (heading, name, ""), _Statement(access.place, value, rules)
    for part, rows in (("query parameters", section.query), ("request body", section.body)):
        for row in rows or ():
            rules = reference.rules_at(heading, part, field=row.name)
            value, text = " | ".join((row.type, row.default or "no default")), _constraint(row.constraint)
            if row.type == "enum":  # its values may be any words
                value, text = f"{value} | {text}", ""
            implied = frozenset(claims.words_of(f"{section.path} {row.name}"))
            yield (heading, part, row.name), _Statement(row.place, value, rules, text, implied)


def _of_answers(section: Section) -> Iterator[tuple[Key, _Statement]]:
    heading, implied = section.heading, frozenset(claims.words_of(section.path))
    fields = {row.name for row in (*(section.query or ()), *(section.body or ()))}
    if response := section.response:
        rules = reference.rules_at(heading, f"response {response.status}")
        yield (heading, "response", ""), _Statement(response.place, str(response.status), rules)
        rules = reference.rules_at(heading, "example of")
        is_prose = bool(re.match(r"[A-Z][^,]* .*\.$", response.text))
        value, text = ("", response.text) if is_prose else (_canonical(response.text), "")
        yield (heading, "example", ""), _Statement(response.place, value, rules, text, implied)
    for row in section.errors or ():
        rules = [rule for rule in reference.rules_at(heading, "error responses") if str(row.status) in rule.says]
        named = [word for word in re.findall(r"\w+", row.meaning) if word in fields]
        value = ": ".join((row.code, *sorted(named)))
        statement = _Statement(row.place, value, rules, row.meaning, implied | _REFUSAL)
        yield (heading, "error", str(row.status)), statement


def _of_examples(section: Section) -> Iterator[tuple[Key, _Statement]]:
    heading = section.heading
    shown = [rule for rule in reference.rules_at(heading, "example") if "example of" not in rule.source]
    for text in section.commands:
        yield (heading, "curl", ""), _Statement(text.place, " ".join(text.text.split()), shown)
    for call in section.calls:
        yield (heading, "call", f"{call.namespace}.{call.verb}"), _Statement(call.place, call.text, shown)
    for row in section.rows:
        name = row.name.removeprefix("client.")
        rules = [rule for rule in reference.rules_at(heading) if name in rule.says]
        value = " ".join(row.text.removesuffix(row.description).split())
        yield (heading, "row", row.name), _Statement(row.place, value, rules, row.description)


def _constraint(text: str) -> str:
    """Return a constraint without the order of values and members, and without spaces that mean nothing."""
    spaced = re.sub(r"\s*([-\u2013])\s*(?=\d)", r"\1", " ".join(text.split()))
    ordered = re.sub(r"\{(.*?)\}", lambda found: f"{{{_sorted(found[1])}}}", spaced)
    return (_sorted(ordered) if re.fullmatch(r"\w+(?:, ?\w+)+", ordered) else ordered) or "no constraint"


def _sorted(names: str) -> str:
    return ", ".join(sorted(name.strip() for name in names.split(",")))


def _canonical(text: str) -> str:
    """Return an example without its white space and the order of its keys."""
    try:
        return json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False)
    except (ValueError, RecursionError):
        return " ".join(text.split())


def _changed_sentences(old: PageStatements, new: PageStatements) -> Iterator[Finding]:
    headings = dict.fromkeys(section.heading for page in (new, old) for section in page.sections)
    for heading in headings:
        before, after = ([each for each in page.sections if each.heading == heading] for page in (old, new))
        texts_before, texts_after = _texts(before), _texts(after)
        gone = [each for key, each in texts_before.items() if key not in texts_after]
        added = [each for key, each in texts_after.items() if key not in texts_before]
        rules = sentences.rules_for(after[0], new) if after else sentences.rules_for(before[0], old)
        yield from _of_rules(heading, gone, added, rules)


def _texts(sections: Sequence[Section]) -> dict[str, Text]:
    found = [text for section in sections for text in sentences.sentences_of(section)]
    return {" ".join(text.text.split()): text for text in found}


def _of_rules(heading: str, gone: list[Text], added: list[Text], rules: Sequence[Rule]) -> Iterator[Finding]:
    """Yield the sentences that a rule says; of those without one only what claims something else than before.

    A sentence with other numbers than its rule is about that rule too.
    """
    for texts, others, verb in ((gone, added, "is gone"), (added, gone, "is new")):
        for text in texts:
            if rule := closest(text.text, rules):
                same = [each for each in others if _same_words(each.text, text.text)]
            else:
                same = [each for each in others if claims.alike(each.text, text.text)]
            if not same and (rule or claims.states_something(text.text)):
                yield _finding(text.place, heading, f"{verb}: {shorten(text.text)}", [rule] if rule else [])


def _same_words(text: str, other: str) -> bool:
    return stems(text) == stems(other) and claims.alike(text, other)
