"""The entry point of ``novavms-mock``; ``python -m mockserver`` is the same."""

import os
import signal
import sys
from collections.abc import Callable

_INTERRUPTED = 128  # plus the number of the signal, as shells have it


def main() -> int:
    """Run the command line and return its exit code.

    A signal ends a command at once, without a traceback: ``serve`` with code 0 as later, others with that of a shell.
    """
    _handle_signals(_exit_at_once)  # importing calls back where an exception is lost, and SystemExit is one
    from mockserver.cli.main import main as run

    _handle_signals(_exit)
    return run()


def _handle_signals(handler: Callable[[int, object], None]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # ignored: nohup
            signal.signal(number, handler)


def _exit(number: int, _: object) -> None:
    _handle_signals(_exit_at_once)  # another signal does not wait for what is being ended
    sys.exit(_code(number))


def _exit_at_once(number: int, _: object) -> None:
    os._exit(_code(number))


def _code(number: int) -> int:
    return 0 if sys.argv[1:2] == ["serve"] else _INTERRUPTED + number


if __name__ == "__main__":
    sys.exit(main())
