"""Values that a schema of the OpenAPI document allows, drawn at random; the borders of what is allowed come often."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import Any
from uuid import UUID

from contract_tests import document
from contract_tests.sdk import schemas

JSON = dict[str, Any]
_CHARACTERS = " .,;:'\"%&+=?#/\\<>éß漢語🚚👩‍🚒\n\t09aZ"
#: What longer texts begin with: letters of one to four bytes, a letter and its accent, a line break of two bytes.
_AWKWARD = "Zé漢🚚e\u0301\r\n"
#: What an object holds whose fields the document does not give, or some of it.
_FREE_VALUES: tuple[Any, ...] = (None, False, 0, "", [], {"a": None, "b": 1.5})
_MAX_LENGTH = 24
_MAX_ITEMS = 3
#: How often a schema is tried whose parts depend on each other.
_MAX_TRIES = 40
_START = datetime(2026, 4, 20, tzinfo=UTC)
#: Offsets from UTC, in minutes.
_OFFSETS = (0, 120, -330, 345, 840)


def valid(schema: JSON, rng: Random) -> Any:
    """Return a value that a schema allows. Raises LookupError when none is found."""
    validator = document.validator(schema)
    for _ in range(_MAX_TRIES):
        found = _value(schema, rng)
        if validator.is_valid(found):
            return found
    raise LookupError(f"no valid value was drawn for {schema}")


def borders(schema: JSON) -> Iterator[JSON]:
    """Yield the smallest value of each field of an object, such as null, False, 0; then a large value of each."""
    properties, _ = schemas.fields(schema)
    for rng in (_Smallest(), _Largest()):
        yield {name: _value(each, rng) for name, each in properties.items()}


class _Smallest(Random):
    """Chooses the first of everything, and the lowest of all numbers."""

    def random(self) -> float:
        """Return 0.0."""
        return 0.0

    def choice(self, seq: Any) -> Any:
        """Return the first of a sequence."""
        return seq[0]

    def randint(self, a: int, b: int) -> int:
        """Return the lower bound."""
        return a


class _Largest(Random):
    """Chooses the last of everything, and the highest of all numbers."""

    def random(self) -> float:
        """Return a number close to 1."""
        return 0.999

    def choice(self, seq: Any) -> Any:
        """Return the last of a sequence."""
        return seq[-1]

    def randint(self, a: int, b: int) -> int:
        """Return the upper bound."""
        return b


def moment(rng: Random) -> datetime:
    """Return a time with an offset from UTC."""
    zone = timezone(timedelta(minutes=rng.choice(_OFFSETS)))
    return (_START + timedelta(seconds=rng.randrange(3_000_000))).astimezone(zone)


def identifier(rng: Random) -> str:
    """Return an id that ends in a letter or a digit."""
    return str(UUID(int=rng.getrandbits(128), version=4))


def text(rng: Random, minimum: int = 1, maximum: int = _MAX_LENGTH) -> str:
    """Return a text, a longer one with a blank at its end; no text is of blanks alone."""
    length = rng.randint(minimum, max(minimum, maximum))
    if length <= 2 * len(_AWKWARD):
        found = "".join(rng.choice(_CHARACTERS) for _ in range(length))
        return found.strip().ljust(length, "é")
    return _AWKWARD + "".join(rng.choice(_CHARACTERS) for _ in range(length - len(_AWKWARD) - 1)) + " "


def _value(schema: JSON, rng: Random) -> Any:
    found = document.resolve(schema)
    for key in ("oneOf", "anyOf"):
        if key in found:
            others = {name: each for name, each in found.items() if name != key}
            return _value({**others, **document.resolve(rng.choice(found[key]))}, rng)
    if "const" in found or "enum" in found:
        return rng.choice(found.get("enum") or [found["const"]])
    kinds = found.get("type", "object")
    kind = kinds if isinstance(kinds, str) else rng.choice(sorted(kinds))
    return _KINDS[kind](found, rng)


def _object(schema: JSON, rng: Random) -> JSON:
    properties, required = schemas.fields(schema)
    made = {name: _value(each, rng) for name, each in properties.items() if name in required or rng.random() < 0.8}
    free = schema.get("additionalProperties")
    if isinstance(free, dict):
        names = identifier if "propertyNames" in schema else text
        made |= {names(rng): _value(free, rng) for _ in range(rng.randint(0, 2))}
    elif not properties and free is not False:
        values = _FREE_VALUES[: rng.randint(0, len(_FREE_VALUES))]
        made |= {f"{text(rng)}{number}": value for number, value in enumerate(values)}
    return made


def _array(schema: JSON, rng: Random) -> list[Any]:
    minimum = schema.get("minItems", 0)
    maximum = min(schema.get("maxItems", minimum + _MAX_ITEMS), minimum + _MAX_ITEMS)
    found = [_value(schema["items"], rng) for _ in range(rng.choice((minimum, rng.randint(minimum, maximum), maximum)))]
    return [each for number, each in enumerate(found) if each not in found[:number]]


def _string(schema: JSON, rng: Random) -> str:
    if schema.get("format") == "date-time" and "pattern" not in schema:
        return moment(rng).replace(microsecond=rng.choice((0, 250_000))).isoformat()
    made = _FORMATS.get(schema.get("format", "")) or _PATTERNS.get(schema.get("pattern", ""))
    if made:
        return made(rng)
    minimum, maximum = schema.get("minLength", 0), min(schema.get("maxLength", _MAX_LENGTH), _MAX_LENGTH)
    if schema.get("maxLength", 0) > _MAX_LENGTH and rng.random() >= 0.8:
        return text(rng, schema["maxLength"], schema["maxLength"])
    return text(rng, minimum, rng.choice((minimum, rng.randint(minimum, maximum), maximum)))


def _number(schema: JSON, rng: Random) -> float:
    minimum, maximum = schema.get("minimum", 0), schema.get("maximum", 1_000_000)
    return float(rng.choice((minimum, round(rng.uniform(minimum, maximum), 3), maximum)))


def _integer(schema: JSON, rng: Random) -> int:
    minimum, maximum = schema.get("minimum", 0), schema.get("maximum", 1_000_000)
    return int(rng.choice((minimum, rng.randint(minimum, maximum), maximum)))


_KINDS: Mapping[str, Callable[[JSON, Random], Any]] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "number": _number,
    "integer": _integer,
    "boolean": lambda _, rng: rng.choice((False, True)),
    "null": lambda *_: None,
}
_FORMATS: Mapping[str, Callable[[Random], str]] = {
    "uuid": identifier,
    "date-time": lambda rng: f"{moment(rng).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    "date": lambda rng: f"{moment(rng):%Y-%m-%d}",
    "email": lambda rng: f"guard.{rng.randrange(1000)}@example.com",
    "uri": lambda rng: f"https://cdn.example.com/{identifier(rng)}?expires={rng.randrange(9999)}",
}
_PATTERNS: Mapping[str, Callable[[Random], str]] = {
    r"^gw_.": lambda rng: f"gw_{identifier(rng)}",
    r"^[A-Z0-9]{6}$": lambda rng: "".join(rng.choice("ABCXYZ0189") for _ in range(6)),
    r"^whsec_live_[0-9a-f]{32}$": lambda rng: f"whsec_live_{rng.getrandbits(128):032x}",
    r"^(rtsp|rtsps|http|https)://[^\s\u0000]+$": lambda rng: f"rtsp://camera{rng.randrange(99)}.example.com/main",
    r'^https://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?([/?][!"$-~]*)?$': (
        lambda rng: f"https://hooks{rng.randrange(99)}.example.com/novavms?a=1&b=%20"
    ),
}
