"""``python -m tests.network URL``: a proxy in front of a server, until it is interrupted."""

import argparse
import sys
import threading
from contextlib import suppress
from dataclasses import MISSING, fields

from tests.network.faults import Faults
from tests.network.proxy import proxied

_SHARES = ("drops", "balancer_errors", "rate_limits", "delays")


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.network", description=__doc__)
    parser.add_argument("url", help="the server's base URL, such as http://127.0.0.1:8080")
    defaults = {each.name: each.default for each in fields(Faults) if each.default is not MISSING}
    for name in _SHARES:
        parser.add_argument(f"--{name.replace('_', '-')}", type=float, default=0.0, metavar="SHARE")
    parser.add_argument("--delay-seconds", type=float, default=defaults["delay_seconds"])
    parser.add_argument("--retry-after", default=defaults["retry_after"])
    parser.add_argument("--dies-after", type=int, metavar="CALLS")
    parser.add_argument("--hangs", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--port", type=int, default=0)
    chosen = parser.parse_args()
    faults = Faults(**{name: getattr(chosen, name) for name in defaults})
    with (
        proxied(chosen.url, faults, seed=chosen.seed, port=chosen.port) as url,
        suppress(KeyboardInterrupt),
    ):
        sys.stdout.write(f"{url}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()
