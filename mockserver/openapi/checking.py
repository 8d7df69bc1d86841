"""Whether a document can be served: it is valid OpenAPI 3.0 or 3.1, and every operation has a valid answer."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mockserver.domain.access import Role
from mockserver.openapi.answers import Answers
from mockserver.openapi.document import Document, DocumentError
from mockserver.openapi.operations import Operation
from mockserver.openapi.reading import ReadingError, read
from mockserver.openapi.routing import Router
from mockserver.openapi.upgrade import upgrade

_MAX_PROBLEMS = 50
_ROLES = ("public", *(role.value for role in Role))


def checked(path: Path) -> Document:
    """Return the document of a file, as OpenAPI 3.1, together with the files that it refers to.

    Raises DocumentError with every problem in a line. This takes about a second, so the packaged document is loaded
    without it; the tests check it.
    """
    validators = _validators(path)
    try:
        raw, text = read(path)
    except ReadingError as error:
        raise DocumentError(f"{path}: {error}") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("paths"), dict):
        raise DocumentError(f"{path}: not an OpenAPI document, it has no paths")
    raw["paths"] = {path: item for path, item in raw["paths"].items() if path.startswith("/")}  # the others are notes
    version = str(raw.get("openapi", ""))
    if not version.startswith(("3.0.", "3.1.")):
        raise DocumentError(f"{path}: openapi must be 3.0 or 3.1, not {raw.get('openapi')!r}")
    try:
        problems = _invalid(raw, validators[version[:3]])
        if not problems:
            if version.startswith("3.0"):
                upgrade(raw)
            document = Document(raw, text)
            problems = list(_unservable(document))
    except Exception as error:  # the libraries raise many kinds, for a broken reference for one
        problems = [str(error) if isinstance(error, DocumentError) else f"{type(error).__name__}: {error}"]
    if problems:
        shown = problems[:_MAX_PROBLEMS]
        raise DocumentError("\n".join(f"{path}: {' '.join(problem.split())[:240]}" for problem in shown))
    return document


def _validators(path: Path) -> dict[str, Any]:
    """Return the validators of each version of OpenAPI. Raises DocumentError where they are not installed."""
    try:
        from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator
    except ModuleNotFoundError:
        raise DocumentError(f"{path}: to check it needs an extra: pip install 'novavms-contract[full]'") from None
    return {"3.0": OpenAPIV30SpecValidator, "3.1": OpenAPIV31SpecValidator}


def _invalid(raw: dict[str, Any], validator: Any) -> list[str]:
    return [
        f"{'/'.join(map(str, problem.absolute_path)) or 'document'}: {problem.message}"
        for problem in validator(copy.deepcopy(raw)).iter_errors()
        if not problem.message.endswith("is not a 'regex'")  # of Python, which knows no \\p; schemas are compiled later
    ]


def _unservable(document: Document) -> Iterator[str]:
    """Yield what cannot be compiled or answered."""
    for operation in Router(document).operations.values():
        try:
            yield from _problems_of(operation)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            yield f"{operation.method} {operation.path}: {error}"


def _problems_of(operation: Operation) -> Iterator[str]:
    place = f"{operation.method} {operation.path}"
    if (role := operation.raw.get("x-min-role", "public")) not in _ROLES:
        yield f"{place}: x-min-role must be one of {', '.join(_ROLES)}, not {role!r}"
    assert operation.parameters
    if operation.body:
        operation.body.compile()
    for status, media_type in Answers(operation).missing():
        yield f"{place}: no value was found that is valid for {status} {media_type}; give it an example"
