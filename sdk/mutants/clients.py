"""Wrong laws about the two clients: whom they call, in whose name, and that they are alike."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx

from mutants.base import Mutant, Original, instead, lacking, patch, together
from mutants.parts import CLIENTS, addressing, defaults, heading, making, shaped
from novavms._awaiting import AsyncChannel
from novavms._blocking import Channel
from novavms._core import exchange, options
from novavms._core.call import Call
from novavms.async_client import AsyncEvents, AsyncNovaVMSClient, AsyncSites, AsyncWebhooks
from novavms.client import NovaVMSClient, Sites

LAST: list[Any] = []


def _later(original: Original) -> Any:
    """Let the blocking client answer by what is to be awaited."""

    async def done(found: Any) -> Any:
        return found

    return lambda self, call: done(original(self, call))


def _by_itself(original: Original) -> Any:
    """Let a verb of the async client answer at once."""

    def verb(self: Any, *arguments: Any, **fields: Any) -> Any:
        told = self._channel._options
        with httpx.Client() as http:
            return getattr(Sites(Channel(told, http)), original.__name__)(*arguments, **fields)

    return verb


def _holding_up(original: Original) -> Any:
    """Let the async client send as the other one does."""

    async def send(self: AsyncChannel, call: Call[Any]) -> Any:
        with httpx.Client() as http:
            return Channel(self._options, http, time.sleep).send(call)

    return send


def _awaited(change: Callable[[Call[Any]], Call[Any]]) -> Mutant:
    """Change what the async client sends."""

    def wrap(original: Original) -> Any:
        async def send(self: AsyncChannel, call: Call[Any]) -> Any:
            return await original(self, change(call))

        return send

    return patch(AsyncChannel, "send", wrap)


def _awaited_answer(change: Callable[[Any], Any]) -> Mutant:
    def wrap(original: Original) -> Any:
        async def send(self: AsyncChannel, call: Call[Any]) -> Any:
            found = await original(self, call)
            return change(found) if hasattr(found, "data") else found

        return send

    return patch(AsyncChannel, "send", wrap)


def _other_errors(original: Original) -> Any:
    async def send(self: AsyncChannel, call: Call[Any]) -> Any:
        try:
            return await original(self, call)
        except Exception as error:
            raise ValueError(str(error)) from None

    return send


def _query(**changed: str) -> Callable[[Call[Any]], Call[Any]]:
    return lambda call: replace(call, query={**call.query, **changed})


async def _enter_nothing(self: Any) -> None:
    return None


async def _enter_closed(self: Any) -> Any:
    await self.close()
    return self


def _key(change: Callable[[str], str]) -> Mutant:
    return heading(authorization=lambda told: f"Bearer {change(told.removeprefix('Bearer '))}")


def _of_the_last(told: Any) -> Any:
    """Give all clients the headers of the one that was made last."""
    LAST[:] = [told.headers]
    return replace(told, headers=_Shared())


class _Shared:
    def copy(self) -> Any:
        return LAST[0].copy()


def _anonymous(made: Any) -> Mutant:
    return instead(made.__init__, "__defaults__", ("sk_live_anonymous",))


def _unannotated(original: Original) -> Any:
    annotations = {"api_key": Any}
    return shaped(
        original,
        lambda told: told.replace(
            parameters=[
                each.replace(annotation=annotations.get(each.name, each.annotation))
                for each in told.parameters.values()
            ]
        ),
    )


def _other_default(original: Original) -> Any:
    return shaped(
        original,
        lambda told: told.replace(
            parameters=[each.replace(default=50) if each.name == "limit" else each for each in told.parameters.values()]
        ),
    )


MUTANTS: dict[str, Mutant] = {
    "SDK-03/version-2": instead(exchange, "PREFIX", "/api/v2"),
    "SDK-03/no-version": instead(exchange, "PREFIX", "/api"),
    "SDK-03/users-at-version-2": addressing("GET /users", path=lambda path: path.replace("v1", "v2")),
    "SDK-09/awaited": patch(Channel, "send", _later),
    "SDK-09/no-answer": patch(Channel, "send", lambda original: lambda self, call: original(self, call) and None),
    "SDK-10/not-awaited": patch(AsyncSites, "list", _by_itself),
    "SDK-10/holds-up-the-loop": patch(AsyncChannel, "send", _holding_up),
    "SDK-11/no-notes": lacking((AsyncEvents, "add_notes")),
    "SDK-11/no-secrets": lacking((AsyncWebhooks, "rotate_secret")),
    "SDK-11/a-verb-more": instead(AsyncSites, "archive", AsyncSites.remove),
    "SDK-11/another-default": patch(AsyncEvents, "list", _other_default),
    "SDK-11/another-timeout": patch(AsyncNovaVMSClient.__init__, "__kwdefaults__", lambda it: {**it, "timeout": 30.0}),
    "SDK-11/other-pages": _awaited(_query(limit="7")),
    "SDK-11/no-filter": _awaited(lambda call: replace(call, query={**call.query, "starred": "false"})),
    "SDK-11/backwards": _awaited_answer(lambda page: page.model_copy(update={"data": page.data[::-1]})),
    "SDK-11/other-errors": patch(AsyncChannel, "send", _other_errors),
    "SDK-13/no-block": lacking((AsyncNovaVMSClient, "__aenter__")),
    "SDK-13/no-end-of-the-block": lacking((AsyncNovaVMSClient, "__aexit__")),
    "SDK-13/nothing-inside": instead(AsyncNovaVMSClient, "__aenter__", _enter_nothing),
    "SDK-13/closed-inside": instead(AsyncNovaVMSClient, "__aenter__", _enter_closed),
    "SDK-14/bare-items": _awaited_answer(lambda page: page.data),
    "SDK-14/a-dictionary": _awaited_answer(lambda page: page.model_dump()),
    "SDK-14/no-items": _awaited_answer(lambda page: page.model_copy(update={"data": []})),
    "SDK-14/items-are-dictionaries": _awaited_answer(
        lambda page: page.model_copy(update={"data": [item.model_dump() for item in page.data]})
    ),
    "SDK-15/in-a-header-of-its-own": heading(authorization=None, x_api_key="sk_live_abc123"),
    "SDK-15/lower-case": _key(str.lower),
    "SDK-15/cut": _key(lambda key: key[:32]),
    "SDK-15/basic": heading(authorization=lambda told: told.replace("Bearer", "Basic")),
    "SDK-15/not-annotated": patch(NovaVMSClient, "__init__", _unannotated),
    "SDK-15,SDK-16/not-required": together(*map(_anonymous, CLIENTS)),
    "SDK-16/not-required-by-the-async-client": _anonymous(AsyncNovaVMSClient),
    "SDK-17/of-the-last-client": making(_of_the_last),
    "SDK-18/of-the-examples": defaults(base_url="https://novavms.novalien.com"),
    "SDK-18/without-tls": defaults(base_url="http://api.novavms.io"),
    "SDK-18/of-the-async-client": patch(
        AsyncNovaVMSClient.__init__, "__kwdefaults__", lambda it: {**it, "base_url": "https://api.novalien.com"}
    ),
    "SDK-19/ignored": instead(options, "host", lambda _: options.BASE_URL),
    "SDK-19/no-port": patch(options, "host", lambda original: lambda url: original(url).rsplit(":84", 1)[0]),
    "SDK-19/always-tls": patch(options, "host", lambda original: lambda url: original(url).replace("http:", "https:")),
    "SDK-19/not-for-webhooks": addressing("GET /webhooks", host=lambda _: "api.novavms.io"),
}
