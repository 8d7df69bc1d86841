"""The script that the child process runs: the command line of the mock, until it or the parent process ends.

The mock is the one installed beside this package, whatever the path of modules has first.
"""

import os
import sys
import threading
from pathlib import Path


def main() -> None:
    """Watch standard input, whose other end the parent holds open and never writes to, and run the mock."""
    watched = os.dup(0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    threading.Thread(target=_end_with, args=(watched,), daemon=True).start()
    sys.path.insert(0, str(Path(__file__).parents[1]))
    import mockserver  # noqa: F401 - found first, and with it everything inside it

    del sys.path[0]
    from mockserver.__main__ import main as run

    sys.exit(run())


def _end_with(watched: int) -> None:
    os.read(watched, 1)
    os._exit(1)


if __name__ == "__main__":
    main()
