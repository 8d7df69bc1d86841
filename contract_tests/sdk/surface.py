"""The names that the documentation gives to the parts of a client, and the search for verbs that it does not name."""

import inspect
import re
from collections.abc import Callable, Iterator
from inspect import Parameter
from typing import Any

from contract_tests.sdk.clients import Client
from contract_tests.verdicts import Violation

NAMESPACES = ("cameras", "events", "alerts", "rules", "sites", "users", "webhooks")
BASIC_VERBS = ("list", "get", "create", "update", "remove")
OPTIONS = ("api_key", "base_url", "timeout", "max_retries", "http_client", "user_agent")
#: The second documented name of a part, or its name in the asyncio client, and the first name.
ALIASES = {"alert_rules": "rules", "delete": "remove", "aiter": "iter", "aclose": "close"}
_CALL_OPTIONS = {*OPTIONS, "headers"}
_POSITIONAL = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)


def public(thing: Any) -> dict[str, Any]:
    """Return the public attributes of an object by name."""
    return {name: getattr(thing, name) for name in dir(thing) if not name.startswith("_")}


def verbs(namespace: Any) -> dict[str, Callable[..., Any]]:
    """Return the public methods of a namespace by name."""
    return {name: value for name, value in public(namespace).items() if callable(value)}


def namespaces(client: Any) -> Iterator[tuple[str, Any]]:
    """Yield the namespaces of a client by name: its attributes that have one of the basic verbs."""
    for name, value in public(client).items():
        if not callable(value) and verbs(value).keys() & set(BASIC_VERBS):
            yield name, value


def listing(client: Client) -> list[str]:
    """Return the names of the client's documented namespaces that have a list. Raises Violation without any."""
    found = [name for name in NAMESPACES if client.has(f"{name}.list")]
    if not found:
        raise Violation("", f"one of the namespaces {', '.join(NAMESPACES)}", "none")
    return found


def find_verb(client: Client, namespace: str, *words: str, min_arguments: int = 1) -> Callable[..., Any]:
    """Return the verb whose name has the first of the words that any name has.

    A word can be a pattern such as ``star|starred``. Raises Violation when no verb matches.
    """
    known = verbs(client.part(namespace))
    for word in words:
        for name, verb in known.items():
            if re.search(rf"(^|_)({word})s?(_|$)", name) and _argument_count(verb) >= min_arguments:
                return verb
    raise Violation("", f"a verb of {namespace} with {' or '.join(words)} in its name", f"{sorted(known)}")


def arguments_for(verb: Callable[..., Any], *values: Any) -> tuple[list[Any], dict[str, Any]]:
    """Return as many of the values as a verb takes: positional arguments, and keyword arguments by name."""
    parameters = _arguments(verb)
    if any(each.kind is Parameter.VAR_POSITIONAL for each in parameters):
        return list(values), {}
    positional = [each for each in parameters if each.kind in _POSITIONAL]
    keywords = [each.name for each in parameters if each.kind is Parameter.KEYWORD_ONLY]
    count = min(len(positional), len(values))
    return list(values[:count]), dict(zip(keywords, values[count:], strict=False))


def takes_list(verb: Callable[..., Any]) -> bool:
    """Whether the last argument of a verb is annotated as a collection, or has no annotation."""
    annotation = _arguments(verb)[-1].annotation
    return (
        annotation is Parameter.empty
        or re.search(r"[Ll]ist|Seq|Iter|Coll|[Tt]uple|[Ss]et", f"{annotation}") is not None
    )


def _argument_count(verb: Callable[..., Any]) -> int:
    """Return the number of arguments that a verb takes."""
    return len(_arguments(verb))


def _arguments(verb: Callable[..., Any]) -> list[Parameter]:
    """Return the arguments of a verb without the options of a call, which are named as those of a client."""
    found = inspect.signature(verb).parameters.values()
    return [each for each in found if each.kind is not Parameter.KEYWORD_ONLY or each.name not in _CALL_OPTIONS]
