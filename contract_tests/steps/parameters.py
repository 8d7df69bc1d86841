"""Parameters of checks that are made of several operations."""

from collections.abc import Mapping

import pytest
from _pytest.mark import ParameterSet

from contract_tests import document


def with_rules(rules: Mapping[str, str]) -> list[ParameterSet]:
    """Return each operation with its rule, marked with it; ``rules`` has the rules by operationId."""
    operations, mark = document.load().operations, pytest.mark.rules
    return [pytest.param(operations[name], rule, marks=mark(rule), id=name) for name, rule in rules.items()]
