"""The places of the SDK that mutants change: what is sent, what comes of it, and what clients are made of."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import replace
from fnmatch import fnmatch
from typing import Any

from mutants.base import Mutant, Original, lacking, patch, together
from novavms import async_client, client
from novavms._awaiting import AsyncChannel
from novavms._blocking import Channel
from novavms._core import exchange, options
from novavms._core.call import Call

CLIENTS = (client.NovaVMSClient, async_client.AsyncNovaVMSClient)
CHANNELS = (Channel, AsyncChannel)


def namespaces(name: str) -> tuple[type, type]:
    """Return the classes of a namespace in both clients."""
    noun = {"alert_rules": "Rules"}.get(name, name.title())
    return getattr(client, noun), getattr(async_client, f"Async{noun}")


def asks(call: Call[Any], where: str) -> bool:
    """Whether a call is one of those at a place such as ``GET /events``, of any method at ``* /events``."""
    return fnmatch(f"{call.method} {call.path}", where)


def sending(where: str, change: Callable[[Call[Any]], Call[Any]]) -> Mutant:
    """Send something else in the place of the calls there."""

    def wrap(original: Original) -> Any:
        def request(told: Any, http: Any, call: Call[Any]) -> Any:
            return original(told, http, change(call) if asks(call, where) else call)

        return request

    return patch(exchange, "request", wrap)


def asking(where: str, **changed: Any) -> Mutant:
    """Send other query parameters with the calls there; None leaves one out, a function makes it of what there is."""
    return sending(where, lambda call: replace(call, query=_fields(call.query, changed)))


def telling(where: str, **changed: Any) -> Mutant:
    """Send other fields in the body of the calls there, likewise."""
    return sending(where, lambda call: replace(call, body=_fields(call.body or {}, changed)))


def addressing(where: str, **changed: Callable[[str], str]) -> Mutant:
    """Change parts of the URL of the calls there, such as its host or path."""

    def wrap(original: Original) -> Any:
        def request(told: Any, http: Any, call: Call[Any]) -> Any:
            made = original(told, http, call)
            if asks(call, where):
                parts = {name: change(getattr(made.url, name)) for name, change in changed.items()}
                made.url = made.url.copy_with(**parts)
            return made

        return request

    return patch(exchange, "request", wrap)


def elsewhere(where: str, path: Callable[[str], str], method: str | None = None) -> Mutant:
    """Send the calls there to another path, maybe by another method."""
    return sending(where, lambda call: replace(call, path=path(call.path), method=method or call.method))


def answering(where: str, change: Callable[[Any], Any]) -> Mutant:
    """Change what the calls there return."""

    def wrap(original: Original) -> Any:
        def answer(call: Call[Any], response: Any) -> Any:
            found = original(call, response)
            return change(found) if asks(call, where) else found

        return answer

    return patch(exchange, "answer", wrap)


def without_sending(where: str, value: Any = None) -> Mutant:
    """Return a value from the calls there and send nothing."""

    def wrap(original: Original) -> Any:
        def send(self: Channel, call: Call[Any]) -> Any:
            return value if asks(call, where) else original(self, call)

        return send

    def wrap_awaited(original: Original) -> Any:
        async def send(self: AsyncChannel, call: Call[Any]) -> Any:
            return value if asks(call, where) else await original(self, call)

        return send

    return together(patch(Channel, "send", wrap), patch(AsyncChannel, "send", wrap_awaited))


def raising(change: Callable[[Any, Any], Any]) -> Mutant:
    """Change the error that a response stands for: ``change`` gets the error and the response."""

    def wrap(original: Original) -> Any:
        def failure(response: Any) -> Any:
            error = original(response)
            return error and change(error, response)

        return failure

    return patch(exchange, "failure", wrap)


def pausing(change: Callable[[float | None, Any, int, Any], float | None]) -> Mutant:
    """Change the pause before a repetition: ``change`` gets it, the response, the attempt and the options."""

    def wrap(original: Original) -> Any:
        def pause(told: Any, response: Any, attempt: int) -> float | None:
            return change(original(told, response, attempt), response, attempt, told)

        return pause

    return patch(exchange, "pause", wrap)


def making(change: Callable[[Any], Any]) -> Mutant:
    """Change the options that a client is made with."""

    def wrap(original: Original) -> Any:
        return lambda *arguments: change(original(*arguments))

    return patch(options, "checked", wrap)


def heading(**changed: Any) -> Mutant:
    """Change the headers of every call, whose names have underscores here; None leaves one out."""

    def change(told: Any) -> Any:
        names = {name.replace("_", "-"): value for name, value in changed.items()}
        return replace(told, headers=type(told.headers)(_fields(dict(told.headers), names)))

    return making(change)


def defaults(**changed: Any) -> Mutant:
    """Give options of both clients other defaults."""
    return together(*(_defaults(made, changed) for made in CLIENTS))


def _defaults(made: Any, changed: Any) -> Mutant:
    return patch(made.__init__, "__kwdefaults__", lambda before: {**before, **changed})


def shaped(method: Any, change: Callable[[inspect.Signature], inspect.Signature]) -> Any:
    """Return a method that does the same and shows another signature."""

    @functools.wraps(method)
    def other(*arguments: Any, **fields: Any) -> Any:
        return method(*arguments, **fields)

    other.__signature__ = change(inspect.signature(method))  # type: ignore[attr-defined]
    return other


def no_verb(namespace: str, *names: str) -> Mutant:
    """Take verbs of a namespace away from both clients."""
    return lacking(*((owner, name) for owner in namespaces(namespace) for name in names))


def _fields(before: Any, changed: Any) -> dict[str, Any]:
    made = {name: value(before.get(name)) if callable(value) else value for name, value in changed.items()}
    return {name: value for name, value in {**before, **made}.items() if value is not None or name not in made}
