"""Ways to break alert rules: their bodies, checks and details."""

from collections.abc import Callable

from mockserver.domain import alert_rules as domain
from mockserver.domain.errors import InvalidInput
from mockserver.mutants.operators.operations import receiving
from mockserver.mutants.operators.patches import JSON, Change, Patch, replaced, returning
from mockserver.mutants.operators.values import changed
from mockserver.operations import alert_rules


def received(**changes: Change) -> Patch:
    """Change fields of request bodies: ``received(name=str.upper)``."""
    return receiving(changed(**changes))


def new_rule(change: Callable[[JSON], JSON]) -> Patch:
    """Change the body of a new rule: ``change`` returns the fields to set."""
    return receiving(lambda body: body | change(body) if "trigger_type" in body and "name" in body else body)


def shown(name: str, change: Change) -> Patch:
    """Change a field of the details of a rule: ``shown("enabled", operator.not_)``."""
    return returning(alert_rules._view, changed(**{name: change}))


def rejecting(condition: Callable[[domain.AlertRule], bool]) -> Patch:
    """Refuse the rules that meet a condition, and no others."""

    def check(rule: domain.AlertRule) -> None:
        if condition(rule):
            raise InvalidInput({"body": ["is not valid"]})

    return replaced(lambda: domain.check, check)


def clamped(name: str, low: float, high: float) -> Patch:
    """Move a number in request bodies into bounds: ``clamped("cooldown_sec", 0, 86400)``."""
    return received(**{name: lambda value: min(max(value, low), high) if isinstance(value, int | float) else value})
