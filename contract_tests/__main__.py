"""``python -m contract_tests`` is novavms-contract, of which an install without the extra ``suite`` has only this."""

import signal
import sys


def main() -> int:
    """Run the command line, or say what is not installed or that it was interrupted; return the exit code."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        from contract_tests.cli import main as run
    except ModuleNotFoundError as error:
        missing = f"{error.name} is not installed; the suite needs: pip install 'novavms-contract[suite]'"
        print(f"novavms-contract: {missing}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("novavms-contract: interrupted", file=sys.stderr)
        return 3
    return run()


if __name__ == "__main__":
    sys.exit(main())
