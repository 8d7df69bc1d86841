"""``python -m contract_tests.python_driver``: a driver for the installed Python SDK (docs/how-to/sdk-driver.md)."""

import argparse
import asyncio
import json
import logging
import sys
import warnings
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from contract_tests.actors import Recorder
from contract_tests.mutation import activation
from contract_tests.mutation.activation import SdkMutants
from contract_tests.sdk import fake_servers, installed, timing, transports
from contract_tests.sdk.answers import as_json
from contract_tests.sdk.clients import AWAITED, BLOCKING, END, Client
from contract_tests.sdk.driver_process import PROTOCOL
from contract_tests.sdk.in_process import PythonClient
from contract_tests.sdk.installed import CLIENTS, NotInstalled, Sdk
from contract_tests.sdk.surface import BASIC_VERBS, NAMESPACES, arguments_for
from contract_tests.sdk.verbs import VERBS, Verb, takes
from contract_tests.verdicts import Violation

JSON = dict[str, Any]
_OPTIONS = ("api_key", "base_url", "timeout", "max_retries", "user_agent", "proxy")
_CARRIED = ("status", "code", "message", "request_id", "field_errors", "retry_after")
#: The names in the protocol of verbs that no page names.
_DESCRIBED = {
    "star|starred": "star",
    "note|annotate": "add_notes",
    "token": "live_view_token",
    "status": "change_status",
    "user|access|grant|member": "set_users",
    "invite|create": "invite",
    "revoke": "revoke_session",
    "rotate|secret": "rotate_secret",
}
_NAMESPACES = (*NAMESPACES, "gateways", "alert_rules")
_KNOWN = {f"{verb.namespace}.{_DESCRIBED.get(verb.name, verb.name)}": verb for verb in VERBS}


class PythonDriver:
    """Answers the requests of the suite."""

    def __init__(self, mutants: SdkMutants | None) -> None:
        self._mutants, self._active = mutants, ExitStack()
        self._sdk = Sdk()
        self._clients: dict[str, tuple[Client, ExitStack]] = {}
        self._walks: dict[str, tuple[Client, Any]] = {}
        self._numbers = count(1)

    def answer(self, request: JSON) -> JSON:
        """Return the result of a request. Raises what fails in the driver."""
        method: Callable[..., JSON] = getattr(self, request["method"])
        given = {name: value for name, value in request.items() if name not in ("id", "method")}
        return method(**{f"{name}_" if name == "async" else name: value for name, value in given.items()})

    def hello(self, protocol: int, fake_sleep: bool) -> JSON:
        """Return what the SDK has."""
        with asyncio.Runner() as runner:
            raw = self._sdk.make(BLOCKING, api_key="-")
            client = PythonClient(raw, BLOCKING, "", Recorder(), runner=runner)
            found, fields = sorted(_verbs(client)), dict(_fields(client))
        capabilities = ["fake_sleep", "async", "datetimes"] + ["mutants"] * (self._mutants is not None)
        return {
            "protocol": PROTOCOL,
            "language": "python",
            "name": installed.DISTRIBUTION,
            "version": self._sdk.version,
            "verbs": found,
            "fields": fields,
            "options": list(_OPTIONS),
            "capabilities": capabilities,
        }

    def make_client(self, options: JSON, async_: bool) -> JSON:
        """Make a client."""
        kind, stack = AWAITED if async_ else BLOCKING, ExitStack()
        given = {name: value for name, value in options.items() if name != "proxy"}
        if "proxy" in options:
            given |= self._sdk.through(kind, options["proxy"])
        try:
            raw = self._sdk.part(CLIENTS[kind])(**given)
        except Exception as error:
            return {"raised": raised(error)}
        runner = stack.enter_context(asyncio.Runner())
        handle = f"client-{next(self._numbers)}"
        made = PythonClient(raw, kind, "", Recorder(), runner=runner)
        self._clients[handle] = made, stack
        return {"client": handle, "shown": repr(raw), **({} if "base_url" in options else _default_url(made))}

    def call(self, client: str, verb: str, ids: list[str], fields: JSON, seconds: float) -> JSON:
        """Call a verb."""
        made, _ = self._clients[client]

        def invoke() -> Any:
            method, arguments, named = self._method(made, verb, ids, decoded(fields))
            return made.invoke(method, *arguments, **named)

        return _outcome(made, invoke)

    def iterate(self, client: str, namespace: str, fields: JSON, seconds: float) -> JSON:
        """Begin to iterate over a list."""
        made, _ = self._clients[client]
        handle = f"iterator-{next(self._numbers)}"

        def start() -> str:
            walk = made.verb(f"{namespace}.{made.walk_name}")(**decoded(fields))
            self._walks[handle] = made, iter(walk) if made.kind == BLOCKING else aiter(walk)
            return handle

        found = _outcome(made, start)
        return {("iterator" if name == "value" else name): value for name, value in found.items()}

    def next(self, iterator: str, seconds: float) -> JSON:
        """Return the next item."""
        made, walk = self._walks[iterator]
        return _outcome(made, lambda: made.step(walk))

    def close(self, client: str) -> JSON:
        """Close a client."""
        made, stack = self._clients.pop(client)
        self._walks = {name: walk for name, walk in self._walks.items() if walk[0] is not made}
        with stack:
            installed.close(made)
        return {}

    def mutate(self, mutant: str | None) -> JSON:
        """Activate a mutant in place of the one before."""
        self._active.close()
        if mutant is not None and self._mutants is not None:
            self._active.enter_context(self._mutants.active(mutant))
        return {}

    def shutdown(self) -> JSON:
        """Return nothing."""
        return {}

    def _method(self, client: Client, name: str, ids: list[str], fields: JSON) -> tuple[Any, list[Any], JSON]:
        """Return the method for a verb, with its arguments."""
        verb = _KNOWN.get(name)
        value = [fields.pop(verb.value)] if verb and verb.value in fields else []
        method = verb.method(client) if verb and verb.described else client.verb(name)
        if method is None or not (verb and verb.described and (verb.value or verb.sends)):
            return method, [*ids, *value], fields
        arguments, named = arguments_for(method, *ids, *value)
        return method, arguments, {**named, **fields}


