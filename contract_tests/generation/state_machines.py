"""State machines of Hypothesis, run inside a check."""

from collections.abc import Callable
from typing import cast

import hypothesis
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from contract_tests.world import World

#: No shrinking: every try takes a fresh org, so it would cost a minute to make a failing walk shorter.
_PHASES = (hypothesis.Phase.generate,)


def run_machine(world: World, make: Callable[[], RuleBasedStateMachine], examples: int, steps: int) -> None:
    """Let a machine take so many walks of so many steps; the seed of the run repeats them."""
    hypothesis.seed(world.session.seed)(make)
    chosen = hypothesis.settings(max_examples=examples, stateful_step_count=steps, phases=_PHASES)
    run_state_machine_as_test(cast("type[RuleBasedStateMachine]", make), settings=chosen)
