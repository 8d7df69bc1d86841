"""The key of a client is in the credentials of its requests, and nowhere else."""

import logging
import string
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress
from functools import partial
from io import StringIO
from itertools import cycle
from random import Random
from typing import Any

import httpx
import pytest

from contract_tests.expectations import Expect
from contract_tests.sdk import fake_servers, verbs
from contract_tests.sdk.clients import Client
from contract_tests.sdk.installed import CLIENTS, Sdk
from contract_tests.sdk.surface import namespaces
from contract_tests.sdk.traffic import Server
from contract_tests.world import World

#: So much of a key in a row is not to be seen; to show how one begins or ends is usual.
MAX_SHOWN_CHARACTERS = 12


def new_key(rng: Random) -> str:
    """Return a key that occurs nowhere by chance."""
    return "sk_live_" + "".join(rng.choice(string.ascii_letters + string.digits) for _ in range(48))


def broken_off(error: type[httpx.TransportError], request: httpx.Request) -> httpx.Response:
    """Answer no request, as when the network fails."""
    raise error("broken off", request=request)


FAILURES: dict[str, Server] = {
    **{str(status): fake_servers.failing(status, "some_code") for status in (400, 401, 403, 404, 409, 429, 503)},
    "redirect": lambda _: httpx.Response(302, headers={"Location": "https://login.example.com/"}),
    "page": lambda _: httpx.Response(503, text="<h1>Later</h1>", headers={"Content-Type": "text/html"}),
    "no_connection": partial(broken_off, httpx.ConnectError),
    "no_time": partial(broken_off, httpx.ReadTimeout),
    "half_an_answer": partial(broken_off, httpx.RemoteProtocolError),
}
WRONG_OPTIONS: tuple[dict[str, Any], ...] = (
    {"timeout": -1},
    {"max_retries": -1},
    {"base_url": "nowhere"},
    {"http_client": object()},
    {"user_agent": "two\nlines"},
)


class _Records(logging.Handler):
    """Keeps the texts of all log records."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the text of a record."""
        self.texts.append(self.format(record))


@contextmanager
def written() -> Iterator[list[str]]:
    """Yield a list that holds, when the block has ended, what was logged and printed in it."""
    texts: list[str] = []
    records, printed, root = _Records(), StringIO(), logging.getLogger()
    level = root.level
    with ExitStack() as stack:
        stack.callback(root.setLevel, level)
        stack.callback(root.removeHandler, records)
        root.addHandler(records)
        root.setLevel(logging.DEBUG)
        stack.enter_context(redirect_stdout(printed))
        stack.enter_context(redirect_stderr(printed))
        yield texts
    texts += [*records.texts, printed.getvalue()]


def expect_hidden(expect: Expect, key: str, text: str, what: str) -> None:
    """Expect that a text does not hold the key, nor a long part of it."""
    ends = range(MAX_SHOWN_CHARACTERS, len(key) + 1)
    part = next((part for end in ends if (part := key[end - MAX_SHOWN_CHARACTERS : end]) in text), "")
    shown = text.replace(key, "THE KEY").replace(part, "A PART OF THE KEY") if part else ""
    expect("SDK-15", not part, f"{what} without the key", shown)


@pytest.mark.rules("SDK-15")
def test_the_key_is_not_shown_by_a_client(sdk: Sdk, kind: str, world: World, expect: Expect) -> None:
    key = new_key(Random(world.session.seed))
    with sdk.client(kind, world, api_key=key) as client:
        client.server = fake_servers.empty
        page = client.call("sites.list")
        shown = {"the client": client.raw, "a page": page, **dict(namespaces(client.raw))}
        for name, thing in shown.items():
            expect_hidden(expect, key, f"{thing!r} {thing}", f"the text of {name}")


@pytest.mark.rules("SDK-15")
def test_the_key_is_not_shown_by_an_error(sdk: Sdk, kind: str, world: World, expect: Expect) -> None:
    rng = Random(world.session.seed)
    key = new_key(rng)
    with sdk.client(kind, world, api_key=key, max_retries=1) as client:
        for call, failure in zip(verbs.draw_all(client, rng), cycle(FAILURES), strict=False):
            client.server = FAILURES[failure]
            error = call.fails(client)
            lines = [*traceback.format_exception(error), repr(error), repr(error.args), repr(vars(error))]
            expect_hidden(expect, key, "\n".join(lines), f"the error of {call} with {failure}")


@pytest.mark.python
@pytest.mark.rules("SDK-15")
def test_the_key_is_not_shown_by_an_error_of_a_constructor(sdk: Sdk, kind: str, world: World, expect: Expect) -> None:
    key = new_key(Random(world.session.seed))
    wrong = [{"api_key": key, **options} for options in WRONG_OPTIONS]
    for options in (*wrong, {"api_key": f" {key}\n"}, {"api_key": key.encode()}, {"api_key": f"{key}é"}):
        try:
            sdk.part(CLIENTS[kind])(**options)
        except Exception as error:
            names = sorted(options.keys() - {"api_key"})
            text = "\n".join([*traceback.format_exception(error), repr(error), repr(vars(error))])
            expect_hidden(expect, key, text, f"the error for {names or 'another api_key'}")
    expect("SDK-15", True, "")


@pytest.mark.rules("SDK-15")
def test_the_key_is_neither_logged_nor_printed(sdk: Sdk, kind: str, world: World, expect: Expect) -> None:
    rng = Random(world.session.seed)
    key = new_key(rng)
    servers = cycle((fake_servers.documented(rng), *FAILURES.values()))
    with written() as texts, sdk.client(kind, world, api_key=key) as client:
        for call, server in zip(verbs.draw_all(client, rng), servers, strict=False):
            client.server = server
            with suppress(Exception):
                call.make(client)
    for text in (*texts, *client.logged):
        expect_hidden(expect, key, text, "what is logged and printed")


@pytest.mark.rules("SDK-15")
def test_the_key_is_sent_in_the_credentials_alone(sdk: Sdk, kind: str, world: World, expect: Expect) -> None:
    rng = Random(world.session.seed)
    key = new_key(rng)
    with sdk.client(kind, world, api_key=key) as client:
        client.server = fake_servers.documented(rng)
        for call in verbs.draw_all(client, rng):
            call.make(client)
            expect_sent_once(expect, key, client, str(call))


def expect_sent_once(expect: Expect, key: str, client: Client, call: str) -> None:
    """Expect that nothing of the last request holds the key but its Authorization."""
    request = client.last.request
    others = [f"{name}: {value}" for name, value in request.headers.multi_items() if name != "authorization"]
    text = "\n".join([str(request.url), *others, client.last.content.decode(errors="replace")])
    expect_hidden(expect, key, text, f"the rest of the request of {call}")
