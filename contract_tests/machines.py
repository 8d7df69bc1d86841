"""State machines of Hypothesis, run inside a check."""

from collections.abc import Callable

import hypothesis
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from contract_tests.world import World


def run_machine(world: World, make: Callable[[], RuleBasedStateMachine], examples: int, steps: int) -> None:
    """Let a machine take so many walks of so many steps; the seed of the run repeats them."""
    hypothesis.seed(world.session.seed)(make)
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        make, settings=hypothesis.settings(max_examples=examples, stateful_step_count=steps)
    )
