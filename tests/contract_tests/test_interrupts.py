import signal
from threading import Thread

import pytest

from contract_tests import interrupts


def test_an_interrupt_waits_for_the_end_of_the_block() -> None:
    steps = []
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012 - the interrupt comes as the inner block ends
        with interrupts.held():
            signal.raise_signal(signal.SIGINT)
            steps.append("done")
        steps.append("never")
    assert steps == ["done"]


def test_afterwards_interrupts_come_at_once_again() -> None:
    with interrupts.held():
        pass
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_a_failure_is_not_hidden_and_other_threads_pass() -> None:
    with pytest.raises(LookupError), interrupts.held():
        raise LookupError
    passed = []

    def work() -> None:
        with interrupts.held():
            passed.append(True)

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert passed
