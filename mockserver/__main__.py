"""The entry point of ``novavms-mock``; ``python -m mockserver`` is the same."""

import signal
import sys

_INTERRUPTED = 128  # plus the number of the signal, as shells have it


def main() -> int:
    """Run the command line and return its exit code.

    A signal ends a command at once, without a traceback: ``serve`` with code 0 as later, others with that of a shell.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # ignored: nohup
            signal.signal(number, _exit)
    from mockserver.cli.main import main as run  # now that a signal during its imports is handled

    return run()


def _exit(number: int, _: object) -> None:
    sys.exit(0 if sys.argv[1:2] == ["serve"] else _INTERRUPTED + number)


if __name__ == "__main__":
    sys.exit(main())
