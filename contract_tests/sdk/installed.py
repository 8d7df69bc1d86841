"""The Python SDK that is installed: what its package holds, what its distribution says, and clients made with it."""

import asyncio
import importlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import metadata
from inspect import Parameter
from typing import Any

from contract_tests.sdk.clients import AWAITED, BLOCKING, Client
from contract_tests.verdicts import Violation
from contract_tests.world import World

DISTRIBUTION, PACKAGE = "novavms-sdk", "novavms"
CLIENTS = {BLOCKING: "NovaVMSClient", AWAITED: "AsyncNovaVMSClient"}
#: How a client lets go of its connections; the documentation does not say, so that none of them may be there.
_FAREWELLS = ("aclose", "close")


class NotInstalled(Exception):
    """There is no SDK that could be checked; the text is one line."""


class Sdk:
    """Looks everything up when it is asked, for a mutant may be in force by then."""

    def __repr__(self) -> str:
        return "sdk"

    def part(self, name: str, module: str = "") -> Any:
        """Return what the package or one of its modules has under a name. Raises Violation."""
        return self.library(f"{PACKAGE}.{module}" if module else PACKAGE, name)

    def library(self, where: str, name: str) -> Any:
        """Return what a module has under a name. Raises Violation."""
        try:
            found = importlib.import_module(where)
        except Exception as error:
            raise Violation("", f"a module {where}", f"{type(error).__name__}: {error}") from None
        if not hasattr(found, name):
            raise Violation("", f"{name} in {where}", f"{where} without it")
        return getattr(found, name)

    @property
    def about(self) -> metadata.PackageMetadata:
        """What the distribution says of itself. Raises Violation when there is none of the name."""
        return self._distribution().metadata

    @property
    def requires(self) -> list[str]:
        """What the distribution needs."""
        return self._distribution().requires or []

    def _distribution(self) -> metadata.Distribution:
        try:
            return metadata.distribution(DISTRIBUTION)
        except metadata.PackageNotFoundError:
            raise Violation("", f"an installed distribution {DISTRIBUTION}", "none of the name") from None

    def options(self, kind: str) -> Mapping[str, Parameter]:
        """Return what the constructor of a client takes. Raises Violation."""
        return inspect.signature(self.part(CLIENTS[kind])).parameters

    @contextmanager
    def client(self, kind: str, world: World, role: str = "owner", **options: Any) -> Iterator[Client]:
        """Make a client with the key of somebody of the world, for the mock unless the options say otherwise.

        An option None is left out. Raises Violation when it cannot be made.
        """
        chosen = {"api_key": world.actor(role).token, "base_url": world.session.target.config.base_url, **options}
        given = {name: value for name, value in chosen.items() if value is not None}
        with asyncio.Runner() as runner:
            made = Client(self.made(kind, **given), kind, role, world.recorder, runner)
            yield made
            _let_go(made)

    def made(self, kind: str, **options: Any) -> Any:
        """Return a client as the SDK makes it. Raises Violation when it refuses."""
        make: Callable[..., Any] = self.part(CLIENTS[kind])
        try:
            return make(**options)
        except Exception as error:
            raise Violation("", f"{CLIENTS[kind]} with {sorted(options)}", f"{type(error).__name__}: {error}") from None


def check() -> None:
    """See to it that there is an SDK. Raises NotInstalled."""
    try:
        importlib.import_module(PACKAGE)
    except ModuleNotFoundError as error:
        if error.name == PACKAGE:
            raise NotInstalled(f"no SDK is installed here: pip install {DISTRIBUTION}") from None
        raise NotInstalled(f"the package {PACKAGE} cannot be imported: {error}") from None
    except Exception as error:
        raise NotInstalled(f"the package {PACKAGE} cannot be imported: {type(error).__name__}: {error}") from None


def name() -> str:
    """Return what the distribution is called, with its version."""
    try:
        return f"{DISTRIBUTION} {metadata.version(DISTRIBUTION)}"
    except metadata.PackageNotFoundError:
        return f"{PACKAGE}, of no distribution {DISTRIBUTION}"


def _let_go(client: Client) -> None:
    """Close the connections of a client, if it knows how."""
    for name in _FAREWELLS:
        if callable(getattr(client.raw, name, None)):
            client.attempt(getattr(client.raw, name))
            return
