"""Makes methods of verbs, so that help() and inspect show what type checkers infer."""

from collections.abc import Callable
from inspect import Parameter, Signature, signature
from typing import Any, TypeVar, get_args

WALK_DOC = "Yield the items of all pages; a page is fetched when the items of the page before are used up.\n\n    "

MethodT = TypeVar("MethodT", bound=Callable[..., Any])


def documented(
    method: MethodT, verb: Callable[..., Any], returns: Any, *, name: str = "", doc_prefix: str = ""
) -> MethodT:
    """Give a method the name, docstring and signature of its verb; ``name`` and ``doc_prefix`` change the first two."""
    self_parameter = Parameter("self", Parameter.POSITIONAL_ONLY)
    parameters = signature(verb).parameters
    method.__name__ = method.__qualname__ = name or verb.__name__
    method.__doc__ = doc_prefix + (verb.__doc__ or "")
    method.__module__ = verb.__module__
    method.__annotations__ = {name: each.annotation for name, each in parameters.items()} | {"return": returns}
    method.__signature__ = Signature([self_parameter, *parameters.values()], return_annotation=returns)  # type: ignore[attr-defined]
    return method


def answer_type(verb: Callable[..., Any]) -> Any:
    """Return the type that a verb's call returns."""
    return get_args(signature(verb).return_annotation)[0]


def item_type(verb: Callable[..., Any]) -> Any:
    """Return the type of the items on the pages of a list."""
    return get_args(answer_type(verb).model_fields["data"].annotation)[0]
