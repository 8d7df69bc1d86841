"""``python -m tests.network.matrix``: the suite on correct servers behind a failing network, seed by seed.

Prints what each run found beyond a run without the proxy, and exits with 1 if a rule failed or was an error.
"""

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.contract_tests import live
from tests.network.faults import Faults
from tests.network.proxy import proxied
from tests.stranger.choices import Choices
from tests.stranger.running import running

CONDITIONS = {
    "drops": Faults(drops=0.01),
    "balancer": Faults(balancer_errors=0.01),
    "rate-limits": Faults(rate_limits=0.01),
    "mix": Faults(drops=0.01, balancer_errors=0.01, rate_limits=0.01, delays=0.05),
}
JSON = dict[str, Any]
WRONG = ("fail", "error")
RULES = ("EV-*", "AL-*", "RU-*", "GW-*")
#: The address of a server, and a function that writes a target file for another address of it.
Server = tuple[str, Callable[[str], Path]]


@contextmanager
def stranger(folder: Path) -> Iterator[Server]:
    """Serve the independent server, with our choices."""
    path = folder / "targets.toml"

    def target_file(url: str) -> Path:
        path.write_text(replace(server, base_url=url).target_file("live"))
        return path

    with running(Choices.named("ours")) as server:
        yield server.base_url, target_file


@contextmanager
def mock(folder: Path) -> Iterator[Server]:
    """Serve the mock without its control plane."""
    with live.served(folder) as server:
        yield server.base_url, lambda url: replace(server, base_url=url).file()


SERVERS = {"stranger": stranger, "mock": mock}


def run(server: str, faults: Faults | None, seed: int, rules: Sequence[str] = RULES) -> tuple[int, JSON]:
    """Run the suite on a server through the network, and return its exit code and report.json."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        url, target_file = stack.enter_context(SERVERS[server](folder))
        if faults:
            url = stack.enter_context(proxied(url, faults, seed=seed))
        command = [sys.executable, "-m", "contract_tests", "run", "live", "--config", str(target_file(url))]
        command += [f"--rules={rule}" for rule in rules] + ["--report", name]
        tokens = {f"LIVE_{role.upper()}": token for role, token in live.TOKENS.items()}
        variables = {**os.environ, **tokens, "XDG_STATE_HOME": name}
        ended = subprocess.run(command, env=variables, cwd=live.ROOT, capture_output=True, text=True, check=False)
        return ended.returncode, json.loads((folder / "report.json").read_text())


def with_verdict(report: JSON, *verdicts: str) -> list[str]:
    """Return the ids of the rules with one of the verdicts."""
    return [rule["id"] for rule in report["rules"] if rule["verdict"] in verdicts]


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _try(server: str, condition: str, seed: int, rules: Sequence[str], quiet: Collection[str]) -> list[str]:
    """Run once, print what was found, and return the rules that are wrong, but for those of the run without faults."""
    code, report = run(server, CONDITIONS[condition], seed, rules)
    more = sorted(set(with_verdict(report, *WRONG)) - set(quiet))
    totals = ", ".join(f"{count} {verdict}" for verdict, count in report["totals"].items() if count)
    calls = f"{report['run']['repeated']} of {report['run']['requests']} calls repeated"
    _say(f"{server} {condition} seed {seed}: exit {code}, {totals}, {calls}; wrong: {' '.join(more) or 'none'}")
    for rule in report["rules"]:
        for check in rule["disabled_checks"]:
            if check["not_reached"]:
                _say(f"  {rule['id']} {rule['verdict']}, {check['test']} not reached: {check['reason']}")
    return more


def main() -> int:
    """Run the matrix."""
    parser = argparse.ArgumentParser(prog="python -m tests.network.matrix", description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--servers", nargs="+", choices=SERVERS, default=list(SERVERS))
    parser.add_argument("--conditions", nargs="+", choices=CONDITIONS, default=list(CONDITIONS))
    parser.add_argument("--rules", nargs="+", default=RULES)
    options = parser.parse_args()
    found = []
    for server in options.servers:
        _, report = run(server, None, 0, options.rules)
        quiet = with_verdict(report, *WRONG)
        _say(f"{server} without faults: {report['totals']}; wrong: {' '.join(quiet) or 'none'}")
        for condition, seed in itertools.product(options.conditions, options.seeds):
            found += _try(server, condition, seed, options.rules, quiet)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
