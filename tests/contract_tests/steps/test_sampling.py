"""What checks try in a run that samples."""

from types import SimpleNamespace
from typing import Any

from contract_tests.steps.sampling import attempts, sample


def world(*, samples: bool, seed: int = 0) -> Any:
    return SimpleNamespace(session=SimpleNamespace(samples=samples, seed=seed))


def test_all_cases_are_tried_by_a_run_that_does_not_sample() -> None:
    assert sample(world(samples=False), "listEvents", range(9)) == range(9)
    assert attempts(world(samples=False), 25) == 25


def test_a_run_that_samples_tries_a_few_different_ones_for_each_key_and_seed() -> None:
    found = [tuple(sample(world(samples=True), key, range(9))) for key in ("listEvents", "getEvent", "getRule")]
    assert all(len(set(cases)) == 2 for cases in found)
    assert len(set(found)) > 1
    assert found[0] == tuple(sample(world(samples=True), "listEvents", range(9)))
    assert len({tuple(sample(world(samples=True, seed=seed), "x", range(9))) for seed in range(5)}) > 1
    assert attempts(world(samples=True), 25) == 2


def test_few_cases_are_all_tried() -> None:
    assert sample(world(samples=True), "x", (1, 2)) == (1, 2)
    assert attempts(world(samples=True), 1) == 1
