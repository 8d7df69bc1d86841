"""Wrong laws about the options of a client: timeout, an HTTP client of one's own, and what the SDK calls itself."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx

from mutants.base import Mutant, Original, for_each, instead, patch, together
from mutants.parts import CHANNELS, CLIENTS, defaults, heading, making
from novavms import async_client
from novavms._awaiting import AsyncChannel
from novavms._blocking import Channel
from novavms._core import options
from novavms._core.options import agents as true_agents
from novavms._version import __version__

OWN = f"novavms-sdk/{__version__}"


def _patience(change: Callable[[float], Any]) -> Mutant:
    return making(lambda told: replace(told, timeout=change(told.timeout)))


def _never(made: Any) -> Mutant:
    """Let a client wait for ever unless told otherwise."""
    return together(
        patch(made.__init__, "__kwdefaults__", lambda it: {**it, "timeout": None}),
        patch(options, "seconds", lambda original: lambda given: None if given is None else original(given)),
    )


def _agents(change: Callable[[str | None], list[str]]) -> Mutant:
    return instead(options, "agents", change)


def _http(change: Callable[[Any], Any]) -> Mutant:
    """Let both clients use another HTTP client than they were given."""

    def wrap(original: Original) -> Any:
        def init(self: Any, told: Any, http: Any, *sleep: Any) -> None:
            original(self, told, change(http), *sleep)

        return init

    return together(*(patch(channel, "__init__", wrap) for channel in CHANNELS))


def _own(http: Any) -> Any:
    return type(http)()


def _own_with_its_transport(http: Any) -> Any:
    return type(http)(transport=http._transport)


def _own_with_its_headers(http: Any) -> Any:
    return type(http)(headers=http.headers)


def _closing(original: Original) -> Any:
    def send(self: Any, call: Any) -> Any:
        try:
            return original(self, call)
        finally:
            self._http.close()

    return send


def _closing_later(original: Original) -> Any:
    async def send(self: Any, call: Any) -> Any:
        try:
            return await original(self, call)
        finally:
            await self._http.aclose()

    return send


def _refusing(http: Any, kind: type) -> None:
    if http is not None:
        raise TypeError("an HTTP client cannot be passed")


def _lacking(name: str) -> Callable[[Any], Mutant]:
    """Return what makes a client know nothing of an option."""

    def wrap(original: Original) -> Any:
        def init(self: Any, *arguments: Any, **chosen: Any) -> None:
            if name in chosen:
                raise TypeError(f"__init__() got an unexpected keyword argument {name!r}")
            original(self, *arguments, **chosen)

        known = inspect.signature(original)
        left = [each for each in known.parameters.values() if each.name != name]
        init.__signature__ = known.replace(parameters=left)  # type: ignore[attr-defined]
        return init

    return lambda made: patch(made, "__init__", wrap)


MUTANTS: dict[str, Mutant] = {
    **for_each("SDK-20/{}-seconds", (5.0, 30.0, 60.0), lambda seconds: defaults(timeout=seconds)),
    "SDK-20/for-ever": together(*map(_never, CLIENTS)),
    "SDK-20/for-ever-by-the-async-client": _never(async_client.AsyncNovaVMSClient),
    "SDK-20/that-of-httpx": _patience(lambda _: httpx.USE_CLIENT_DEFAULT),
    "SDK-20/always-ten": _patience(lambda _: 10.0),
    "SDK-20/whole-seconds": _patience(lambda seconds: float(int(seconds) or 1)),
    "SDK-20/a-minute-at-most": _patience(lambda seconds: min(seconds, 60.0)),
    "SDK-20/milliseconds": _patience(lambda seconds: seconds / 1000 if seconds != 10.0 else seconds),
    "SDK-20/not-for-what-is-read": _patience(lambda seconds: httpx.Timeout(seconds, read=None)),
    "SDK-26/ignored": _http(_own),
    "SDK-26/ignored-by-the-async-client": _http(lambda it: _own(it) if isinstance(it, httpx.AsyncClient) else it),
    "SDK-26/its-transport-alone": _http(_own_with_its_transport),
    "SDK-26/its-headers-alone": _http(_own_with_its_headers),
    "SDK-26/closed": patch(Channel, "send", _closing),
    "SDK-26/closed-by-the-async-client": patch(AsyncChannel, "send", _closing_later),
    "SDK-26/refused": instead(options, "fitting", _refusing),
    "SDK-27/that-of-httpx": heading(user_agent=None),
    "SDK-27/no-version": _agents(lambda _: ["novavms-sdk"]),
    "SDK-27/another-version": _agents(lambda given: ["novavms-sdk/0.0.0", *true_agents(given)[1:]]),
    "SDK-27/another-name": _agents(lambda given: [f"novavms/{__version__}", *true_agents(given)[1:]]),
    "SDK-27/a-blank-between": _agents(lambda given: ["novavms-sdk", __version__, *true_agents(given)[1:]]),
    "SDK-28/in-its-place": _agents(lambda given: true_agents(given)[-1:]),
    "SDK-28/before-it": _agents(lambda given: true_agents(given)[::-1]),
    "SDK-28/dropped": _agents(lambda given: [OWN]),
    "SDK-28/no-blank-between": _agents(lambda given: ["".join(true_agents(given))]),
    "SDK-28/without-its-version": _agents(lambda given: [text.partition("/")[0] for text in true_agents(given)]),
    "SDK-28/by-its-side": _agents(lambda given: [*true_agents(given), *([] if given is None else [OWN])]),
    **for_each(
        "SDK-29/no-{}",
        ("base_url", "timeout", "max_retries", "http_client", "user_agent"),
        lambda name: together(*map(_lacking(name), CLIENTS)),
    ),
    **for_each(
        "SDK-29/no-{}-of-the-async-client",
        ("max_retries", "http_client", "user_agent"),
        lambda name: _lacking(name)(async_client.AsyncNovaVMSClient),
    ),
}
