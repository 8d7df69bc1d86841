"""Failures that may follow from another one: what a check has read of a list shows the faults of the list too."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from contract_tests.outcomes import Outcome
from contract_tests.world import ALERTS, EVENTS, GATEWAYS, RULES

#: The rules by which a list has nothing of another org, which concern whatever it shows.
_CONTENT_RULES = {"EV-02": EVENTS, "AL-02": ALERTS, "RU-01": RULES, "GW-09": GATEWAYS}
#: The rules about the cursor of a list, which concern what is shown on further pages.
_PAGE_RULES = {"EV-25": EVENTS, "AL-12": ALERTS}


def causes(violated: Sequence[Outcome]) -> Mapping[str, str]:
    """Return, for each violated rule that may be violated only because a list is wrong, the rule about the list."""
    ids = {outcome.rule.id for outcome in violated}
    roots = [rule for rule in (*_PAGE_RULES, *_CONTENT_RULES) if rule in ids]
    return {
        outcome.rule.id: root
        for outcome in violated
        for root in roots
        if outcome.rule.id not in roots and outcome.failure and _has_read(outcome.failure["exchanges"], root)
    }


def _has_read(exchanges: Iterable[Mapping[str, Any]], root: str) -> bool:
    """Whether calls have read what a rule about a list is about."""
    urls = [urlsplit(exchange["url"]) for exchange in exchanges if exchange["method"] == "GET"]
    if root in _CONTENT_RULES:
        return any(url.path.endswith(_CONTENT_RULES[root]) for url in urls)
    return any(url.path.endswith(_PAGE_RULES[root]) and "cursor" in parse_qs(url.query) for url in urls)
