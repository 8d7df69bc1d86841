"""``python -m tests.contract_tests.conformance``: runs the suite on the independent server, which is correct.

Whatever the suite finds wrong there, with ``--strict`` too, is a mistake of the suite.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from contract_tests import catalogue
from contract_tests.commands.exit_codes import CONFORMS
from tests.stranger.choices import Choices
from tests.stranger.gateway_socket import QUERY_NAME
from tests.stranger.running import running

#: The choices that are checked: none of ours, all of ours, and mixes by their seeds.
SEEDS = tuple(str(seed) for seed in range(1, 21))
ALL = ("other", "ours", *SEEDS)
#: How the target file names the way in which a gateway shows its key.
_SOCKET_AUTH = {"bearer": "bearer", "query": f"query:{QUERY_NAME}", "first_message": "first-message"}


def blamed(name: str, rules: Sequence[str] = (), examples: int = 15, own_events: str = "") -> list[str]:
    """Check a server with the named choices by the rules, or all; return each that fails there, with what was found.

    ``own_events`` says how the server answers a client that triggers a camera, "" where clients cannot.
    """
    choices = Choices.named(name)
    with running(choices, own_events=own_events) as server, tempfile.TemporaryDirectory() as folder:
        target_file, report = Path(folder, "targets.toml"), Path(folder, "report")
        target_file.write_text(server.target_file(socket_auth=_SOCKET_AUTH[choices.socket_key]), encoding="utf-8")
        command = [sys.executable, "-m", "contract_tests", "run", "stranger", "--config", str(target_file), "--strict"]
        command += ["--examples", str(examples), "--jobs", "1", "--report", str(report)]
        command += [argument for rule in rules for argument in ("--rules", rule)]
        environment = {**os.environ, "XDG_STATE_HOME": folder}
        process = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        if process.returncode == CONFORMS:
            return []
        return _failures(report / "report.json") or [f"exit code {process.returncode}: {process.stdout[-2000:]}"]


def share(number: int, count: int) -> list[str]:
    """Return the ids of one of ``count`` equal shares of the stated rules."""
    stated = [rule.id for rule in catalogue.load().select(()) if rule.strength == "stated"]
    return stated[number % count :: count]


def _failures(report: Path) -> list[str]:
    rows = json.loads(report.read_text(encoding="utf-8"))["rules"] if report.exists() else []
    failed = [row for row in rows if row["verdict"] in ("fail", "error")]
    return [f"{row['id']}: {json.dumps(row['failure'] or row)}" for row in failed]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line: check every server named, or all; return 1 if a rule fails on one."""
    parser = argparse.ArgumentParser(prog="python -m tests.contract_tests.conformance", description=__doc__)
    parser.add_argument("choices", nargs="*", default=ALL, help="ours, other, or a seed (default: all of them)")
    parser.add_argument(
        "--rules", action="append", default=[], metavar="GLOB", help="only these rules; may be repeated"
    )
    parser.add_argument(
        "--own-events", default="", metavar="WAY", help="triggering a camera is answered or accepted (default: neither)"
    )
    options = parser.parse_args(arguments)
    code = 0
    for name in options.choices:
        failures = blamed(name, options.rules, own_events=options.own_events)
        sys.stdout.write("\n  ".join([f"{name}: {len(failures) or 'nothing'} blamed", *failures]) + "\n")
        sys.stdout.flush()
        code = code or int(bool(failures))
    return code


if __name__ == "__main__":
    sys.exit(main())