def decoded(fields: JSON) -> JSON:
    """Return fields with the times that they have."""

    def of(value: Any) -> Any:
        if isinstance(value, list):
            return [of(inner) for inner in value]
        if not isinstance(value, dict):
            return value
        if value.keys() == {"$datetime"}:
            return datetime.fromisoformat(value["$datetime"])
        return {name: of(inner) for name, inner in value.items()}

    return {name: of(value) for name, value in fields.items()}


def raised(error: Exception) -> JSON:
    """Return what the protocol says of an error."""
    classes = [each.__name__ for each in type(error).__mro__ if issubclass(each, Exception)]
    carried = {name: getattr(error, name) for name in _CARRIED if hasattr(error, name)}
    return {"classes": classes, "shown": f"{error!r} {error}", **carried}


def _verbs(client: Client) -> set[str]:
    """Return the verbs that a client has, by their names in the protocol."""
    names = [f"{namespace}.{verb}" for namespace in _NAMESPACES for verb in (*BASIC_VERBS, "delete", "iter")]
    names += [name for name, verb in _KNOWN.items() if not verb.described]
    names += [f"alert_rules.{name.partition('.')[2]}" for name in _KNOWN if name.startswith("rules.")]
    described = {name for name, verb in _KNOWN.items() if verb.described and _has(client, verb)}
    return described | {name for name in names if _is_there(client.raw, name)}


def _fields(client: Client) -> Iterator[tuple[str, list[str]]]:
    """Yield the verbs that take fewer fields than the document has, each with those that it takes."""
    for name, verb in _KNOWN.items():
        if not verb.sends and not verb.value and _has(client, verb) and (method := verb.method(client)):
            known = verb.schema["properties"]
            taken = [field for field in known if takes(method, field)]
            if len(taken) < len(known):
                yield name, taken


def _is_there(raw: Any, name: str) -> bool:
    """Whether a client has a verb by that very name."""
    namespace, short = name.split(".")
    return callable(getattr(getattr(raw, namespace, None), short, None))


def _has(client: Client, verb: Verb) -> bool:
    try:
        return verb.method(client) is not None
    except Violation:
        return False


def _default_url(client: Client) -> JSON:
    """Return the URL that a client calls, seen in a call that nobody answers but this process."""
    client.server = fake_servers.empty
    with suppress(Exception):
        client.invoke(client.verb("sites.list"))
    client.server = None
    url = client.sent.pop().request.url if client.sent else None
    return {} if url is None else {"base_url": f"{url.scheme}://{url.netloc.decode()}"}


def _outcome(client: Client, function: Callable[[], Any]) -> JSON:
    """Return the result of a call: a value, the end of a walk, or an error; and what was slept and logged."""
    client.sleeps.clear()
    with _logged() as log:
        try:
            found = function()
            result = {"done": True} if found is END else _value(found)
        except Violation as violation:
            result = {"hung": True} if "an end within" in violation.expected else {"raised": raised(violation)}
        except Exception as error:
            result = {"raised": raised(error)}
    return {**result, "pauses": list(client.sleeps), "log": log}


def _value(found: Any) -> JSON:
    return {"bytes": b64encode(found).decode()} if isinstance(found, bytes) else {"value": as_json(found)}


@contextmanager
def _logged() -> Iterator[list[str]]:
    """Collect what the SDK logs and warns until the block ends."""
    log: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            log.append(record.getMessage())

    handler, logger = Collector(), logging.getLogger(installed.PACKAGE)
    logger.addHandler(handler)
    level, logger.level = logger.level, logging.DEBUG
    try:
        with warnings.catch_warnings(record=True) as caught:
            yield log
        log += [str(each.message) for each in caught]
    finally:
        logger.removeHandler(handler)
        logger.level = level


def main() -> None:
    """Answer requests until the input ends or one of them asks to end."""
    parser = argparse.ArgumentParser(prog="python -m contract_tests.python_driver", description=__doc__)
    parser.add_argument("--mutants", type=Path, metavar="FILE", help="mutants of the SDK, as of sdk --kill")
    options = parser.parse_args()
    timing.install()
    transports.share_certificates()
    try:
        installed.check()
    except NotInstalled as error:
        parser.exit(2, f"{error}\n")
    driver = PythonDriver(SdkMutants(activation.load(options.mutants)) if options.mutants else None)
    for line in sys.stdin:
        request: Mapping[str, Any] = json.loads(line)
        try:
            answer: JSON = {"result": driver.answer(dict(request))}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps({"id": request["id"], **answer}, default=repr) + "\n")
        sys.stdout.flush()
        if request["method"] == "shutdown":
            return


if __name__ == "__main__":
    main()
