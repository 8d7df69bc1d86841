"""Makes methods of verbs, so that help() and inspect show what type checkers infer."""

from collections.abc import Callable, Coroutine
from inspect import Parameter, Signature, signature
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, get_args, overload

from novavms._core.call import NOT_GIVEN, CallOptions, NotGiven
from novavms._core.responses import RawResponse

WALK_DOC = "Yield the items of all pages; a page is fetched when the items of the page before are used up.\n\n    "

P = ParamSpec("P")
T_co = TypeVar("T_co", covariant=True)
MethodT = TypeVar("MethodT", bound=Callable[..., Any])


class Raw:
    """Marks a namespace whose verbs return responses."""


class Method(Protocol[P, T_co]):
    """A verb of the blocking client for type checkers; what it returns depends on its namespace."""

    @overload
    def __get__(self, instance: None, owner: Any) -> Callable[Concatenate[Any, P], T_co]: ...
    @overload
    def __get__(self, instance: Raw, owner: Any) -> Callable[P, RawResponse[T_co]]: ...
    @overload
    def __get__(self, instance: object, owner: Any) -> Callable[P, T_co]: ...


class AsyncMethod(Protocol[P, T_co]):
    """A verb of the asyncio client for type checkers."""

    @overload
    def __get__(self, instance: None, owner: Any) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, T_co]]: ...
    @overload
    def __get__(self, instance: Raw, owner: Any) -> Callable[P, Coroutine[Any, Any, RawResponse[T_co]]]: ...
    @overload
    def __get__(self, instance: object, owner: Any) -> Callable[P, Coroutine[Any, Any, T_co]]: ...


def documented(
    method: MethodT, verb: Callable[..., Any], returns: Any, *, name: str = "", doc_prefix: str = ""
) -> MethodT:
    """Give a method the name, docstring and signature of its verb; ``name`` and ``doc_prefix`` change the first two."""
    parameters = [Parameter("self", Parameter.POSITIONAL_ONLY), *parameters_of(verb)]
    method.__name__ = method.__qualname__ = name or verb.__name__
    method.__doc__ = doc_prefix + (verb.__doc__ or "")
    method.__module__ = verb.__module__
    method.__annotations__ = {each.name: each.annotation for each in parameters[1:]} | {"return": returns}
    method.__signature__ = Signature(parameters, return_annotation=returns)  # type: ignore[attr-defined]
    return method


def parameters_of(verb: Callable[..., Any]) -> list[Parameter]:
    """Return the parameters of a verb, with the options of a call one by one."""
    own = list(signature(verb).parameters.values())
    if not own or own[-1].name != "options":
        return own
    each = CallOptions.__annotations__.items()
    options = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=NOT_GIVEN, annotation=kind | NotGiven) for name, kind in each
    ]
    return [*own[:-1], *options]


def answer_type(verb: Callable[..., Any], *, awaited: bool = False) -> Any:
    """Return the type that a verb's call returns, for the asyncio client if ``awaited``."""
    types = get_args(signature(verb).return_annotation)
    return types[-1 if awaited else 0]


def item_type(verb: Callable[..., Any]) -> Any:
    """Return the type of the items on the pages of a list."""
    return get_args(answer_type(verb).model_fields["data"].annotation)[0]
