"""The limit of a page: which rule a target violates that refuses one from 1 to 100."""

from contract_tests.actors import Answer
from contract_tests.verdicts import Violation
from contract_tests.world import ALERTS, EVENTS

MAX_LIMIT = 100
_RULES = {(EVENTS, 1): "EV-27", (EVENTS, MAX_LIMIT): "EV-28"}


def check(path: str, limit: int | None, answer: Answer) -> None:
    """Raise Violation, of the rule that names the limit if there is one, when the answer refuses a limit in range."""
    if limit is None or not 1 <= limit <= MAX_LIMIT or not answer.is_(400):
        return
    if "limit" in answer.field_errors:
        rule = "AL-14" if path == ALERTS else _RULES.get((path, limit), "")
        raise Violation(rule, f"200 for limit={limit}", answer)
