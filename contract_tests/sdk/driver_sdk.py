"""An SDK in any language, of which a driver calls the clients; what is about Python is unavailable."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from importlib import metadata
from inspect import Parameter
from typing import Any, NoReturn

import httpx

from contract_tests.output.texts import shorten
from contract_tests.plan import Driver
from contract_tests.sdk import recording_server
from contract_tests.sdk.clients import AWAITED, Client
from contract_tests.sdk.driver_client import DriverClient, RaisedError, parts
from contract_tests.sdk.driver_process import HELLO, TIMEOUT_SECONDS, DriverFailure, DriverProcess
from contract_tests.sdk.installed import Sdk
from contract_tests.verdicts import Unavailable, Violation
from contract_tests.world import World

JSON = dict[str, Any]
#: Why a check is not made.
OF_PYTHON = "looks at Python itself, and a driver calls the SDK"
ERRORS = ("NovaVMSError", "AuthError", "RateLimitError", "ValidationError", "NotFoundError")
#: A driver that has failed so often is not started again.
_MAX_FAILURES = 3
#: Headers of a request that are about its connection, or would change how the mock writes an answer.
_NOT_FORWARDED = ("accept-encoding", "connection", "content-length", "host", "transfer-encoding")


_opened: "dict[tuple[str, ...], DriverSdk]" = {}


class _NamedError(type):
    """The class of an error by its name: what a driver reports with that name is an instance."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, RaisedError) and instance.is_a(cls.__name__)


