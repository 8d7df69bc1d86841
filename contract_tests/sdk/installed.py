"""The installed Python SDK: the contents of its package, the metadata of its distribution, and its clients."""

import asyncio
import importlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import metadata
from inspect import Parameter
from typing import Any

from contract_tests.output.texts import shorten
from contract_tests.sdk import fake_servers
from contract_tests.sdk.clients import AWAITED, BLOCKING, Client
from contract_tests.sdk.in_process import PythonClient
from contract_tests.sdk.transports import HTTP
from contract_tests.verdicts import Violation
from contract_tests.world import World

DISTRIBUTION, PACKAGE = "novavms-sdk", "novavms"
CLIENTS = {BLOCKING: "NovaVMSClient", AWAITED: "AsyncNovaVMSClient"}
#: Methods that may close a client; the documentation names none, so an SDK may have none.
_CLOSE_METHODS = ("aclose", "close")


class NotInstalled(Exception):
    """There is no SDK to check; the text is one line."""


class Sdk:
    """Looks everything up on each use, because a mutant may be active by then.

    ``in_process`` is whether its clients are objects of this process, so that checks can look at Python itself.
    """

    in_process = True

    def __repr__(self) -> str:
        return "sdk"

    def part(self, name: str, module: str = "") -> Any:
        """Return an attribute of the package or of one of its modules. Raises Violation when it does not exist."""
        return self.attribute(f"{PACKAGE}.{module}" if module else PACKAGE, name)

    def attribute(self, module: str, name: str) -> Any:
        """Return an attribute of a module. Raises Violation when it does not exist."""
        try:
            found = importlib.import_module(module)
        except Exception as error:
            raise Violation("", f"a module {module}", f"{type(error).__name__}: {error}") from None
        if not hasattr(found, name):
            raise Violation("", f"{name} in {module}", f"{module} without it")
        return getattr(found, name)

    @property
    def package_metadata(self) -> metadata.PackageMetadata:
        """The metadata of the distribution. Raises Violation when none of that name is installed."""
        return self._distribution().metadata

    @property
    def version(self) -> str:
        """The version of the SDK."""
        return self.package_metadata["Version"] or ""

    @property
    def product(self) -> str:
        """The name and the version of the SDK, as its User-Agent has them."""
        return f"{DISTRIBUTION}/{self.version}"

    @property
    def requires(self) -> list[str]:
        """The requirements of the distribution."""
        return self._distribution().requires or []

    def _distribution(self) -> metadata.Distribution:
        try:
            return metadata.distribution(DISTRIBUTION)
        except metadata.PackageNotFoundError:
            raise Violation("", f"an installed distribution {DISTRIBUTION}", "none of that name") from None

    def options(self, kind: str) -> Mapping[str, Parameter]:
        """Return the parameters of the constructor of a client. Raises Violation when there is no such client."""
        return inspect.signature(self.part(CLIENTS[kind])).parameters

    @contextmanager
    def client(self, kind: str, world: World, role: str = "owner", **options: Any) -> Iterator[Client]:
        """Make a client with the key of a role, for the mock unless the options name another server.

        An option that is None is not passed. Raises Violation when the client cannot be made.
        """
        chosen = {"api_key": world.actor(role).token, "base_url": world.session.target.config.base_url, **options}
        given = {name: value for name, value in chosen.items() if value is not None}
        shown = ", ".join(f"{name}={shorten(repr(value), 60)}" for name, value in given.items() if name != "api_key")
        world.recorder.snippet[:] = [f'client = {CLIENTS[kind]}(api_key=os.environ["NOVAVMS_API_KEY"], {shown})']
        with asyncio.Runner() as runner:
            made = PythonClient(self.make(kind, **given), kind, role, world.recorder, runner=runner)
            try:
                yield made
            except BaseException:
                with suppress(Exception):  # what ended the block counts
                    close(made)
                raise
            close(made)

    def refuses(self, kind: str) -> bool:
        """Whether a client cannot be made without any option. Raises Violation when there is no such client."""
        constructor: Callable[[], Any] = self.part(CLIENTS[kind])
        try:
            constructor()
        except Exception:
            return True
        return False

    def default_url(self, kind: str, world: World) -> str:
        """Return the URL of a call by a client that was made without one. Raises Violation."""
        with self.client(kind, world, base_url=None) as client:
            client.server = fake_servers.empty
            client.call("cameras.list")
            return str(client.last.request.url)

    def through(self, kind: str, proxy: str) -> dict[str, Any]:
        """Return the options with which a client calls through a proxy."""
        return {"http_client": HTTP[kind](proxy=proxy)}

    def make(self, kind: str, **options: Any) -> Any:
        """Return a client of the SDK. Raises Violation when its constructor raises an error."""
        constructor: Callable[..., Any] = self.part(CLIENTS[kind])
        try:
            return constructor(**options)
        except Exception as error:
            raise Violation("", f"{CLIENTS[kind]} with {sorted(options)}", f"{type(error).__name__}: {error}") from None


def check() -> None:
    """Import the SDK. Raises NotInstalled when that fails."""
    try:
        importlib.import_module(PACKAGE)
    except ModuleNotFoundError as error:
        if error.name == PACKAGE:
            raise NotInstalled(f"no SDK is installed here: pip install {DISTRIBUTION}, in a checkout ./sdk") from None
        raise NotInstalled(f"the package {PACKAGE} cannot be imported: {error}") from None
    except Exception as error:
        raise NotInstalled(f"the package {PACKAGE} cannot be imported: {type(error).__name__}: {error}") from None


def name() -> str:
    """Return the name of the distribution with its version."""
    try:
        return f"{DISTRIBUTION} {metadata.version(DISTRIBUTION)}"
    except metadata.PackageNotFoundError:
        return f"{PACKAGE} (no distribution {DISTRIBUTION} installed)"


def close(client: Client) -> None:
    """Close the connections of a client, if it has a method for that."""
    for name in _CLOSE_METHODS:
        if callable(getattr(client.raw, name, None)):
            client.attempt(getattr(client.raw, name))
            return
