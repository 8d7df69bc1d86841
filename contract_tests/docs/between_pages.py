"""Holds the sections of the pages against each other."""

import re
from collections.abc import Iterator, Sequence

from contract_tests.docs import sdk_against_endpoints
from contract_tests.docs.findings import BETWEEN_PAGES, Finding
from contract_tests.docs.sentences import sentences_of
from contract_tests.docs.statements import ErrorRow, PageStatements, Place, Section
from contract_tests.document import ROLES

_CUT = re.compile(r"\b(?:caps|capped at|truncates|truncated to|cuts off)\b", re.IGNORECASE)
_IF_NONE = re.compile(r"\bonly (?:if|when|where)\b.*\bhas none\b", re.IGNORECASE)
_LOWER_BOUND = re.compile(r"\b[1-9]\d*\s*[-\u2013]\s*\d+")


def compare(pages: Sequence[PageStatements]) -> Iterator[Finding]:
    """Yield how sections differ from others, of the same page or of another."""
    opened = [section for page in pages if page.operations for section in page.sections]
    for sdk in (page for page in pages if page.about_sdk):
        yield from sdk_against_endpoints.compare(sdk, opened)
    for page in pages:
        for section in page.operations:
            yield from _cut_or_refused(section)
            yield from _hidden_or_refused(section, page)
            yield from _role_of_lowest(section)
            yield from _missing_name(section, page)
    yield from _refusals_out_of_scope([section for page in pages for section in page.operations])
    yield from _site_scopes([page for page in pages if page.operations])


def _finding(place: Place, section: Section, page: str, other: str) -> Iterator[Finding]:
    yield Finding(BETWEEN_PAGES, place, section.heading, page, other)


def _error(section: Section, status: int) -> ErrorRow | None:
    return next((row for row in section.errors or () if row.status == status), None)


def _cut_or_refused(section: Section) -> Iterator[Finding]:
    row, cut = _error(section, 413), [each for each in sentences_of(section) if _CUT.search(each.text)]
    if row and cut:
        yield from _finding(row.place, section, f"413: {row.meaning}", f"{cut[0].place}: {cut[0].text}")


def _hidden_or_refused(section: Section, page: PageStatements) -> Iterator[Finding]:
    """A list that both leaves out what a viewer may not see and refuses the viewer."""
    row, opening = _error(section, 403), [each for each in page.sections if not each.method]
    said = [each for part in (*opening, section) for each in part.sentences]
    filtered = [each for each in said if re.search(r"\bviewers?\b.*\bfiltered\b", each.text, re.IGNORECASE)]
    if row and filtered and section.method == "GET" and "{" not in section.path and _is_scope(row):
        yield from _finding(row.place, section, f"403: {row.meaning}", f"{filtered[0].place}: {filtered[0].text}")


def _is_scope(row: ErrorRow) -> bool:
    return bool(re.search(r"\bviewer\b.*\b(?:site|scope)", row.meaning, re.IGNORECASE))


def _role_of_lowest(section: Section) -> Iterator[Finding]:
    row, access = _error(section, 403), section.access
    if row and access and access.role == ROLES[0] and re.search(r"\brole\b", row.meaning, re.IGNORECASE):
        other = f"{access.place}: {access.role}, the lowest role, is enough"
        yield from _finding(row.place, section, f"403: {row.meaning}", other)


def _missing_name(section: Section, page: PageStatements) -> Iterator[Finding]:
    """A field that counts only where there is none yet, though the call before it demands one."""
    for row in section.body or ():
        if not _IF_NONE.search(row.constraint):
            continue
        for other in (each for each in page.operations if each.method == "POST" and each is not section):
            demanded = [each for each in other.body or () if each.name == row.name]
            refused = _error(other, 400)
            if demanded and refused and _LOWER_BOUND.search(demanded[0].constraint) and row.name in refused.meaning:
                said = f"{demanded[0].place}: {other.heading} demands {row.name}, {demanded[0].constraint}"
                yield from _finding(row.place, section, f"{row.name}: {row.constraint}", said)


def _refusals_out_of_scope(sections: Sequence[Section]) -> Iterator[Finding]:
    """Site-scoped reads of which some refuse a viewer outside the scope with 403, and others name no 403."""
    reads = [each for each in sections if each.access and each.access.scoped and "{id}" in each.path]
    refusing = [(each, row) for each in reads if (row := _error(each, 403)) and _is_scope(row)]
    for section in reads if refusing else ():
        if not _error(section, 403):
            other = f"{refusing[0][1].place}: {refusing[0][0].heading} has 403: {refusing[0][1].meaning}"
            yield from _finding(section.place, section, "site-scoped, without 403", other)


def _site_scopes(pages: Sequence[PageStatements]) -> Iterator[Finding]:
    """Pages on which no read of a viewer is site-scoped, while reads of other pages are."""
    reads = {
        page.path: [each for each in page.operations if each.access and each.access.role == ROLES[0]] for page in pages
    }
    scoped = [each for found in reads.values() for each in found if each.access and each.access.scoped]
    for found in reads.values():
        if scoped and found and not any(each.access and each.access.scoped for each in found):
            other = f"{scoped[0].place}: {scoped[0].heading} is"
            yield from _finding(found[0].place, found[0], "no read on this page is site-scoped", other)
