"""A worker process: which of the rules of a check it decides."""

from types import SimpleNamespace
from typing import Any

import pytest

from contract_tests.config import TargetConfig
from contract_tests.plan import Plan
from contract_tests.processes.worker import Worker


@pytest.mark.parametrize(
    ("target", "decided"),
    [
        (None, ("GW-02", "AS-42")),
        (TargetConfig("mock", "http://mock", ours=True), ("GW-02", "AS-42")),
        (TargetConfig("staging", "http://staging"), ("GW-02",)),
    ],
)
def test_decisions_of_this_project_are_decided_on_our_mock_alone(
    target: TargetConfig | None, decided: tuple[str, ...]
) -> None:
    check: Any = SimpleNamespace(get_closest_marker=lambda name: SimpleNamespace(args=("GW-02", "AS-42")))
    assert Worker(Plan(rules=("GW-02",), target=target)).rules_of(check) == decided
