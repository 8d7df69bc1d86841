"""How a generated mutant reaches an operation: around the request as it comes in and the answer as it goes out."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

import msgspec

from mockserver.asgi import Answer
from mockserver.http import pipeline
from mockserver.http.pipeline import Exchange, Pipeline
from mockserver.mutants.generated import sentences
from mockserver.mutants.operators.patches import JSON, Mutant, Operator, Original, Patch, around, stateful
from mockserver.operations.call import Call, Function, Result

#: Changes the JSON body of an answer; it gets the request too.
Rewrite = Callable[[Exchange, Any], Any]
#: Takes the place of the function of an operation, which it gets with the call.
Wrapper = Callable[[Function, Call], Awaitable[Result]]


class Perform(Protocol):
    """Performs a request; with a wrapper, in place of the function of the operation."""

    def __call__(self, exchange: Exchange, wrapper: Wrapper | None = None) -> Awaitable[Answer]:
        """Return the answer. Raises ApiError."""


#: Takes the place of performing a request.
Defect = Callable[[Perform, Exchange], Awaitable[Answer]]


@dataclass(frozen=True)
class Generated(Mutant):
    """A mutant that an operator has made of an operation; it breaks no rule where no sentence covers it.

    ``kind`` names the operator.
    """

    kind: str
    operation: str

    def listed(self) -> JSON:
        """Return what is listed of it."""
        return {**super().listed(), "kind": self.kind, "operation": self.operation}


def generated(kind: str, operation: str, what: str, operator: Operator, *fields: str) -> Generated:
    """Return the mutant that an operator makes of a part of an operation, ``what``, which may be empty.

    It breaks the documented rules about these fields of the operation, or all about the operation without fields.
    """
    rules = sentences.about(operation, *fields)
    return Generated(f"{operation}/{kind}{':' * bool(what)}{what}", rules, operator, kind, operation)


def watching(make: Callable[[], Defect]) -> Patch:
    """Put ``make()`` in place of performing any request."""

    def made() -> Any:
        defect = make()

        async def performed(original: Original, self: Pipeline, exchange: Exchange) -> Answer:
            def perform(exchange: Exchange, wrapper: Wrapper | None = None) -> Awaitable[Answer]:
                found: Awaitable[Answer] = original(_wrapped(self, exchange, wrapper) if wrapper else self, exchange)
                return found

            return await defect(perform, exchange)

        return performed

    return around(Pipeline._perform, stateful(made))


def performing(operation: str, make: Callable[[], Defect]) -> Patch:
    """Put ``make()`` in place of performing the requests of an operation."""

    def made() -> Defect:
        defect = make()

        async def performed(perform: Perform, exchange: Exchange) -> Answer:
            ours = exchange.operation is not None and exchange.operation.id == operation
            return await (defect(perform, exchange) if ours else perform(exchange))

        return performed

    return watching(made)


def calling(operation: str, make: Callable[[], Wrapper]) -> Patch:
    """Put ``make()`` in place of the function of an operation."""

    def made() -> Defect:
        wrapper = make()
        return lambda perform, exchange: perform(exchange, wrapper)

    return performing(operation, made)


def rewriting(operation: str, make: Callable[[], Rewrite]) -> Patch:
    """Change the JSON answers of an operation by what ``make()`` returns."""

    def made() -> Defect:
        rewrite = make()

        async def defect(perform: Perform, exchange: Exchange) -> Answer:
            return rewritten(exchange, await perform(exchange), rewrite)

        return defect

    return performing(operation, made)


def rewritten(exchange: Exchange, answer: Answer, rewrite: Rewrite) -> Answer:
    """Return the answer with its JSON body changed; an answer without one as it is."""
    if not isinstance(answer.body, bytes) or not answer.body.startswith(b"{"):
        return answer
    body = rewrite(exchange, msgspec.json.decode(answer.body))
    return Answer(answer.status, answer.headers, msgspec.json.encode(body))


async def rolled_back(perform: Perform, exchange: Exchange) -> Answer:
    """Answer as if the operation had been carried out, and undo it."""
    operation = exchange.operation
    assert operation is not None
    try:
        return await perform(exchange, _undo)
    except _Undone as undone:
        return pipeline._render(operation, undone.result)


class _Undone(Exception):
    """Rolls back the transaction of an operation; it holds what the operation returned."""

    def __init__(self, result: Result) -> None:
        super().__init__()
        self.result = result


async def _undo(function: Function, call: Call) -> Result:
    raise _Undone(await function(call))


def _wrapped(original: Pipeline, exchange: Exchange, wrapper: Wrapper) -> Pipeline:
    """Return the pipeline with the wrapper around the function of the operation that the request is for."""
    if exchange.operation is None:
        return original
    name = exchange.operation.id
    function = original.functions[name]
    return replace(original, functions={**original.functions, name: lambda call: wrapper(function, call)})
