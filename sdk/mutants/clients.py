"""Mutants of the two clients: the server that they call, the key that they send, and how alike they are."""

import time
from collections.abc import Callable
from dataclasses import replace
from inspect import Signature
from typing import Any

import httpx

from mutants.operators import change_defaults, change_headers, change_options, change_url, defaults_of, updated
from mutants.patches import Function, Mutant, around, attribute, both, mutant, removed, replaced, reshaped, together
from novavms import AsyncNovaVMSClient, NovaVMSClient
from novavms._awaiting import AsyncChannel
from novavms._blocking import Channel
from novavms._connections import Connections
from novavms._core import options
from novavms._core.call import Call
from novavms._core.options import Options
from novavms.async_client import AsyncEvents, AsyncSites, AsyncWebhooks
from novavms.client import Sites


def _call(change: Callable[[Call[Any]], Call[Any]]) -> Mutant:
    """Change what the asyncio client sends."""
    return around(AsyncChannel.send, lambda original, channel, call: original(channel, change(call)))


def _query(**changed: str) -> Mutant:
    return _call(lambda call: replace(call, query={**call.query, **changed}))


def _page(change: Callable[[Any], Any]) -> Mutant:
    """Change the pages that the asyncio client returns."""

    async def send(original: Function, channel: AsyncChannel, call: Call[Any]) -> Any:
        found = await original(channel, call)
        return change(found) if hasattr(found, "data") else found

    return around(AsyncChannel.send, send)


def _key(change: Callable[[str], str]) -> Mutant:
    return change_headers(authorization=lambda header: f"Bearer {change(header.removeprefix('Bearer '))}")


def _key_optional(init: Function) -> Mutant:
    return attribute(init, "__defaults__", lambda _: ("sk_live_anonymous",))


class _LatestHeaders(httpx.Headers):
    """For every client, the headers of the client that was made last."""

    latest = httpx.Headers()

    def copy(self) -> httpx.Headers:
        return self.latest.copy()


def _share_headers(made: Options) -> Options:
    _LatestHeaders.latest = made.headers
    return replace(made, headers=_LatestHeaders())


def _parameter(name: str, **changed: Any) -> Callable[[Signature], Signature]:
    """Return a change of one parameter of a signature."""
    return lambda signature: signature.replace(
        parameters=[each.replace(**changed) if each.name == name else each for each in signature.parameters.values()]
    )


MUTANTS: dict[str, Mutant] = {
    "SDK-03/version-2": change_url("* *", path=lambda path: path.replace("/api/v1", "/api/v2")),
    "SDK-03/no-version": change_url("* *", path=lambda path: path.replace("/api/v1", "/api")),
    "SDK-03/users-at-version-2": change_url("GET /users", path=lambda path: path.replace("v1", "v2")),
    "SDK-09/no-answer": around(Channel.send, lambda original, channel, call: original(channel, call) and None),
    "SDK-11/no-notes": removed(AsyncEvents.add_notes),
    "SDK-11/no-secrets": removed(AsyncWebhooks.rotate_secret),
    "SDK-11/a-verb-more": attribute(AsyncSites, "archive", lambda _: AsyncSites.remove),
    "SDK-11/another-default": reshaped(AsyncEvents.list, _parameter("limit", default=50)),
    "SDK-11/another-timeout": defaults_of(AsyncNovaVMSClient.__init__, timeout=30.0),
    "SDK-11/other-pages": _query(limit="7"),
    "SDK-11/no-filter": _query(starred="false"),
    "SDK-11/backwards": _page(updated(data=lambda items: items[::-1])),
    "SDK-13/no-block": removed(AsyncNovaVMSClient.__aenter__),
    "SDK-13/no-end-of-the-block": removed(AsyncNovaVMSClient.__aexit__),
    "SDK-14/bare-items": _page(lambda page: page.data),
    "SDK-14/a-dictionary": _page(lambda page: page.model_dump()),
    "SDK-14/no-items": _page(updated(data=lambda _: [])),
    "SDK-14/items-are-dictionaries": _page(updated(data=lambda items: [item.model_dump() for item in items])),
    "SDK-15/in-a-header-of-its-own": change_headers(authorization=None, x_api_key="sk_live_abc123"),
    "SDK-15/lower-case": _key(str.lower),
    "SDK-15/cut": _key(lambda key: key[:32]),
    "SDK-15/basic": change_headers(authorization=lambda header: header.replace("Bearer", "Basic")),
    "SDK-15/not-annotated": reshaped(NovaVMSClient.__init__, _parameter("api_key", annotation=Any)),
    "SDK-15,SDK-16/not-required": together(*map(_key_optional, both(NovaVMSClient.__init__))),
    "SDK-16/not-required-by-the-async-client": _key_optional(AsyncNovaVMSClient.__init__),
    "SDK-17/of-the-last-client": change_options(_share_headers),
    "SDK-18/of-the-examples": change_defaults(base_url="https://novavms.novalien.com"),
    "SDK-18/without-tls": change_defaults(base_url="http://api.novavms.io"),
    "SDK-18/of-the-async-client": defaults_of(AsyncNovaVMSClient.__init__, base_url="https://api.novalien.com"),
    "SDK-19/ignored": replaced(options.checked_base_url, lambda _: options.BASE_URL),
    "SDK-19/no-port": around(options.checked_base_url, lambda original, url: original(url).rsplit(":84", 1)[0]),
    "SDK-19/always-tls": around(
        options.checked_base_url, lambda original, url: original(url).replace("http:", "https:")
    ),
    "SDK-19/not-for-webhooks": change_url("GET /webhooks", host=lambda _: "api.novavms.io"),
}


@mutant(MUTANTS, "SDK-09/awaited", Channel.send)
def _answer_awaited(original: Function, channel: Channel, call: Call[Any]) -> Any:
    answer = original(channel, call)

    async def answered() -> Any:
        return answer

    return answered()


@mutant(MUTANTS, "SDK-10/not-awaited", AsyncSites.list)
def _list_blocking(original: Function, sites: AsyncSites, **filters: Any) -> Any:
    with httpx.Client() as http:
        return Sites(Channel(sites._channel._options, Connections(http))).list(**filters)


@mutant(MUTANTS, "SDK-10/holds-up-the-loop", AsyncChannel.send)
async def _send_blocking(original: Function, channel: AsyncChannel, call: Call[Any]) -> Any:
    with httpx.Client() as http:
        return Channel(channel._options, Connections(http), time.sleep).send(call)


@mutant(MUTANTS, "SDK-11/other-errors", AsyncChannel.send)
async def _raise_value_errors(original: Function, channel: AsyncChannel, call: Call[Any]) -> Any:
    try:
        return await original(channel, call)
    except Exception as error:
        raise ValueError(str(error)) from None


@mutant(MUTANTS, "SDK-13/nothing-inside", AsyncNovaVMSClient.__aenter__)
async def _enter_with_nothing(original: Function, client: AsyncNovaVMSClient) -> None:
    return None


@mutant(MUTANTS, "SDK-13/closed-inside", AsyncNovaVMSClient.__aenter__)
async def _enter_closed(original: Function, client: AsyncNovaVMSClient) -> Any:
    await client.close()
    return client
