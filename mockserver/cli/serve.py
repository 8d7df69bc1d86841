"""The command ``novavms-mock serve``: its options, and the process or processes that serve."""

import argparse
import os
import re
import sys
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from mockserver import CONTROL_PREFIX, fixtures
from mockserver.browsers import ANY, LOOPBACK, is_origin
from mockserver.cli import address, ready_file
from mockserver.cli.usage import UsageError
from mockserver.domain import dates
from mockserver.runtime.timers import in_range
from mockserver.server import workers
from mockserver.server.access_log import FORMATS
from mockserver.server.log_output import LogOutput
from mockserver.server.run import Job, create_mock, serve_job
from mockserver.settings import MEMORY, Settings

_MAX_WORKERS = 64
_MIN_JOURNAL_CALLS, _MAX_JOURNAL_CALLS = 100, 100_000
_HOST_NAME = re.compile(r"[A-Za-z0-9_.-]{1,253}|\[?[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\]?")
_EXAMPLES = """examples:
  novavms-mock serve                                   the data of the documentation's examples, on 127.0.0.1:8080
  novavms-mock serve --port 0 --ready-file ready.json  a free port, written to a file once requests are accepted
  novavms-mock serve --scenario five-codes-active      another initial state
  novavms-mock serve --seed 7 --clock 2026-04-21T14:20:00Z
                                                       the same ids, codes and times on every run
  novavms-mock serve --store postgresql://me@localhost/mock --workers 4
                                                       four processes that share the data in a database
  novavms-mock serve --mutant GW-19/never-expires      pairing codes that never expire, against rule GW-19
"""


def add(commands: Any) -> None:
    """Add the command to those of the command line."""
    serve = commands.add_parser(
        "serve",
        help="run the mock server",
        description="Run the mock server until Ctrl-C or SIGTERM.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_server_options(serve.add_argument_group("server"))
    _add_data_options(serve.add_argument_group("data"))
    _add_api_options(serve.add_argument_group("API"))
    _add_control_options(serve.add_argument_group("control plane"))
    _add_webhook_options(serve.add_argument_group("webhooks"))
    serve.set_defaults(run=_serve)


def _add_server_options(group: Any) -> None:
    address.add_options(group)
    add = group.add_argument
    workers_help = "number of processes that serve this address; more than one need a database (default: %(default)s)"
    add("--workers", type=_workers, default=1, metavar="N", help=workers_help)
    ready_help = "write base_url, control_url and pid to this file as JSON once requests are accepted"
    add("--ready-file", type=Path, metavar="PATH", help=ready_help)
    log_help = "format of the access log, one line per request on stderr (default: %(default)s)"
    add("--log-format", choices=tuple(FORMATS), default="text", help=log_help)


def _add_data_options(group: Any) -> None:
    store_help = "where the data is kept (default: memory, until the mock stops)"
    group.add_argument("--store", type=_store, default=MEMORY, metavar="memory|postgresql://…", help=store_help)
    initial = group.add_mutually_exclusive_group()
    fixture_help = "seed data: the name of a fixture, or a file (default: what is in the store, or acme)"
    initial.add_argument("--fixture", metavar="NAME", help=fixture_help)
    scenario_help = "seed data: the name of a scenario; `novavms-mock scenarios` lists them"
    initial.add_argument("--scenario", type=_scenario, dest="fixture", metavar="NAME", help=scenario_help)
    seed_help = "repeat ids, codes, tokens and generated events on every run"
    group.add_argument("--seed", type=int, metavar="N", help=seed_help)
    clock_help = "the time at which the mock's clock starts, RFC 3339 (default: real)"
    group.add_argument("--clock", type=_clock, default=None, metavar="real|TIME", help=clock_help)


def _add_api_options(group: Any) -> None:
    spec_help = "serve another OpenAPI document; operations that are not implemented answer with its examples"
    group.add_argument("--spec", metavar="FILE", help=spec_help)
    mutant_help = "break a rule on purpose; may be repeated; `novavms-mock mutants` lists them"
    group.add_argument("--mutant", action="append", default=[], metavar="ID", help=mutant_help)
    cors_help = (
        "origins whose pages may call the API from a browser, such as https://app.example.com, * or none "
        "(default: loopback, every page of this machine)"
    )
    group.add_argument("--cors", nargs="+", action="extend", type=_origin, default=[], metavar="ORIGIN", help=cors_help)
    strict_help = "answer 500, and say what differs, instead of an answer that differs from the document"
    group.add_argument("--strict-responses", action="store_true", help=strict_help)


def _add_control_options(group: Any) -> None:
    group.add_argument("--no-control", action="store_true", help=f"leave out the control plane under {CONTROL_PREFIX}")
    token_help = "require this bearer token on the control plane; mandatory when --host is not a loopback address"
    group.add_argument("--control-token", type=_token, metavar="TOKEN", help=token_help)
    journal_help = f"calls that the journal keeps, {_MIN_JOURNAL_CALLS} to {_MAX_JOURNAL_CALLS} (default: %(default)s)"
    journal_size = Settings.journal_size
    group.add_argument("--journal-calls", type=_journal_calls, default=journal_size, metavar="N", help=journal_help)
    host_help = "allow control plane and sockets to be called by this name or address too; may be repeated"
    group.add_argument("--allow-host", action="append", type=_host_name, default=[], metavar="NAME", help=host_help)


def _add_webhook_options(group: Any) -> None:
    place_help = "allow deliveries to this CIDR or host, with or without port (default: this machine); may be repeated"
    group.add_argument("--allow-webhooks-to", action="append", metavar="PLACE", help=place_help)
    ca_help = "check webhook receivers by these certificates instead of the system's"
    group.add_argument("--webhook-ca", metavar="FILE", help=ca_help)


def _serve(options: argparse.Namespace) -> int:
    _check(options)
    settings = _settings(options)
    mock = create_mock(settings)  # with several workers too, to report settings that cannot be used
    with address.placed(options) as (place, ca_file), address.listening(options) as listener:
        job = Job(
            settings=settings,
            host=options.host,
            port=0 if options.uds else listener.getsockname()[1],
            inherited=listener.fileno() if options.uds else None,
            place=place,
            base_url=address.base_url(options, listener),
            curl_options=address.curl_options(options, ca_file),
            log_format=options.log_format,
        )
        on_ready = partial(_announce, job, options, ca_file)
        if options.workers == 1:
            serve_job(job, mock, listener, on_ready)
        else:
            workers.run(job, options.workers, on_ready)
    return 0


def _announce(job: Job, options: argparse.Namespace, ca_file: Path | None, banner: str) -> None:
    output = LogOutput(sys.stdout.fileno())  # as nobody may read it
    output.write(f"{banner}\n")
    output.close()
    if options.ready_file:
        content: dict[str, object] = {
            "base_url": job.base_url,
            "control_url": None if options.no_control else job.base_url + CONTROL_PREFIX,
            "pid": os.getpid(),
        }
        ready_file.write(options.ready_file, content | address.files(options, ca_file))


def _check(options: argparse.Namespace) -> None:
    """Check options that depend on others or on files. Raises UsageError."""
    address.check(options)
    if not options.no_control and not options.control_token and not address.is_local(options):
        raise UsageError(f"--host {options.host} is no loopback address: it needs --control-token or --no-control")
    if options.ready_file:
        ready_file.prepare(options.ready_file)
    if options.workers > 1 and options.store == MEMORY:
        raise UsageError(f"--workers {options.workers} needs --store postgresql://…")


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
        hosts=(options.host, *options.allow_host),
        cors=_origins(options.cors),
        journal_size=options.journal_calls,
        webhooks_to=tuple(options.allow_webhooks_to or Settings.webhooks_to),
        webhook_ca=options.webhook_ca,
    )


