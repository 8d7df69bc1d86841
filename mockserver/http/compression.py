"""Large answers are compressed for clients that say they can read them; small ones would only get slower."""

import zlib
from collections.abc import Iterable, Iterator

from mockserver.asgi import Answer, Scope, header

MIN_BYTES = 32 * 1024
#: The fastest: most clients are on the same machine.
_LEVEL = 1
_GZIP_FORMAT = 31


def compressed(answer: Answer, scope: Scope) -> Answer:
    """Return the answer, with its body compressed if that is large, or comes in parts, and the client accepts gzip."""
    body = answer.body
    if isinstance(body, bytes) and len(body) < MIN_BYTES:
        return answer
    answer.headers.append((b"vary", b"Accept-Encoding"))
    if not _accepts_gzip(header(scope, b"accept-encoding") or b""):
        return answer
    answer.headers.append((b"content-encoding", b"gzip"))
    small = zlib.compress(body, _LEVEL, _GZIP_FORMAT) if isinstance(body, bytes) else _compressed_parts(body)
    return Answer(answer.status, answer.headers, small)


def _compressed_parts(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield a part, which may be empty, for each of the parts, so that other calls are not kept waiting."""
    compressor = zlib.compressobj(_LEVEL, wbits=_GZIP_FORMAT)
    for part in parts:
        yield compressor.compress(part)
    yield compressor.flush()


def _accepts_gzip(accepted: bytes) -> bool:
    for coding in accepted.lower().split(b","):
        name, _, weight = coding.partition(b";")
        if name.strip() == b"gzip":
            return weight.replace(b" ", b"").removeprefix(b"q=").strip(b"0.") != b"" or not weight
    return False
