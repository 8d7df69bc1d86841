"""Values for the parameters and bodies of a document: valid ones by their schemas, and ones that are not."""

import json
from collections.abc import Mapping
from random import Random
from typing import Any

JSON = dict[str, Any]
#: Where the webhooks of a fuzz run send their messages: nobody listens there.
WEBHOOK_URL = "https://127.0.0.1:9/hook"
#: Texts that stand for JSON that Python does not write.
_DEEP, _HUGE = "@deep@", "@huge@"
_TEXTS = [
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "\udfff\ud800",
    "\U0001f600" * 20,
    "e\u0301" * 50,
    "\u202e\u2066",
    "\r\nX-Injected: 1",
    "../../etc/passwd",
    "=1+1",
    "%00%ff%",
    "{{7*7}}",
    "' or 1=1 --",
    "<script>",
    "-0",
    "1e999",
    "NaN",
    "١٢٣",
    "2026-02-30T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:60Z",
    "9999-12-31T23:59:59-23:59",
    "https://127.0.0.1:0",
    "https://[::1]:99999/",
    "a@b",
    _DEEP,
    _HUGE,
]
_OTHERS: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    1.5,
    1e308,
    -1e-320,
    2**31,
    2**63,
    2**64,
    10**40,
    [],
    {},
    [[]],
    [None],
    {"": 0},
]
_ODD_NUMBERS = ["1" * 5000, "1e999", "-1e999", "-0.0", "1E+2", "0.1e-400", "01", "+1", ".5", "Infinity"]
_SIZES = [*[1, 65, 101, 256, 257] * 4, 501, 1001, 5001, 20_000]
_MAX_TEXT = 3000
#: Large numbers are valid for these and would be all that a run does.
_MAX_COUNTS = {"count": 50, "events": 50, "delay_ms": 5, "jitter_ms": 5, "drip_ms": 5, "deliveries_kept": 1000}


class Values:
    """Makes values; ``ids`` has the ids of existing objects by the name of their collection."""

    def __init__(self, random: Random, document: JSON, ids: Mapping[str, list[str]]) -> None:
        self.random, self._document, self._ids = random, document, ids

    def resolve(self, schema: JSON | bool) -> JSON:
        """Return an object of the document, not the reference to it; a schema that is true allows any value."""
        found: JSON = {} if isinstance(schema, bool) else schema
        while "$ref" in found:
            place: Any = self._document
            for key in found["$ref"][2:].split("/"):
                place = place[key]
            found = place
        return found

    def valid(self, schema: JSON | bool, name: str = "") -> Any:
        """Return a value that a schema allows, or almost allows."""
        schema, random = self.resolve(schema), self.random
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return random.choice(schema["enum"])
        for key in ("oneOf", "anyOf"):
            if key in schema:
                return self.valid(random.choice(schema[key]), name)
        if "allOf" in schema:
            parts = [self.valid(part, name) for part in schema["allOf"]]
            return {key: value for part in parts if isinstance(part, dict) for key, value in part.items()}
        return self._of_type(schema, name)

    def _of_type(self, schema: JSON, name: str) -> Any:
        kind, random = schema.get("type"), self.random
        kind = random.choice(kind) if isinstance(kind, list) else kind
        match kind:
            case "object":
                required = schema.get("required", ())
                items = schema.get("properties", {}).items()
                return {key: self.valid(value, key) for key, value in items if key in required or random.random() < 0.4}
            case "array":
                size = random.randint(schema.get("minItems", 0), min(schema.get("maxItems", 3), 3))
                return [self.valid(schema.get("items", {}), name) for _ in range(size)]
            case "string":
                return self._text(schema, name)
            case "integer" | "number":
                return self._number(schema, name)
            case "boolean":
                return random.random() < 0.5
        return None

    def _number(self, schema: JSON, name: str) -> float:
        low = schema.get("minimum", 0)
        high = min(schema.get("maximum", low + 1000), _MAX_COUNTS.get(name, 10**12))
        number = self.random.choice([low, high, self.random.uniform(low, high)])
        return int(number) if schema.get("type") == "integer" else number

    def _text(self, schema: JSON, name: str) -> str:
        random, form = self.random, schema.get("format")
        if form == "uuid":
            return self.known(f"{name.removesuffix('s').removesuffix('_id')}s")
        if form == "date-time":
            return f"20{random.randint(24, 29)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}T12:00:00Z"
        if form == "uri":
            return random.choice([WEBHOOK_URL, "rtsp://10.0.0.1/a"])
        if form == "email":
            return f"{random.randrange(10**9)}@example.com"
        if "examples" in schema or "example" in schema:
            example: str = schema.get("example", (schema.get("examples") or [""])[0])
            return example
        low: int = schema.get("minLength", 0)
        high: int = min(schema.get("maxLength", 20), _MAX_TEXT)
        size = random.choice([low, min(high, low + 8), min(high, low + 8), high])
        text = "".join(random.choices("aé漢😀 <,\"'=", k=8)) * (size // 8 + 1)
        return text[:size]

    def known(self, collection: str) -> str:
        """Return the id of an object of a collection, or of none."""
        ids = self._ids.get(collection) or [f"{self.random.getrandbits(128):032x}"]
        return self.random.choice(ids)

    def junk(self) -> Any:
        """Return a value that hardly any schema allows."""
        random = self.random
        match random.randrange(4):
            case 0:
                return random.choice(_OTHERS)
            case 1:
                return random.choice("aé😀\0") * random.choice(_SIZES)
            case _:
                return random.choice(_TEXTS)

    def mutated(self, value: Any) -> Any:
        """Return a value with one thing changed, somewhere in it."""
        random = self.random
        if random.random() < 0.3 or not value or not isinstance(value, dict | list):
            return self.junk()
        if isinstance(value, list):
            place = random.randrange(len(value))
            changed = [self.mutated(item) if index == place else item for index, item in enumerate(value)]
            return changed * random.choice([1, 1, 1, 2, 200]) if len(changed) < 200 else changed
        key = random.choice(list(value))
        match random.randrange(6):
            case 0:
                return {name: item for name, item in value.items() if name != key}
            case 1:
                return {**value, random.choice(["id", "org_id", "__proto__", "", "\0", "x" * 300]): self.junk()}
            case _:
                return {**value, key: self.mutated(value[key])}

    def as_json(self, value: Any) -> bytes:
        """Return JSON, or what is almost JSON."""
        random = self.random
        text = json.dumps(value, ensure_ascii=random.random() < 0.5)
        if _DEEP in text:
            depth = random.choice([10, 100, 1000, 100_000])
            text = text.replace(
                f'"{_DEEP}"', random.choice(["[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth])
            )
        text = text.replace(f'"{_HUGE}"', random.choice(_ODD_NUMBERS)) if _HUGE in text else text
        if text[:2] == '{"' and random.random() < 0.02:
            text = "{" + text[1 : text.index(":")] + ":1," + text[1:]  # a key twice
        return text.encode("utf-8", "surrogatepass")
