"""``python -m contract_tests`` is novavms-contract, of which an install without the extra ``suite`` has only this."""

import sys


def main() -> int:
    """Run the command line, or name what is not installed; return the exit code."""
    try:
        from contract_tests.cli import main as run
    except ModuleNotFoundError as error:
        missing = f"{error.name} is not installed; the suite needs: pip install 'novavms-contract[suite]'"
        print(f"novavms-contract: {missing}", file=sys.stderr)
        return 2
    return run()


if __name__ == "__main__":
    sys.exit(main())
