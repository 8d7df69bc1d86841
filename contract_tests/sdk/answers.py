"""Reads the answers of the SDK; a missing part is a violation."""

from typing import Any

from contract_tests.output.texts import shorten
from contract_tests.sdk.installed import Sdk
from contract_tests.verdicts import Violation

_MISSING = object()


def field(answer: Any, name: str) -> Any:
    """Return an attribute of an answer. Raises Violation."""
    found = getattr(answer, name, _MISSING)
    if found is _MISSING:
        raise Violation("", f"an answer with {name}", shorten(repr(answer)))
    return found


def data(page: Any) -> list[Any]:
    """Return the items of a page. Raises Violation."""
    found = field(page, "data")
    if not isinstance(found, list | tuple):
        raise Violation("", "a list as data", shorten(repr(found)))
    return list(found)


def first(items: list[Any]) -> Any:
    """Return the first of several items. Raises Violation when there are none."""
    if not items:
        raise Violation("", "an item of the list", "none")
    return items[0]


def ids(items: Any) -> list[str]:
    """Return the ids of items as text. Raises Violation."""
    return [str(field(item, "id")) for item in items]


def as_json(answer: Any) -> Any:
    """Return an answer as JSON values; the fields of a model have their names in the API.

    Raises Violation for a model that cannot be written as JSON.
    """
    dump = getattr(answer, "model_dump", None)
    try:
        return dump(mode="json", by_alias=True) if dump else answer
    except Exception as error:
        raise Violation("", "a model that can be written as JSON", f"{type(error).__name__}: {error}") from None


def is_file(answer: Any, content: bytes) -> bool:
    """Whether an answer is a file with this content: as bytes, as text, or an object that holds it in its own way."""
    if isinstance(answer, str):
        return answer == content.decode(errors="replace")
    return not isinstance(answer, bytes) or answer == content


def text(value: Any) -> str:
    """Return a value as text; a member of an enumeration is its value."""
    return str(getattr(value, "value", value))


def is_model(sdk: Sdk, answer: Any) -> bool:
    """Whether an answer is a Pydantic model."""
    return isinstance(answer, sdk.attribute("pydantic", "BaseModel"))
