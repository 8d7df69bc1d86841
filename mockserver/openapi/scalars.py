"""Values of simple types that fit a flat schema: candidates, the plainest first."""

import math
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any

from mockserver.openapi.composition import Schema

MAX_LENGTH = 100_000
_TRIED_STEPS = 10
_FORMATS = {
    "uuid": "00000000-0000-4000-8000-{:012d}",
    "date-time": "2026-01-01T00:00:{:02d}Z",
    "date": "2026-01-{:02d}",
    "time": "00:00:{:02d}Z",
    "duration": "P{}D",
    "email": "somebody{}@example.com",
    "idn-email": "somebody{}@example.com",
    "hostname": "host{}.example.com",
    "idn-hostname": "host{}.example.com",
    "ipv4": "192.0.2.{}",
    "ipv6": "2001:db8::{:x}",
    "uri": "https://example.com/{}",
    "iri": "https://example.com/{}",
    "uri-reference": "/text{}",
    "iri-reference": "/text{}",
    "uri-template": "/text{}",
    "json-pointer": "/text{}",
    "relative-json-pointer": "{}",
    "regex": "text{}",
    "byte": "dGV4dA==",
}
_PLAIN = frozenset({"email", "idn-email", "hostname", "idn-hostname", "uri-reference", "iri-reference", "regex"})
#: Letters of the classes of ECMA-262 that Python does not know.
_CLASSES = {"L": "a-zA-Z", "Letter": "a-zA-Z", "Lu": "A-Z", "Ll": "a-z", "N": "0-9", "Nd": "0-9"}
_CLASS = re.compile(r"\\p\{(\w+)\}")


def numbers(schema: Schema, *, as_integer: bool, variant: int) -> Iterator[int | float]:
    """Yield numbers that fit the bounds: the lowest, or the nearest to zero; ``variant`` steps further."""
    step = Fraction(str(schema.get("multipleOf", 1 if as_integer else 0)))
    if as_integer and step.denominator != 1:
        step = Fraction(step.numerator)
    low = _bound(schema, "minimum", "exclusiveMinimum", max)
    high = _bound(schema, "maximum", "exclusiveMaximum", min)
    found = [start + variant * (step or 1) for start in _starts(schema, low, high, step)]
    values = [int(value) if value.denominator == 1 else float(value) for value in found]
    # first those that clients, too, find to be multiples, who divide floats
    yield from sorted(values, key=lambda value: bool(step) and value / float(step) % 1 != 0)


def _bound(schema: Schema, key: str, exclusive: str, choose: Callable[..., Any]) -> Fraction | None:
    found = [Fraction(str(schema[name])) for name in (key, exclusive) if isinstance(schema.get(name), int | float)]
    return choose(found) if found else None


def _starts(schema: Schema, low: Fraction | None, high: Fraction | None, step: Fraction) -> Iterator[Fraction]:
    unit = step or Fraction(1)
    if low is not None:
        first = math.ceil(low / unit) * unit if step else low
        yield from (first + number * unit for number in range(_TRIED_STEPS))
    if high is not None:
        last = math.floor(high / unit) * unit if step else high
        if low is None and high >= 0 and "minimum" not in schema:
            yield Fraction(0)
        yield from (last - number * unit for number in range(_TRIED_STEPS))
    if low is not None and high is not None:
        yield (low + high) / 2
    if low is None and high is None:
        yield Fraction(0)


def texts(schema: Schema, variant: int) -> Iterator[str]:
    """Yield texts by format, length and pattern; they may miss one of them, so the schema decides."""
    min_length, max_length = schema.get("minLength", 0), schema.get("maxLength", MAX_LENGTH)
    if min_length > MAX_LENGTH:
        return
    suffix = str(variant) if variant else ""
    if template := _FORMATS.get(schema.get("format", "")):
        made = template.format(suffix if schema["format"] in _PLAIN else variant + (schema["format"] == "date"))
        yield made
        yield _padded_format(made, schema["format"], min_length)
    plain = "text"[: max(0, max_length - len(suffix))] + suffix
    yield plain + "x" * (min_length - len(plain))
    if "pattern" in schema:
        yield from _matching(schema["pattern"], min_length, max_length, variant)


def _padded_format(text: str, name: str, min_length: int) -> str:
    padding = "a" * (min_length - len(text))
    return padding + text if name in ("email", "idn-email") else text + padding


@lru_cache(maxsize=1024)
def _matching(pattern: str, min_length: int, max_length: int, variant: int) -> tuple[str, ...]:
    """Return a simple text that a pattern of ECMA-262 finds something in.

    There is none if it is beyond Python's patterns, or without the extra ``full``, which other documents need anyway.
    """
    try:
        from hypothesis import HealthCheck, Phase, find, settings
        from hypothesis import strategies as st
        from hypothesis.errors import HypothesisException
    except ModuleNotFoundError:
        return ()

    pattern = _CLASS.sub(_letters, pattern)
    options = settings(
        database=None, derandomize=True, deadline=None, max_examples=300, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    seen: set[str] = set()
    for _ in range(variant + 1):
        try:
            strategy = st.from_regex(pattern, alphabet=st.characters(codec="ascii", exclude_categories=["C"]))
            made = find(
                strategy, lambda text: min_length <= len(text) <= max_length and text not in seen, settings=options
            )
        except (re.error, HypothesisException, ValueError, OverflowError):
            return ()
        seen.add(made)
    return (made,)


def _letters(found: re.Match[str]) -> str:
    letters = _CLASSES.get(found[1], "a-z")
    before = found.string[: found.start()]
    return letters if before.rfind("[") > before.rfind("]") else f"[{letters}]"
