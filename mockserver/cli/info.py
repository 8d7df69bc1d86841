"""The commands that print what there is: ``spec``, ``scenarios``, ``mutants`` and ``coverage``."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from mockserver import app, fixtures, mutants, resources
from mockserver.openapi.checking import checked
from mockserver.openapi.routing import Router
from mockserver.operations import registry
from mockserver.server.banner import table_lines


def add(commands: Any) -> None:
    """Add the commands to those of the command line."""
    spec = commands.add_parser("spec", help="print the OpenAPI document, or validate one")
    spec.add_argument("--format", choices=("yaml", "json"), default="yaml", help="default: %(default)s")
    spec.add_argument("--check", nargs="?", const="", metavar="FILE", help="validate FILE (default: the packaged one)")
    spec.set_defaults(run=_spec)
    _add_list(commands, "scenarios", "list the packaged fixtures and scenarios", _scenarios)
    about = "list the mutants of `serve --mutant` and the rules that each breaks"
    listed = _add_list(commands, "mutants", about, _mutants)
    listed.add_argument("--generated", action="store_true", help="those that operators make of every operation")
    coverage = _add_list(commands, "coverage", "list the operations and whether each is implemented", _coverage)
    coverage.add_argument("--spec", metavar="FILE", help="operations of another OpenAPI document")


def _add_list(commands: Any, name: str, summary: str, run: Any) -> Any:
    parser = commands.add_parser(name, help=summary)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)
    return parser


def _spec(options: argparse.Namespace) -> int:
    if options.check is not None:
        path = Path(options.check) if options.check else resources.path("spec", "openapi.yaml")
        checked(path)
        print(f"{path}: valid")
        return 0
    packaged = app.load_document(None)
    text = packaged.yaml_text.encode() if options.format == "yaml" else packaged.json_text
    sys.stdout.buffer.write(text)  # UTF-8 whatever the locale, as the document is
    return 0


def _scenarios(options: argparse.Namespace) -> int:
    found = fixtures.scenarios()
    if options.json:
        print(json.dumps({"fixtures": fixtures.names(), "scenarios": found}))
        return 0
    print("fixtures:  " + ", ".join(fixtures.names()))
    print("\n".join(table_lines([("SCENARIO", "WHAT IT IS"), *found.items()])))
    return 0


def _mutants(options: argparse.Namespace) -> int:
    known = (mutants.known_generated() if options.generated else mutants.known()).values()
    if options.json:
        print(json.dumps([each.listed() for each in known]))
        return 0
    rows = [(mutant.id, " ".join(mutant.breaks)) for mutant in known]
    print("\n".join(table_lines([("MUTANT", "BREAKS"), *rows])))
    return 0


def _coverage(options: argparse.Namespace) -> int:
    router = Router(app.load_document(options.spec))
    implemented = registry.functions(router.operations.values())
    rows = [
        {"operation": operation.id, "method": operation.method, "path": operation.path,
         "answered": "implemented" if operation.id in implemented else "from examples"}
        for operation in router.operations.values()
    ]  # fmt: skip
    if options.json:
        print(json.dumps({"operations": rows, "implemented": len(implemented), "total": len(rows)}))
        return 0
    table = [("OPERATION", "METHOD", "PATH", "ANSWERED"), *(tuple(row.values()) for row in rows)]
    print("\n".join(table_lines(table)))
    print(f"\n{len(implemented)} of {len(rows)} operations are implemented.")
    return 0
