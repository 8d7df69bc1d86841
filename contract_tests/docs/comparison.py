"""Holds the pages against the document, the catalogue and each other."""

from collections.abc import Iterator, Sequence

from contract_tests.docs import answers, between_pages, examples, inputs, reference, sdk_tables, sentences
from contract_tests.docs.findings import NOTE, Finding, contradiction
from contract_tests.docs.statements import PageStatements, Section


def compare(pages: Sequence[PageStatements]) -> list[Finding]:
    """Return all findings, page by page in the order of their lines."""
    found = [finding for page in pages for finding in _compare_page(page)]
    found += [*between_pages.compare(pages), *_missing_sections(pages)]
    order = {page.path: number for number, page in enumerate(pages)}
    return sorted(found, key=lambda finding: (order[finding.place.path], finding.place.line))


def _missing_sections(pages: Sequence[PageStatements]) -> Iterator[Finding]:
    """Yield the operations that rules take from such a page, and that no page has."""
    stated = {section.heading for page in pages for section in page.operations}
    for page in pages:
        headings = reference.headings_beside(tuple(section.heading for section in page.operations))
        if missing := [heading for heading in headings if heading not in stated]:
            other = f"rules are taken from sections on {', '.join(missing)}"
            yield Finding(NOTE, page.sections[0].place, "operations", "lacks some that belong to the others", other)


def _compare_page(page: PageStatements) -> Iterator[Finding]:
    for section in page.sections:
        yield from _compare_section(section)
    yield from sdk_tables.compare(page)
    yield from sentences.compare(page)


def _compare_section(section: Section) -> Iterator[Finding]:
    operation = reference.operation_of(section)
    if operation:
        yield from inputs.compare(section, operation)
        yield from answers.compare(section, operation)
        yield from examples.compare(section, operation)
    elif section.method:
        yield contradiction(section.place, section.heading, "documents this call", "the document has no such operation")
    else:
        for call in section.calls:
            yield from examples.compare_call(call, None)
