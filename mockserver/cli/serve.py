"""The command ``novavms-mock serve``: its options, and one process or several that do what they ask."""

import argparse
import ipaddress
import json
import logging
import os
import socket
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from mockserver import app, fixtures
from mockserver.domain import dates
from mockserver.runtime.clock import in_range
from mockserver.server import run, workers
from mockserver.server.access_log import FORMATS, AccessLog
from mockserver.server.banner import banner
from mockserver.settings import MEMORY, Settings

_MOST_WORKERS = 64


class UsageError(Exception):
    """Something on the command line cannot be done; the text is the one line to print."""


def add(commands: Any) -> None:
    """Add the command."""
    serve = commands.add_parser("serve", help="run the mock server")
    add = serve.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    add("--port", type=_port, default=8080, help="port; 0 picks a free one (default: %(default)s)")
    add("--store", type=_store, default=MEMORY, metavar="memory|postgresql://…", help="where the world is kept")
    add("--workers", type=_workers, default=1, metavar="N", help="processes that answer; more than one share a store")
    world = serve.add_mutually_exclusive_group()
    world.add_argument("--fixture", metavar="NAME", help="fixture or file (default: what is in the store, or acme)")
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
    _check(options)
    logging.basicConfig(stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    mock = run.load(_settings(options))
    alone = options.workers == 1
    try:
        listener = (run.bind if alone else run.reserve)(options.host, options.port)
    except OSError as error:
        raise UsageError(f"cannot listen on {options.host}:{options.port}: {error.strerror}") from None
    host = f"[{options.host}]" if ":" in options.host else options.host
    base_url = f"http://{host}:{listener.getsockname()[1]}"
    control_url = None if options.no_control else f"{base_url}{app.CONTROL_PREFIX}"

    def tell(text: str) -> None:
        print(text, flush=True)
        if options.ready_file:
            told = {"base_url": base_url, "control_url": control_url, "pid": os.getpid()}
            _write_whole(options.ready_file, json.dumps(told))

    if not alone:
        return _serve_together(options, listener, base_url, control_url, tell)
    access_log = AccessLog(sys.stderr, FORMATS[options.log_format])
    mock.journal.watch(access_log)

    async def ready() -> None:
        tell(await banner(mock.instance, base_url, control_url))

    run.run(mock, listener, ready)
    access_log.flush()
    return 0


def _serve_together(
    options: argparse.Namespace,
    listener: socket.socket,
    base_url: str,
    control_url: str | None,
    tell: Callable[[str], None],
) -> int:
    job = workers.Job(
        settings=_settings(options),
        host=options.host,
        port=listener.getsockname()[1],
        base_url=base_url,
        control_url=control_url,
        log_format=options.log_format,
    )
    with listener:
        workers.run(job, options.workers, tell)
    return 0


def _check(options: argparse.Namespace) -> None:
    """Refuse what cannot go together. Raises UsageError."""
    if not options.no_control and not options.control_token and not _is_loopback(options.host):
        raise UsageError(
            f"--host {options.host}: beyond loopback the control plane needs --control-token or --no-control"
        )
    if options.ready_file and not options.ready_file.parent.is_dir():
        raise UsageError(f"--ready-file {options.ready_file}: there is no such folder")
    if options.workers > 1 and options.store == MEMORY:
        raise UsageError(f"--workers {options.workers}: takes a store that they share, --store postgresql://…")


def _settings(options: argparse.Namespace) -> Settings:
    return Settings(
        store=options.store,
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


def _store(text: str) -> str:
    if text != MEMORY and not text.startswith(("postgresql://", "postgres://")):
        raise argparse.ArgumentTypeError(f"{text!r} is neither {MEMORY} nor postgresql://USER:PASSWORD@HOST/DATABASE")
    return text


def _workers(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) <= _MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {_MOST_WORKERS}")
    return int(text)


def _scenario(text: str) -> str:
    if text not in fixtures.scenarios():
        raise argparse.ArgumentTypeError(f"{text!r} is not one of {', '.join(fixtures.scenarios())}")
    return text


def _clock(text: str) -> datetime | None:
    try:
        return None if text == "real" else in_range(dates.parse(text))
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(f"{text!r} is neither 'real' nor an RFC 3339 time since 1970") from None
