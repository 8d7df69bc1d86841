"""One object as several operations show it: in a list, read alone, in the answer of a change."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from contract_tests.expectations import Expect
from contract_tests.steps.answers import JSON


@dataclass(frozen=True)
class View:
    """An object as one operation shows it; ``rule`` is violated where this view differs from the others."""

    rule: str
    where: str
    shown: JSON


def expect_one_object(expect: Expect, known: JSON, views: Sequence[View]) -> None:
    """State that all views show the known value of each field, and where none is known, the one that most of them show.

    A view may leave out fields.
    """
    for name in sorted({name for view in views for name in view.shown}):
        showing = [view for view in views if name in view.shown]
        counts = Counter(repr(view.shown[name]) for view in showing)
        wanted = repr(known[name]) if name in known else counts.most_common(1)[0][0]
        for view in showing:
            expect.equal(view.rule, repr(view.shown[name]), wanted, f"{name} {view.where}")
