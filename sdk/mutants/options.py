"""Mutants of the options of a client: timeout, the HTTP client that is passed, the User-Agent."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx

from mutants.operators import change_defaults, change_headers, change_options, defaults_of, in_both
from mutants.patches import Function, Mutant, around, both, for_each, mutant, replaced, together
from novavms import AsyncNovaVMSClient, NovaVMSClient
from novavms._awaiting import AsyncChannel
from novavms._blocking import Channel
from novavms._core import options
from novavms._core.call import Call
from novavms._core.options import Options
from novavms._version import __version__

OWN = f"novavms-sdk/{__version__}"


def _timeout(change: Callable[[Any], Any]) -> Mutant:
    return change_options(lambda made: replace(made, timeout=change(made.timeout)))


def _no_timeout(init: Function) -> Mutant:
    """Let a client wait without limit by default."""
    checked = around(options.checked_timeout, lambda original, given: None if given is None else original(given))
    return together(defaults_of(init, timeout=None), checked)


def _user_agent(change: Callable[[list[str]], list[str]]) -> Mutant:
    """Change the parts of the User-Agent: the SDK's own, then the given one if there is one."""
    return around(options.user_agents, lambda original, given: change(original(given)))


def _http_client(change: Callable[[Any], Any]) -> Mutant:
    """Let both clients use another HTTP client than the one that is passed."""

    def init(original: Function, channel: Any, made: Options, http: Any, *sleep: Any) -> None:
        original(channel, made, type(http)(change(http._given)) if http._given else http, *sleep)

    return in_both(Channel.__init__, init)


def _without_option(init: Function, name: str) -> Mutant:
    """Remove an option of a client."""

    def refuse(original: Function, client: Any, *arguments: Any, **given: Any) -> None:
        if name in given:
            raise TypeError(f"__init__() got an unexpected keyword argument {name!r}")
        original(client, *arguments, **given)

    def shape(signature: inspect.Signature) -> inspect.Signature:
        return signature.replace(parameters=[each for each in signature.parameters.values() if each.name != name])

    return around(init, refuse, shape=shape)


MUTANTS: dict[str, Mutant] = {
    **for_each("SDK-20/{}-seconds", (5.0, 30.0, 60.0), lambda seconds: change_defaults(timeout=seconds)),
    "SDK-20/for-ever": together(*map(_no_timeout, both(NovaVMSClient.__init__))),
    "SDK-20/for-ever-by-the-async-client": _no_timeout(AsyncNovaVMSClient.__init__),
    "SDK-20/that-of-httpx": _timeout(lambda _: httpx.USE_CLIENT_DEFAULT),
    "SDK-20/always-ten": _timeout(lambda _: 10.0),
    "SDK-20/whole-seconds": _timeout(lambda seconds: float(int(seconds) or 1)),
    "SDK-20/a-minute-at-most": _timeout(lambda seconds: min(seconds, 60.0)),
    "SDK-20/milliseconds": _timeout(lambda seconds: seconds / 1000 if seconds != 10.0 else seconds),
    "SDK-20/not-for-what-is-read": _timeout(lambda seconds: httpx.Timeout(seconds, read=None)),
    "SDK-26/ignored": _http_client(lambda http: type(http)()),
    "SDK-26/ignored-by-the-async-client": _http_client(
        lambda http: httpx.AsyncClient() if isinstance(http, httpx.AsyncClient) else http
    ),
    "SDK-26/its-transport-alone": _http_client(lambda http: type(http)(transport=http._transport)),
    "SDK-26/its-headers-alone": _http_client(lambda http: type(http)(headers=http.headers)),
    "SDK-27/that-of-httpx": change_headers(user_agent=None),
    "SDK-27/no-version": replaced(options.user_agents, lambda _: ["novavms-sdk"]),
    "SDK-27/another-version": _user_agent(lambda parts: ["novavms-sdk/0.0.0", *parts[1:]]),
    "SDK-27/another-name": _user_agent(lambda parts: [f"novavms/{__version__}", *parts[1:]]),
    "SDK-27/a-blank-between": _user_agent(lambda parts: ["novavms-sdk", __version__, *parts[1:]]),
    "SDK-28/in-its-place": _user_agent(lambda parts: parts[-1:]),
    "SDK-28/before-it": _user_agent(lambda parts: parts[::-1]),
    "SDK-28/dropped": _user_agent(lambda parts: parts[:1]),
    "SDK-28/no-blank-between": _user_agent(lambda parts: ["".join(parts)]),
    "SDK-28/without-its-version": _user_agent(lambda parts: [text.partition("/")[0] for text in parts]),
    "SDK-28/by-its-side": _user_agent(lambda parts: parts if len(parts) == 1 else [*parts, OWN]),
    **for_each(
        "SDK-29/no-{}",
        ("base_url", "timeout", "max_retries", "http_client", "user_agent"),
        lambda name: together(*(_without_option(init, name) for init in both(NovaVMSClient.__init__))),
    ),
    **for_each(
        "SDK-29/no-{}-of-the-async-client",
        ("max_retries", "http_client", "user_agent"),
        lambda name: _without_option(AsyncNovaVMSClient.__init__, name),
    ),
}


@mutant(MUTANTS, "SDK-26/closed", Channel.send)
def _send_and_close(original: Function, channel: Channel, call: Call[Any]) -> Any:
    try:
        return original(channel, call)
    finally:
        channel._http.current().close()


@mutant(MUTANTS, "SDK-26/closed-by-the-async-client", AsyncChannel.send)
async def _send_and_close_async(original: Function, channel: AsyncChannel, call: Call[Any]) -> Any:
    try:
        return await original(channel, call)
    finally:
        await channel._http.current().aclose()


@mutant(MUTANTS, "SDK-26/refused", options.check_http_client)
def _refuse_http_clients(original: Function, http_client: object, kind: type) -> None:
    if http_client is not None:
        raise TypeError("http_client cannot be passed")
