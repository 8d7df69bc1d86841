"""The command line novavms-mock."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from mockserver import __version__, app, fixtures, mutants, resources
from mockserver.cli import serve
from mockserver.cli import simulate as simulate
from mockserver.fixtures import FixtureError
from mockserver.mutants import UnknownMutant
from mockserver.openapi import document
from mockserver.openapi.document import DocumentError
from mockserver.openapi.operations import Router
from mockserver.operations import registry
from mockserver.server.banner import columns
from mockserver.server.workers import WorkerFailed
from mockserver.store.base import StoreError
from mockserver.webhooks.allowlist import WebhookOptionError

_EXAMPLES = """examples:
  novavms-mock serve                                   the documentation's world on 127.0.0.1:8080
  novavms-mock serve --port 0 --ready-file ready.json  a free port, written down once it answers
  novavms-mock serve --scenario five-codes-active      a world in a certain moment; see `scenarios`
  novavms-mock serve --seed 7 --clock 2026-04-21T14:20:00Z
                                                       the same ids, codes and times on every run
  novavms-mock serve --store postgresql://me@localhost/mock --workers 4
                                                       four processes, one world, kept in a database
  novavms-mock simulate --gateways 50                  a fleet that reports to it, until Ctrl-C
  novavms-mock spec --format json > openapi.json       the contract
  novavms-mock coverage                                which operations are implemented
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code: 0 when it went well, 2 for a mistake in usage or files, 3 for trouble."""
    options = _parser().parse_args(arguments)
    try:
        run: Callable[[argparse.Namespace], int] = options.run
        return run(options)
    except (serve.UsageError, FixtureError, DocumentError, WebhookOptionError, StoreError, UnknownMutant) as error:
        print(f"novavms-mock: {error}", file=sys.stderr)
        return 2
    except WorkerFailed as error:
        print(f"novavms-mock: {error}", file=sys.stderr)
        return 3
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="novavms-mock",
        description="A stateful NovaVMS on your own machine.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve.add(commands)
    simulate.add(commands)
    spec = commands.add_parser("spec", help="print the OpenAPI document, or check one")
    spec.add_argument("--format", choices=("yaml", "json"), default="yaml")
    spec.add_argument("--check", nargs="?", const="", metavar="FILE", help="validate FILE (default: the packaged one)")
    spec.set_defaults(run=_spec)
    scenarios = commands.add_parser("scenarios", help="list the packaged worlds and moments")
    scenarios.add_argument("--json", action="store_true")
    scenarios.set_defaults(run=_scenarios)
    wrong_laws = commands.add_parser("mutants", help="list the wrong laws and the rules each breaks")
    wrong_laws.add_argument("--json", action="store_true")
    wrong_laws.set_defaults(run=_mutants)
    coverage = commands.add_parser("coverage", help="list the operations and how each is answered")
    coverage.add_argument("--json", action="store_true")
    coverage.add_argument("--spec", metavar="FILE", help="another OpenAPI document")
    coverage.set_defaults(run=_coverage)
    return parser


def _spec(options: argparse.Namespace) -> int:
    if options.check is not None:
        path = Path(options.check) if options.check else resources.path("spec", "openapi.yaml")
        document.check(path)
        print(f"{path}: valid")
        return 0
    packaged = app.load_document(None)
    print(packaged.yaml_text if options.format == "yaml" else packaged.json_text.decode(), end="")
    return 0


def _scenarios(options: argparse.Namespace) -> int:
    found = fixtures.scenarios()
    if options.json:
        print(json.dumps({"fixtures": fixtures.names(), "scenarios": found}))
        return 0
    print("fixtures:  " + ", ".join(fixtures.names()))
    print("\n".join(columns([("SCENARIO", "WHAT IT IS"), *found.items()])))
    return 0


def _mutants(options: argparse.Namespace) -> int:
    if options.json:
        print(json.dumps([{"id": found.id, "breaks": found.breaks} for found in mutants.known().values()]))
        return 0
    rows = [(found.id, " ".join(found.breaks)) for found in mutants.known().values()]
    print("\n".join(columns([("MUTANT", "BREAKS"), *rows])))
    return 0


def _coverage(options: argparse.Namespace) -> int:
    router = Router(app.load_document(options.spec))
    written = registry.functions(router.operations)
    rows = [
        {"operation": operation.id, "method": operation.method, "path": operation.path,
         "answered": "implemented" if operation.id in written else "from examples"}
        for operation in router.operations.values()
    ]  # fmt: skip
    if options.json:
        print(json.dumps({"operations": rows, "implemented": len(written), "total": len(rows)}))
        return 0
    print("\n".join(columns([("OPERATION", "METHOD", "PATH", "ANSWERED"), *(tuple(row.values()) for row in rows)])))
    print(f"\n{len(written)} of {len(rows)} operations are implemented.")
    return 0


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")
