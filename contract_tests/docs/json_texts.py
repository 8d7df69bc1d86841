"""JSON in pages, held against schemas of the document."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from contract_tests import document
from contract_tests.output.texts import shorten


@dataclass(frozen=True)
class Difference:
    """Where a value differs from its schema, as ``data.0.id``, and how."""

    path: str
    message: str


def differences(text: str, schema: dict[str, Any]) -> Iterator[Difference]:
    """Yield how the JSON at the beginning of a text differs from a schema. Raises ValueError where none is."""
    try:
        value, _ = json.JSONDecoder(parse_constant=_refuse).raw_decode(text.strip())
        found = list(document.validator(schema).iter_errors(value))
    except (RecursionError, OverflowError) as error:
        raise ValueError(f"{type(error).__name__}: nested too deep, or a number too large") from None
    for each in found:
        yield Difference(".".join(map(str, each.instance_path)), shorten(each.message))


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")
