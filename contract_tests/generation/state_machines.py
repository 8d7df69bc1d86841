"""Hypothesis state machines that a check runs on a target, each beside a model of what the target must show."""

from collections.abc import Callable, Sequence
from typing import TypeVar, cast

import hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from contract_tests.expectations import Expect
from contract_tests.world import World

T = TypeVar("T")
#: No shrinking: every example takes a fresh org, so it would cost a minute to make a failing one shorter.
_PHASES = (hypothesis.Phase.generate,)
#: A number by which a step picks one of the objects that exist by then.
INDEX = st.integers(0, 100)


class Model(RuleBasedStateMachine):
    """A state machine whose steps act on a world and state what the rules demand of the answers."""

    def __init__(self, world: World, expect: Expect) -> None:
        super().__init__()
        self.world = world
        self.expect = expect


def pick(found: Sequence[T], index: int) -> T:
    """Return the object that an index picks."""
    return found[index % len(found)]


def run_machine(world: World, make: Callable[[], RuleBasedStateMachine], examples: int, steps: int) -> None:
    """Run a state machine for the number of examples, of so many steps each, as the seed of the run draws them.

    A run that samples tries one of three examples, of half the steps.
    """
    if world.session.samples:
        examples, steps = -(-examples // 3), steps // 2
    hypothesis.seed(world.session.seed)(make)
    chosen = hypothesis.settings(max_examples=examples, stateful_step_count=steps, phases=_PHASES)
    run_state_machine_as_test(cast("type[RuleBasedStateMachine]", make), settings=chosen)
