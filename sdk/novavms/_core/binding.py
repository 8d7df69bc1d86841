"""Making a verb a method, so that help() and inspect show of it what type checkers infer."""

from collections.abc import Callable
from inspect import Parameter, Signature, signature
from typing import Any, TypeVar, get_args

WALK = "Walk along all pages, and fetch one when the items of the page before are used up.\n\n    "

MethodT = TypeVar("MethodT", bound=Callable[..., Any])


def shown(method: MethodT, verb: Callable[..., Any], returns: Any, *, name: str = "", text: str = "") -> MethodT:
    """Give a method the name, the text and the parameters of its verb, or a name and a text before it of its own."""
    itself = Parameter("self", Parameter.POSITIONAL_ONLY)
    parameters = signature(verb).parameters
    method.__name__ = method.__qualname__ = name or verb.__name__
    method.__doc__ = text + (verb.__doc__ or "")
    method.__module__ = verb.__module__
    method.__annotations__ = {name: each.annotation for name, each in parameters.items()} | {"return": returns}
    method.__signature__ = Signature([itself, *parameters.values()], return_annotation=returns)  # type: ignore[attr-defined]
    return method


def answered(verb: Callable[..., Any]) -> Any:
    """Return the type that the calls of a verb are answered by."""
    return get_args(signature(verb).return_annotation)[0]


def item(verb: Callable[..., Any]) -> Any:
    """Return the type of the items on the pages of a list."""
    return get_args(answered(verb).model_fields["data"].annotation)[0]
