"""The verbs of both clients, as they are over which mutants are generated: what each takes, and the rules about it."""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from inspect import Parameter
from typing import Any

from mutants.patches import Function
from novavms import async_client, client
from novavms._awaiting import AsyncNamespace
from novavms._blocking import Namespace
from novavms._core.call import CallOptions

KINDS = ("blocking", "awaited")
#: The rule about what the verbs of a namespace do, unless another one is about a verb.
_OF_NAMESPACE = {
    "cameras": "SDK-31",
    "events": "SDK-32",
    "alerts": "SDK-33",
    "rules": "SDK-34",
    "sites": "SDK-35",
    "users": "SDK-36",
    "webhooks": "SDK-37",
    "gateways": "GW-94",
}
_OF_VERB = {
    "cameras.trigger": "SDK-40",
    "events.update": "SDK-39",
    "events.remove": "SDK-39",
    "events.export": "EV-94",
    "alerts.get": "SDK-39",
    "alerts.update": "SDK-39",
    "alerts.timeline": "AL-34",
    "rules.list": "SDK-39",
    "sites.list": "SDK-39",
    "users.get": "SDK-39",
    "users.remove": "SDK-39",
    "webhooks.get": "SDK-39",
    "webhooks.rotate_secret": "SDK-38",
}
#: Verbs without an operation, which raise an error at once.
_UNSUPPORTED = ("events.create", "alerts.create", "alerts.remove", "gateways.create")
#: Verbs that no page names, and that no task on a page needs.
UNNAMED = ("gateways.iter", "sites.users", "users.sessions")
#: The lists that come on one page.
_ON_ONE_PAGE = ("rules", "gateways")


@dataclass(frozen=True)
class Verb:
    """A method of a namespace of one of the clients."""

    kind: str
    namespace: str
    name: str
    method: Function

    def __str__(self) -> str:
        return f"{self.kind}:{self.namespace}.{self.name}"

    @property
    def path(self) -> str:
        """Its name in either client; that of aiter is iter."""
        return f"{self.namespace}.{'iter' if self.walks else self.name}"

    @property
    def walks(self) -> bool:
        """Whether it walks along the pages of a list."""
        return self.name in {"iter", "aiter"}

    @property
    def lists(self) -> bool:
        """Whether it returns a page of a list."""
        return self.name == "list"

    @property
    def pages(self) -> bool:
        """Whether its list comes in pages."""
        return (self.lists or self.walks) and self.namespace not in _ON_ONE_PAGE

    @property
    def reads_model(self) -> bool:
        """Whether it returns a model."""
        return self.name not in {"remove", "revoke_session", "export", "snapshot"} and not self.walks

    @property
    def rule(self) -> str:
        """The rule about what it does."""
        if self.walks:
            return "SDK-64" if self.kind == "blocking" else "SDK-72"
        return _OF_VERB.get(self.path, _OF_NAMESPACE[self.namespace])

    @property
    def fields(self) -> dict[str, str]:
        """The arguments that it sends in a query or a body, and their types as text."""
        found = list(inspect.signature(self.method).parameters.values())[1:]
        return {
            each.name: str(each.annotation)
            for each in found
            if each.kind is not Parameter.POSITIONAL_ONLY
            and not each.name.endswith("session_id")
            and each.name not in CallOptions.__annotations__
        }


@cache
def verbs(kind: str) -> tuple[Verb, ...]:
    """Return the verbs of a client, each under the first of its names."""
    return tuple(_verbs(kind))


def alternating(shift: int) -> Iterator[Verb]:
    """Yield every verb, one of the one client, the next of the other; with the next shift it is the other way round."""
    for number, pair in enumerate(zip(*map(verbs, KINDS), strict=True)):
        yield pair[(number + shift) % 2]


def _verbs(kind: str) -> Iterator[Verb]:
    module: Any = client if kind == "blocking" else async_client
    base = Namespace if kind == "blocking" else AsyncNamespace
    for owner in vars(module).values():
        if inspect.isclass(owner) and issubclass(owner, base) and owner is not base:
            namespace = owner.__name__.removeprefix("Async").lower()
            named = {id(method): (name, method) for name, method in reversed(_methods(owner))}
            for name, method in reversed(named.values()):
                verb = Verb(kind, namespace, name, method)
                if verb.path not in _UNSUPPORTED + UNNAMED:
                    yield verb


def _methods(owner: type) -> list[tuple[str, Function]]:
    return [(name, value) for name, value in vars(owner).items() if inspect.isfunction(value)]
