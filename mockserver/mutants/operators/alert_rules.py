"""Ways to break alert rules: what is sent and shown."""

from collections.abc import Callable

from mockserver.domain import alert_rules as domain
from mockserver.domain.errors import InvalidInput
from mockserver.mutants.operators.operations import receiving
from mockserver.mutants.operators.patches import JSON, Change, Patch, replaced, returning
from mockserver.mutants.operators.values import changed
from mockserver.operations import alert_rules


def received(**changes: Change) -> Patch:
    """Change fields of the bodies that are sent."""
    return receiving(changed(**changes))


def new_rule(change: Callable[[JSON], JSON]) -> Patch:
    """Change the body of a new rule."""
    return receiving(lambda body: body | change(body) if "trigger_type" in body and "name" in body else body)


def shown(name: str, change: Change) -> Patch:
    """Change a field of every rule that is shown in detail."""
    return returning(alert_rules._view, changed(**{name: change}))


def rejecting(wrong: Callable[[domain.AlertRule], bool]) -> Patch:
    """Refuse rules that the condition is true of."""

    def check(rule: domain.AlertRule) -> None:
        if wrong(rule):
            raise InvalidInput({"body": ["is not wanted"]})

    return replaced(lambda: domain.check, check)


def clamped(name: str, low: float, high: float) -> Patch:
    """Move a number into bounds instead of refusing it."""
    return received(**{name: lambda value: min(max(value, low), high) if isinstance(value, int | float) else value})
