"""What the documentation calls the parts of a client, and how to find those that it describes without a name."""

import inspect
import re
from collections.abc import Callable, Iterator
from inspect import Parameter
from typing import Any

from contract_tests.sdk.clients import Client
from contract_tests.verdicts import Violation

NAMESPACES = ("cameras", "events", "alerts", "rules", "sites", "users", "webhooks")
FIVE = ("list", "get", "create", "update", "remove")
OPTIONS = ("api_key", "base_url", "timeout", "max_retries", "http_client", "user_agent")
#: Both names of a thing, where the pages give it two; and what the clients call walking.
SAME = {"alert_rules": "rules", "delete": "remove", "aiter": "iter", "aclose": "close"}
_POSITIONAL = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)


def public(thing: Any) -> dict[str, Any]:
    """Return the public attributes of a thing by name."""
    return {name: getattr(thing, name) for name in dir(thing) if not name.startswith("_")}


def verbs(namespace: Any) -> dict[str, Callable[..., Any]]:
    """Return the public methods of a namespace by name."""
    return {name: value for name, value in public(namespace).items() if callable(value)}


def namespaces(client: Any) -> Iterator[tuple[str, Any]]:
    """Yield what on a client is neither a method nor a plain value, by name."""
    for name, value in public(client).items():
        if not callable(value) and verbs(value).keys() & set(FIVE):
            yield name, value


def listing(client: Client) -> list[str]:
    """Return the documented namespaces that the client has and that have a list. Raises Violation without any."""
    found = [name for name in NAMESPACES if client.has(f"{name}.list")]
    if not found:
        raise Violation("", f"one of the namespaces {', '.join(NAMESPACES)}", "none")
    return found


def described(client: Client, namespace: str, *words: str, least: int = 1) -> Callable[..., Any]:
    """Return a verb by a word of its name, of several the first, that takes so many arguments at least.

    Raises Violation when there is none.
    """
    known = verbs(client.part(namespace))
    for word in words:
        for name, verb in known.items():
            if re.search(rf"(^|_)({word})s?(_|$)", name) and _most(verb) >= least:
                return verb
    raise Violation("", f"a verb of {namespace} with {' or '.join(words)} in its name", f"{sorted(known)}")


def supplied(verb: Callable[..., Any], *values: Any) -> tuple[list[Any], dict[str, Any]]:
    """Return as many of the values as a verb takes: by position where it takes them so, else by the names it has."""
    parameters = list(inspect.signature(verb).parameters.values())
    if any(each.kind is Parameter.VAR_POSITIONAL for each in parameters):
        return list(values), {}
    positional = [each for each in parameters if each.kind in _POSITIONAL]
    rest = [each.name for each in parameters if each.kind is Parameter.KEYWORD_ONLY]
    count = min(len(positional), len(values))
    return list(values[:count]), dict(zip(rest, values[count:], strict=False))


def takes_several(verb: Callable[..., Any]) -> bool:
    """Whether the last argument of a verb is annotated as several of a kind, or not at all."""
    annotation = list(inspect.signature(verb).parameters.values())[-1].annotation
    return (
        annotation is Parameter.empty
        or re.search(r"[Ll]ist|Seq|Iter|Coll|[Tt]uple|[Ss]et", f"{annotation}") is not None
    )


def _most(verb: Callable[..., Any]) -> int:
    """Return how many arguments a verb takes."""
    return len(inspect.signature(verb).parameters)
