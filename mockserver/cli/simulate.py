"""The command ``novavms-mock simulate``."""

import argparse
import sys
from typing import Any

from mockserver.cli.arguments import token, url
from mockserver.simulator.stats import Refused, SimulatorError

DONE, USAGE, TROUBLE = 0, 2, 3
_MAX_GATEWAYS = 100_000
_DESCRIPTION = """\
Pairs gateways with a server, keeps their sockets open and lets each of them report about once a second, until the time
is over or Ctrl-C. A gateway that lost its connection reconnects after a random, growing delay. In the end all gateways
are removed; a second Ctrl-C skips the rest of the removal.

Each gateway costs two calls of the token's rate limit: one to pair it, one to remove it. On a mock with a control plane
the limit of the org is lifted during these calls and restored afterwards. On any other server the simulator waits as
long as the server asks: a minute for each 1,000 gateways at 1,000 calls a minute.

exit codes: 0 done, 2 usage, 3 the server cannot be reached or gateways could not be removed
"""


def add(commands: Any) -> None:
    """Add the command ``simulate`` to the command line."""
    simulate = commands.add_parser(
        "simulate",
        help="simulate gateways that report to a server",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    option = simulate.add_argument
    option("url", nargs="?", type=url, default="http://127.0.0.1:8080", help="the server (default: %(default)s)")
    option("--gateways", type=_gateways, required=True, metavar="N", help=f"how many, 1 to {_MAX_GATEWAYS:,}")
    option("--seconds", type=_seconds, metavar="S", help="stop S seconds after all are paired (default: at Ctrl-C)")
    option("--token", type=token, default="sk_live_acme_operator", help="an operator's token (default: %(default)s)")
    option(
        "--site",
        action="append",
        default=[],
        metavar="ID",
        help="a site; may be repeated (default: all sites)",
    )
    option("--seed", type=int, metavar="N", help="repeat the reported values of a run")
    option("--control-token", type=token, metavar="TOKEN", help="the token of the mock's control plane")
    option("--json", action="store_true", help="print the summary as JSON")
    simulate.set_defaults(run=_simulate)


def _simulate(options: argparse.Namespace) -> int:
    from mockserver.simulator import console
    from mockserver.simulator.simulation import Plan

    plan = Plan(
        url=options.url,
        token=options.token,
        gateways=options.gateways,
        sites=options.site,
        seconds=options.seconds,
        seed=options.seed,
        control_token=options.control_token,
    )
    try:
        return DONE if console.run(plan, as_json=options.json) else TROUBLE
    except SimulatorError as error:
        print(f"novavms-mock simulate: {error}", file=sys.stderr)
        return USAGE if isinstance(error, Refused) else TROUBLE


def _gateways(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MAX_GATEWAYS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {_MAX_GATEWAYS}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return seconds
