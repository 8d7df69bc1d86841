"""What is sent: requests made from the documents, requests with broken bytes, and frames of WebSockets."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any
from urllib.parse import quote

from benchmarks.fuzz.values import JSON, Values

_METHODS = ("get", "post", "put", "patch", "delete")
#: Calls that end what others do, or are large work, are made less often.
_RARE = {"resetMock": 0.005, "changeMutants": 0.02, "getSnapshot": 0.01, "putSnapshot": 0.02, "deleteOrg": 0.01}
_RARE |= {
    "createOrg": 0.05,
    "recordEvents": 0.1,
    "recordAlerts": 0.1,
    "moveClock": 0.1,
    "changeOrgSettings": 0.05,
    "listRequests": 0.05,
}
#: Calls whose answers do not end, so that nothing else can be asked over the connection.
_ENDLESS = ("streamRequests",)
#: Seconds that calls are asked to wait for something.
_WAITS = [0, 0.01, 0.2, -1, 61, "soon"]
_MEDIA_TYPES = ["application/json; charset=utf-8", "text/plain", "application/xml", "", "multipart/form-data", "*/*"]
_HEADERS = [
    b"Prefer: code=404",
    b"Prefer: code=\xff, respond-async; wait=1e9",
    b"X-Mock-Fault: status=409; delay_ms=1",
    b"X-Mock-Fault: truncate=3",
    b"X-Mock-Fault: malformed; drip_ms=20",
    b"X-Mock-Fault: status=\xb2; times=-1",
    b"Origin: null",
    b"Sec-Fetch-Site: cross-site",
    b"Accept: application/xml;q=0",
    b"Accept-Encoding: gzip;q=\x80",
    b"Range: bytes=0-0",
    b"If-None-Match: *",
    b"If-Modified-Since: yesterday",
    b"Cookie: novavms_refresh=%00; a=b; ;;=",
    b"X-Request-ID: \xf0\x9f\x98\x80",
    b"X-Forwarded-For: 10.0.0.1, unknown",
    b"Expect: 100-continue",
    b"Upgrade: h2c",
    b"TE: trailers",
    b"Via: " + b"x" * 9000,
]
_PARTS = [
    *(
        b"\r\n",
        b"\n",
        b"\r",
        b"\0",
        b"\xff",
        b" ",
        b":",
        b"\r\n\r\n",
        b"%",
        b"\t",
        b"HTTP/2.0",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ),
    *(b"Content-Length: 5\r\n", b"Content-Length: -1\r\n", b"Content-Length: 99999999999999999999\r\n", b"Host: b\r\n"),
    *(
        b"Transfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Connection: upgrade\r\n",
        b"x: y\r\n" * 150,
    ),
    *(
        b"ffffffffffffffffff\r\n",
        b"5;x=y\r\n",
        b"0\r\nTrailer: x\r\n\r\n",
        b"A" * 70_000,
        b"GET",
        b"http://mock",
        b"\x16\x03\x01\x02",
    ),
]


@dataclass(frozen=True)
class Call:
    """An operation of one of the documents; ``schema`` is that of its body, or None."""

    name: str
    method: str
    path: str
    parameters: list[JSON]
    schema: JSON | None
    values: Values


class Messages:
    """Makes what is sent to one mock; ``tokens`` and ``samples`` (valid bodies by operation) may change meanwhile."""

    def __init__(self, random: Random, documents: list[JSON], ids: Mapping[str, list[str]]) -> None:
        self._random = random
        self.tokens: list[str] = [""]
        self.gateways: list[tuple[str, str]] = []
        self.samples: dict[str, Any] = {}
        self._calls = [call for document in documents for call in _calls(document, Values(random, document, ids))]
        self._weights = [_RARE.get(call.name, 1.0) for call in self._calls]
        self._ending = [0.0 if call.name in _ENDLESS else _RARE.get(call.name, 1.0) for call in self._calls]

    def request(self, *, ends: bool = True) -> bytes:
        """Return a well-formed request, of which the answer has a body if it says so and ends, if ``ends``."""
        random = self._random
        call = random.choices(self._calls, self._ending if ends else self._weights)[0]
        lines = [b"%b %b HTTP/1.1" % (call.method.encode(), self._url(call).encode()), b"Host: localhost"]
        if random.random() < 0.95:
            lines.append(b"Authorization: Bearer " + quote(random.choice(self.tokens)).encode())
        if random.random() < 0.05:
            lines.append(random.choice(_HEADERS[:-3]))
        body = self._body(call) if call.schema is not None or random.random() < 0.02 else b""
        if body:
            media_type = "application/json" if random.random() < 0.97 else random.choice(_MEDIA_TYPES)
            lines.append(b"Content-Type: " + media_type.encode())
        if body and random.random() < 0.1:
            return b"\r\n".join([*lines, b"Transfer-Encoding: chunked", b"", _chunked(random, body)])
        return b"\r\n".join([*lines, b"Content-Length: %d" % len(body), b"", body])

    def _url(self, call: Call) -> str:
        random, values, path, query = self._random, call.values, call.path, []
        for parameter in call.parameters:
            name, schema = parameter["name"], parameter["schema"]
            if parameter["in"] == "path":
                collection = path.partition("{")[0].rstrip("/").rpartition("/")[2]
                value = values.known(collection) if random.random() < 0.85 else _as_text(values.junk())
                path = path.replace(f"{{{name}}}", _quoted(value), 1)
            elif parameter["in"] == "query" and random.random() < 0.35:
                value = _as_text(values.junk() if random.random() < 0.3 else values.valid(schema, name))
                value = str(random.choice(_WAITS)) if name == "wait" else value
                query += [f"{name}={_quoted(value)}"] * random.choice([1, 1, 1, 1, 2])
        return f"{path}?{'&'.join(query)}" if query else path

    def _body(self, call: Call) -> bytes:
        random, values = self._random, call.values
        value = self.samples.get(call.name) or (values.valid(call.schema) if call.schema else {})
        for _ in range(random.choice([0, 1, 1, 2])):
            value = values.mutated(value)
        if call.name == "addFault" and isinstance(value, dict):
            value = _harmless(value, values.known("orgs"))
        elif call.name == "verifyRequests" and isinstance(value, dict):
            value["wait"] = random.choice(_WAITS)
        elif random.random() < 0.0005:
            value = "x" * 1_100_000
        return values.as_json(value)

    def broken(self) -> bytes:
        """Return a request, or some of them, with bytes changed."""
        random = self._random
        more = random.random() < 0.3
        sent = self.request(ends=more) + (self.request() if more else b"")
        if random.random() < 0.3:
            start = sent.index(b"\r\n") + 2
            sent = sent[:start] + random.choice(_HEADERS) + b"\r\n" + sent[start:]
        for _ in range(random.choice([1, 1, 2, 4])):
            place = random.randrange(min(len(sent), random.choice([20, 300, len(sent)])) or 1)
            sent = self._changed(sent, place)
        return sent

    def _changed(self, sent: bytes, place: int) -> bytes:
        """Return what is sent with a change at a place."""
        random = self._random
        before, after = sent[:place], sent[place:]
        match random.randrange(6):
            case 0:
                return before + random.choice(_PARTS) + after
            case 1:
                return before + after[random.randrange(20) :]
            case 2:
                return before + random.randbytes(random.randrange(1, 8)) + after[1:]
            case 3:
                return before
            case 4:
                start = sent.find(b"\r\n", place) + 2
                return sent[:start] + random.choice(_PARTS) + sent[start:]
        return before + sent[max(0, place - random.randrange(50)) :]

    def handshake(self) -> bytes:
        """Return the handshake of a gateway's socket, seldom a wrong one."""
        random = self._random
        gateway, key = random.choice(self.gateways or [("x", "y")])
        path = f"/api/v1/gateways/{gateway if random.random() < 0.95 else '%00'}/ws"
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Connection: Upgrade", "Upgrade: websocket"]
        lines += [
            f"Authorization: Bearer {key}",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
        ]
        if random.random() < 0.1:
            del lines[random.randrange(1, len(lines))]
        if random.random() < 0.1:
            lines.append(
                random.choice(["Sec-WebSocket-Protocol: a", "Sec-WebSocket-Extensions: permessage-deflate; x=1"])
            )
        return "\r\n".join([*lines, "", ""]).encode()

    def frames(self) -> bytes:
        """Return some frames, most of them as the protocol has them."""
        return b"".join(self._frame() for _ in range(self._random.choice([1, 2, 5, 30])))

    def _frame(self) -> bytes:
        random, values = self._random, self._calls[0].values
        frame: Any = random.choice([{"type": "heartbeat"}, {"type": "telemetry", "cpu_percent": 1, "memory_mb": 2}])
        if random.random() < 0.6:
            frame = values.mutated(frame)
        content = values.as_json(frame)[: random.choice([60_000, 60_000, 30])]
        first = 0x81 if random.random() < 0.85 else random.randrange(256)
        mask = random.randbytes(4) if random.random() < 0.02 else bytes(4)
        size = len(content) if random.random() < 0.97 else random.choice([0, 126, 2**16, 2**40, 2**63])
        if size < 126:
            head = bytes([first, 0x80 | size])
        elif size < 2**16:
            head = bytes([first, 0xFE]) + struct.pack(">H", size)
        else:
            head = bytes([first, 0xFF]) + struct.pack(">Q", size)
        return head + mask + content


