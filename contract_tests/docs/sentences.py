"""Sentences of a page: which rule says the same, and which sentences have none."""

from collections.abc import Iterator, Sequence

from contract_tests.catalogue import Rule
from contract_tests.docs import claims, reference
from contract_tests.docs.findings import NO_RULE, Finding, contradiction
from contract_tests.docs.statements import PageStatements, Section, Text
from contract_tests.docs.text import closest, numbers
from contract_tests.output.texts import shorten


def compare(page: PageStatements) -> Iterator[Finding]:
    """Yield the sentences that say another number than their rule, and those that claim what no rule says."""
    for section in page.sections:
        rules = rules_for(section, page)
        for sentence in sentences_of(section):
            yield from _compare(sentence, section, rules)


def sentences_of(section: Section) -> list[Text]:
    """Return the sentences of a section, that about its parameters too; not those that only announce what follows."""
    found = [*section.sentences, *([section.same_input] if section.same_input else [])]
    return [sentence for sentence in found if not sentence.text.endswith(":")]


def rules_for(section: Section, page: PageStatements) -> Sequence[Rule]:
    """Return the rules that a sentence of a section may be behind."""
    operation = reference.operation_of(section)
    if operation:
        return [*reference.rules_at(section.heading), *reference.rules_about(operation)]
    if section.method:
        return []
    if page.operations:
        return reference.rules_of_page(tuple(each.heading for each in page.operations))
    first = next((each for each in page.sections if each.sentences), section)
    return reference.rules_of_sdk() if section is first else reference.rules_at(section.heading)


def _compare(sentence: Text, section: Section, rules: Sequence[Rule]) -> Iterator[Finding]:
    if not claims.states_something(sentence.text):
        return
    rule, unknown = closest(sentence.text, rules), _unknown_numbers(sentence.text, rules)
    if rule and not unknown and not _unknown_subjects(sentence.text, rules):
        return
    subject, said = section.heading or "opening paragraph", shorten(sentence.text)
    if rule and unknown and numbers(rule.says):
        yield contradiction(sentence.place, subject, said, rule.says, [rule])
    else:
        yield Finding(NO_RULE, sentence.place, subject, said, "no rule says this")


def _unknown_subjects(sentence: str, rules: Sequence[Rule]) -> frozenset[str]:
    return claims.subjects(sentence).difference(*(claims.subjects(rule.says) for rule in rules))


def _unknown_numbers(sentence: str, rules: Sequence[Rule]) -> frozenset[str]:
    return numbers(sentence).difference(*(numbers(rule.says) for rule in rules))
