"""Which function answers which operation of the document."""

import re
from collections.abc import Iterable

from mockserver.operations import (
    alert_rules,
    alerts,
    authentication,
    cameras,
    events,
    gateways,
    sites,
    system,
    users,
    webhooks,
)
from mockserver.operations.call import Function

_MODULES = (events, alerts, alert_rules, gateways, cameras, sites, users, authentication, webhooks, system)


def functions(operation_ids: Iterable[str]) -> dict[str, Function]:
    """Return the functions by operation id; ``listEvents`` is ``list_events`` of one of the modules."""
    found = {}
    for operation_id in operation_ids:
        name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation_id).lower()
        for module in _MODULES:
            if hasattr(module, name):
                found[operation_id] = getattr(module, name)
    return found