def _calls(document: JSON, values: Values) -> list[Call]:
    found = []
    for path, item in document["paths"].items():
        for method in _METHODS:
            if operation := item.get(method):
                listed = [
                    values.resolve(one) for one in (*item.get("parameters", ()), *operation.get("parameters", ()))
                ]
                content = values.resolve(operation.get("requestBody", {})).get("content", {})
                schema = next(iter(content.values()))["schema"] if content else None
                found.append(Call(operation["operationId"], method.upper(), path, listed, schema, values))
    return found


def _harmless(fault: JSON, org_id: str) -> JSON:
    """Return a fault that leaves other clients alone, soon ends and asks for no status that is looked for."""
    fault = {**_harmless_effects(fault), "times": 2}
    match = fault.get("match")
    if isinstance(match, dict):
        fault["match"] = {**match, "org": org_id}
    else:
        fault["org"] = org_id
    if isinstance(fault.get("sequence"), list):
        fault["sequence"] = [
            _harmless_effects(effects) if isinstance(effects, dict) else effects for effects in fault["sequence"]
        ]
    return fault


def _harmless_effects(effects: JSON) -> JSON:
    effects = {**effects}
    for name in ("delay_ms", "jitter_ms", "drip_ms"):
        if isinstance(effects.get(name), int | float):
            effects[name] = min(effects[name], 5)
    if isinstance(effects.get("status"), int) and effects["status"] >= 500:
        effects["status"] = 409
    if isinstance(effects.get("answer"), dict):
        effects["answer"] = _harmless_effects(effects["answer"])
    return effects


@lru_cache(maxsize=1000)
def _quoted(text: str) -> str:
    return quote(text, safe="", errors="surrogatepass")


def _as_text(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case list():
            return ",".join(map(str, value))
    return str(value)


def _chunked(random: Random, body: bytes) -> bytes:
    size = random.choice([1, 7, 1000, 65_536]) if len(body) < 5000 else 65_536
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    chunks = [b"%x\r\n%b\r\n" % (len(part), part) for part in parts]
    return b"".join([*chunks, b"0\r\n", random.choice([b"", b"", b"X-Trailer: 1\r\n"]), b"\r\n"])
