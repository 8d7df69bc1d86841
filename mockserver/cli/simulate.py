"""The command ``novavms-mock simulate``."""

import argparse
import sys
from typing import Any
from urllib.parse import urlsplit

from mockserver.simulator.plan import Plan
from mockserver.simulator.stats import FleetError, Refused

DONE, USAGE, TROUBLE = 0, 2, 3
_MOST_GATEWAYS = 100_000
_ABOUT = """\
Pairs gateways with a server, keeps their sockets open and lets each report about every second, until the time is over
or Ctrl-C. A gateway that lost its connection comes back after a random, growing pause. In the end all are removed;
a second Ctrl-C leaves those that are not removed yet.

Pairing costs one call of the token's rate limit for each gateway, removal another. Where the control plane of a mock
answers under /_mock, the org's limit is lifted while it would hold these calls up and put back as it was afterwards;
anywhere else the fleet waits as long as the server says: a minute for each 1,000 gateways at 1,000 calls a minute.

exit codes: 0 done, 2 usage, 3 the server cannot be reached or gateways were left behind
"""


def add(commands: Any) -> None:
    """Add the command to those of the command line."""
    simulate = commands.add_parser(
        "simulate",
        help="let a fleet of gateways report to a server",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    option = simulate.add_argument
    option("url", nargs="?", type=_url, default="http://127.0.0.1:8080", help="the server (default: %(default)s)")
    option("--gateways", type=_gateways, required=True, metavar="N", help=f"how many, 1 to {_MOST_GATEWAYS:,}")
    option("--seconds", type=_seconds, metavar="S", help="stop so long after all are paired (default: at Ctrl-C)")
    option("--token", type=_token, default="sk_live_acme_operator", help="an operator's token (default: %(default)s)")
    option("--site", action="append", default=[], metavar="ID", help="a site; may be repeated (default: all there are)")
    option("--seed", type=int, metavar="N", help="make the reported values repeat")
    option("--control-token", type=_token, metavar="TOKEN", help="what the mock's control plane asks for")
    option("--json", action="store_true", help="print the summary as JSON")
    simulate.set_defaults(run=_simulate)


def _simulate(options: argparse.Namespace) -> int:
    from mockserver.simulator import console

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
    except FleetError as error:
        print(f"novavms-mock simulate: {error}", file=sys.stderr)
        return USAGE if isinstance(error, Refused) else TROUBLE


def _url(text: str) -> str:
    try:
        url = urlsplit(text)
        good = url.scheme in ("http", "https") and url.hostname and url.port != 0 and _is_word(text)
    except ValueError:
        good = False
    if not good or url.query or url.fragment or url.username:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form http://HOST:PORT")
    if url.path.rstrip("/").endswith("/api/v1"):
        raise argparse.ArgumentTypeError(f"{text!r} ends with /api/v1, which is added")
    return text.rstrip("/")


def _gateways(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_GATEWAYS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {_MOST_GATEWAYS}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return seconds


def _token(text: str) -> str:
    if not _is_word(text):
        raise argparse.ArgumentTypeError("a token is made of printable ASCII characters without spaces")
    return text


def _is_word(text: str) -> bool:
    return bool(text) and text.isascii() and text.isprintable() and " " not in text