def _host_name(text: str) -> str:
    if not _HOST_NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a host name or address without scheme, port and path")
    return text


def _token(text: str) -> str:
    if not text or text != text.strip() or not text.isprintable():
        raise argparse.ArgumentTypeError("a token is not empty, and has no control characters and no spaces around it")
    return text


def _origin(text: str) -> str:
    if text not in (LOOPBACK, ANY, "none") and not is_origin(text):
        expected = (
            f"an origin such as https://app.example.com, without path and default port, {LOOPBACK}, {ANY} or none"
        )
        raise argparse.ArgumentTypeError(f"{text!r} is not {expected}")
    return text


def _origins(asked: list[str]) -> tuple[str, ...]:
    """Return the origins that --cors allows. Raises UsageError."""
    if "none" not in asked:
        return tuple(asked) or Settings.cors
    if set(asked) != {"none"}:
        raise UsageError(f"--cors {' '.join(asked)}: none stands alone")
    return ()


def _store(text: str) -> str:
    if text != MEMORY and not text.lower().startswith(("postgresql://", "postgres://")):
        raise argparse.ArgumentTypeError(f"{text!r} is neither {MEMORY} nor postgresql://USER:PASSWORD@HOST/DATABASE")
    return text


def _workers(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) <= _MAX_WORKERS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {_MAX_WORKERS}")
    return int(text)


def _journal_calls(text: str) -> int:
    if not (text.isascii() and text.isdigit() and _MIN_JOURNAL_CALLS <= int(text[:9]) <= _MAX_JOURNAL_CALLS):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from {_MIN_JOURNAL_CALLS} to {_MAX_JOURNAL_CALLS}")
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
