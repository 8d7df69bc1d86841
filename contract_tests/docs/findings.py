"""What a comparison finds, each with its place."""

from collections.abc import Iterable
from dataclasses import dataclass

from contract_tests.catalogue import Rule
from contract_tests.docs.statements import Place

CONTRADICTION, BETWEEN_PAGES, NO_RULE, NOTE, CHANGE = "contradiction", "between pages", "no rule", "note", "change"
#: The kinds that decide the exit code.
DECIDING = (CONTRADICTION, BETWEEN_PAGES)


@dataclass(frozen=True)
class Finding:
    """What a page says about a subject, and what the document, a rule or another page says about it."""

    kind: str
    place: Place
    subject: str
    page: str
    other: str
    rules: tuple[str, ...] = ()

    @property
    def decides(self) -> bool:
        """Whether the pages fail because of it."""
        return self.kind in DECIDING


def contradiction(place: Place, subject: str, page: str, other: str, rules: Iterable[Rule] = ()) -> Finding:
    """Return the finding that a page says something else than the document or a rule."""
    return Finding(CONTRADICTION, place, subject, page, other, tuple(rule.id for rule in rules))
