"""The command line novavms-mock."""

import argparse
import ipaddress
import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from mockserver import __version__, app, fixtures, mutants, resources, server
from mockserver.app import Life
from mockserver.clock import within_reach
from mockserver.domain import dates
from mockserver.fixtures import FixtureError
from mockserver.fleet import command as simulate
from mockserver.http.access_log import FORMATS, AccessLog
from mockserver.lives import Mock
from mockserver.mutants import UnknownMutant
from mockserver.openapi import document
from mockserver.openapi.document import DocumentError
from mockserver.openapi.operations import Router
from mockserver.operations import registry, worlds
from mockserver.outbound.destinations import OutboundError
from mockserver.settings import Settings

_EXAMPLES = """examples:
  novavms-mock serve                                   the documentation's world on 127.0.0.1:8080
  novavms-mock serve --port 0 --ready-file ready.json  a free port, written down once it answers
  novavms-mock serve --scenario five-codes-active      a world in a certain moment; see `scenarios`
  novavms-mock serve --seed 7 --clock 2026-04-21T14:20:00Z
                                                       the same ids, codes and times on every run
  novavms-mock simulate --gateways 50                  a fleet that reports to it, until Ctrl-C
  novavms-mock spec --format json > openapi.json       the contract
  novavms-mock coverage                                which operations are implemented
"""


class UsageError(Exception):
    """Something on the command line cannot be done; the text is the one line to print."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code: 0 when it went well, 2 for a mistake in usage or files, 3 for trouble."""
    options = _parser().parse_args(arguments)
    try:
        run: Callable[[argparse.Namespace], int] = options.run
        return run(options)
    except (UsageError, FixtureError, DocumentError, OutboundError, UnknownMutant) as error:
        print(f"novavms-mock: {error}", file=sys.stderr)
        return 2
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
    _add_serve(commands)
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


def _add_serve(commands: Any) -> None:
    serve = commands.add_parser("serve", help="run the mock server")
    add = serve.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    add("--port", type=_port, default=8080, help="port; 0 picks a free one (default: %(default)s)")
    world = serve.add_mutually_exclusive_group()
    world.add_argument("--fixture", default="acme", metavar="NAME", help="fixture or file (default: %(default)s)")
    world.add_argument("--scenario", type=_scenario, dest="fixture", metavar="NAME", help="scenario; see `scenarios`")
    add("--spec", metavar="FILE", help="serve another OpenAPI document; what is not implemented answers its examples")
    add("--seed", type=int, metavar="N", help="make ids, codes and generated events repeat")
    add("--clock", type=_clock, default=None, metavar="real|TIME", help="first instant, RFC 3339 (default: real)")
    add("--mutant", action="append", default=[], metavar="ID", help="break a rule on purpose; see `mutants`")
    add("--strict-responses", action="store_true", help="answer 500 when an answer differs from the document")
    add("--no-control", action="store_true", help="leave out the control plane under /_mock")
    add("--control-token", metavar="TOKEN", help="bearer token the control plane asks for")
    add(
        "--allow-webhooks-to",
        action="append",
        metavar="PLACE",
        help="CIDR or HOST, with :PORT or without, where webhooks may lead; may be repeated (default: this machine)",
    )
    add("--webhook-ca", metavar="FILE", help="check receivers by these certificates in place of the system's")
    add("--ready-file", type=Path, metavar="PATH", help="write base_url, control_url and pid here once ready")
    add("--log-format", choices=tuple(FORMATS), default="text", help="access log (default: %(default)s)")
    serve.set_defaults(run=_serve)


def _serve(options: argparse.Namespace) -> int:
    if not options.no_control and not options.control_token and not _is_loopback(options.host):
        raise UsageError(
            f"--host {options.host}: beyond loopback the control plane needs --control-token or --no-control"
        )
    if options.ready_file and not options.ready_file.parent.is_dir():
        raise UsageError(f"--ready-file {options.ready_file}: there is no such folder")
    logging.basicConfig(stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    mock = Mock(_settings(options))
    try:
        listener = server.bind(options.host, options.port)
    except OSError as error:
        raise UsageError(f"cannot listen on {options.host}:{options.port}: {error.strerror}") from None
    access_log = AccessLog(sys.stderr, FORMATS[options.log_format])
    mock.journal.watch(access_log)
    host = f"[{options.host}]" if ":" in options.host else options.host
    base_url = f"http://{host}:{listener.getsockname()[1]}"
    control_url = None if options.no_control else f"{base_url}{app.CONTROL_PREFIX}"

    async def ready() -> None:
        print(await _welcome(mock.life, base_url, control_url), flush=True)
        if options.ready_file:
            told = {"base_url": base_url, "control_url": control_url, "pid": os.getpid()}
            _write_whole(options.ready_file, json.dumps(told))

    server.run(mock, listener, ready)
    access_log.flush()
    return 0


def _settings(options: argparse.Namespace) -> Settings:
    return Settings(
        fixture=options.fixture,
        spec=options.spec,
        seed=options.seed,
        clock=options.clock,
        mutants=tuple(options.mutant),
        strict_responses=options.strict_responses,
        control=not options.no_control,
        control_token=options.control_token,
        webhooks_to=tuple(options.allow_webhooks_to or Settings.webhooks_to),
        webhook_ca=options.webhook_ca,
    )


async def _welcome(life: Life, base_url: str, control_url: str | None) -> str:
    """Return what a person needs to make the first call."""
    rows = [("ORG", "ROLE", "TOKEN", "SITES")]
    async with life.parts.store.transaction() as tx:
        for org_id in await tx.orgs():
            world = await worlds.describe(tx, org_id) or {}
            for role, actor in world["actors"].items():
                sites = str(len(actor["site_ids"])) if role == "viewer" else "all"
                rows.append((world["name"], role, actor["token"], sites))
    lines = [
        f"NovaVMS mock {__version__}, API {life.parts.document.version}, fixture {life.settings.fixture}, "
        f"seed {life.parts.chance.seed}",
        f"  API      {base_url}/api/v1",
        f"  control  {control_url or 'off'}",
        "",
        *_columns(rows),
        "",
        f'  curl -H "Authorization: Bearer {rows[1][2] if rows[1:] else "TOKEN"}" "{base_url}/api/v1/events?limit=3"',
        "  Ctrl-C stops it.",
    ]
    return "\n".join(lines)


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
    print("\n".join(_columns([("SCENARIO", "WHAT IT IS"), *found.items()])))
    return 0


def _mutants(options: argparse.Namespace) -> int:
    if options.json:
        print(json.dumps([{"id": found.id, "breaks": found.breaks} for found in mutants.known().values()]))
        return 0
    rows = [(found.id, " ".join(found.breaks)) for found in mutants.known().values()]
    print("\n".join(_columns([("MUTANT", "BREAKS"), *rows])))
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
    print("\n".join(_columns([("OPERATION", "METHOD", "PATH", "ANSWERED"), *(tuple(row.values()) for row in rows)])))
    print(f"\n{len(written)} of {len(rows)} operations are implemented.")
    return 0


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def _write_whole(path: Path, text: str) -> None:
    """Write a file that others may be waiting for, so that they never see half of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)


def _scenario(text: str) -> str:
    if text not in fixtures.scenarios():
        raise argparse.ArgumentTypeError(f"{text!r} is not one of {', '.join(fixtures.scenarios())}")
    return text


def _clock(text: str) -> datetime | None:
    try:
        return None if text == "real" else within_reach(dates.parse(text))
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(f"{text!r} is neither 'real' nor an RFC 3339 time since 1970") from None


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")