class DriverSdk(Sdk):
    """The SDK of a driver, which runs from the first call on, and again after a failure."""

    in_process = False

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        #: What the driver says of itself, with the mutant that is active.
        self._hello = driver.hello
        self._process: DriverProcess | None = None
        self._failures: list[DriverFailure] = []
        self._http = httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False)
        self._mutant: str | None = None

    @property
    def version(self) -> str:
        """The version of the SDK."""
        return str(self._hello["version"])

    @property
    def product(self) -> str:
        """The name and the version of the SDK, as its User-Agent has them."""
        return f"{self._hello['name']}/{self.version}"

    def part(self, name: str, module: str = "") -> Any:
        """Return the class of a documented error. Raises Unavailable for anything else."""
        if module != "errors" or name not in ERRORS:
            self._unavailable()
        return _NamedError(name, (), {})

    def attribute(self, module: str, name: str) -> Any:
        """Raise Unavailable."""
        self._unavailable()

    def _distribution(self) -> metadata.Distribution:
        self._unavailable()

    def options(self, kind: str) -> Mapping[str, Parameter]:
        """Raise Unavailable."""
        self._unavailable()

    def refuses(self, kind: str) -> bool:
        """Whether a client cannot be made without any option."""
        return "raised" in self._make(kind)

    def make(self, kind: str, **options: Any) -> Any:
        """Raise Unavailable: there is no client without a server for it."""
        self._unavailable()

    def default_url(self, kind: str, world: World) -> str:
        """Return what the client shows as the URL that it calls by default. Raises Unavailable if it shows none."""
        found = self._make(kind, api_key=world.actor("owner").token)
        if "client" in found:
            self.request("close", client=found["client"])
        if "base_url" not in found:
            raise Unavailable("the client does not show which URL it calls by default")
        return str(found["base_url"])

    def through(self, kind: str, proxy: str) -> JSON:
        """Return the options with which a client calls through a proxy. Raises Unavailable."""
        if "proxy" not in self._hello["options"]:
            raise Unavailable("the driver makes no clients that call through a proxy")
        return {"proxy": proxy}

    @contextmanager
    def client(self, kind: str, world: World, role: str = "owner", **options: Any) -> Iterator[Client]:
        """Make a client with the key of a role, whose requests come to a server of its own.

        Raises Unavailable for options that only Python has, Violation when the client cannot be made.
        """
        target = world.session.target.config.base_url
        chosen = {"api_key": world.actor(role).token, "base_url": target, **options}
        self._require(kind, chosen)
        made: DriverClient
        with recording_server.running(lambda request: made.answer(request)) as url:
            called = None if chosen["base_url"] == target else httpx.URL(chosen["base_url"])
            if "proxy" not in options:
                chosen["base_url"] = url if called is None else _below(url, chosen["base_url"])
            found = self._make(kind, **chosen)
            if "raised" in found:
                raise Violation("", f"a client with {sorted(chosen)}", repr(RaisedError(found["raised"])))
            handle = found["client"]
            raw = parts(lambda: made, handle, found.get("shown", "client"), kind, self._hello)
            forward = partial(self._forward, target)
            made = DriverClient(raw, kind, role, world.recorder, request=self.request, forward=forward, called=called)
            made.pauses_really = self._sleeps_really(options)
            shown = ", ".join(f"{name}={shorten(repr(value), 60)}" for name, value in options.items())
            world.recorder.snippet[:] = [f"client = client of {self._hello['name']}({shown})"]
            try:
                yield made
            finally:
                with suppress(DriverFailure):
                    self.request("close", client=handle)

    def request(self, method: str, limit: float = TIMEOUT_SECONDS, /, **parameters: Any) -> JSON:
        """Return the result of a method of the driver, which is started if it does not run. Raises DriverFailure."""
        try:
            return self._running().request(method, limit, **parameters)
        except DriverFailure as failure:
            self._process = None
            self._failures.append(failure)
            raise

    def activate(self, mutant: str | None) -> None:
        """Have a mutant active in the driver, or none. Raises DriverFailure; those with the one before do not count."""
        self._failures.clear()
        self._mutant = None
        self.request("mutate", mutant=mutant)
        self._mutant = mutant
        self._hello = self.request("hello", **HELLO)

    def close(self) -> None:
        """End the driver."""
        self._http.close()
        if self._process is not None:
            self._process.close()
            self._process = None

    def _running(self) -> DriverProcess:
        if self._process is None:
            if len(self._failures) >= _MAX_FAILURES:
                raise self._failures[-1]
            self._process = DriverProcess(self._driver.command, self._driver.folder)
            self._process.request("hello", **HELLO)
            if self._mutant is not None:
                self._process.request("mutate", mutant=self._mutant)
        return self._process

    def _make(self, kind: str, **options: Any) -> JSON:
        given = {name: value for name, value in options.items() if value is not None}
        return self.request("make_client", options=given, **{"async": kind == AWAITED})

    def _require(self, kind: str, chosen: Mapping[str, Any]) -> None:
        known = self._hello
        if kind == AWAITED and "async" not in known["capabilities"]:
            raise Unavailable("the driver has no second kind of client, which is awaited")
        if chosen["base_url"] is None:
            raise Unavailable("the client of a driver is not let call its default URL")
        for name, value in chosen.items():
            if value is not None and name not in known["options"]:
                raise Unavailable(f"the driver does not take the option {name}")

    def _sleeps_really(self, options: Mapping[str, Any]) -> bool:
        """Whether a client with these options takes real time between its tries."""
        return "fake_sleep" not in self._hello["capabilities"] and options.get("max_retries") != 0

    def _forward(self, target: str, request: httpx.Request) -> httpx.Response:
        """Pass a request on to the mock, and return its answer. Raises httpx.HTTPError."""
        url = httpx.URL(target).copy_with(raw_path=request.url.raw_path)
        headers = [(name, text) for name, text in request.headers.multi_items() if name not in _NOT_FORWARDED]
        headers.append(("accept-encoding", "identity"))
        return self._http.request(request.method, url, headers=headers, content=request.read())

    def _unavailable(self) -> NoReturn:
        raise Unavailable(OF_PYTHON)


def _below(address: str, url: str) -> str:
    """Return an address with the path of a URL, and with a slash at its end if the URL has one."""
    path = httpx.URL(url).raw_path.decode().removesuffix("/")
    return f"{address}{path}{'/' * url.endswith('/')}"


def opened(driver: Driver) -> DriverSdk:
    """Return the SDK of a driver, the same in all of this process."""
    return _opened.setdefault(driver.command, DriverSdk(driver))
