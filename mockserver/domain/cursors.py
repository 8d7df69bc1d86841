"""Opaque cursors: the last position of a page, signed together with the list it belongs to."""

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import UUID

import msgspec

from mockserver.domain.errors import InvalidCursor

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SIGNATURE_BYTES = 16


class Position(msgspec.Struct, frozen=True, order=True, gc=False):
    """A position in a list: lists run from the newest instant to the oldest, ties by descending id.

    A table has one of each record; without ``gc`` a collection of garbage does not have to look at all of them.
    """

    at: datetime
    id: str


class CursorSigner(msgspec.Struct, frozen=True):
    """Issues and reads the cursors of one list.

    ``scope`` names the list: org, operation and filters. A cursor of another scope is refused (AS-60 to AS-62).
    """

    secret: bytes
    scope: str

    def encode(self, position: Position) -> str:
        """Return the cursor that continues after ``position``: opaque and URL-safe."""
        return _encoded(self, position)

    def decode(self, cursor: str) -> Position:
        """Return the position a cursor stands for. Raises InvalidCursor (AS-59)."""
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise InvalidCursor from None
        payload, signature = raw[:-_SIGNATURE_BYTES], raw[-_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self.sign(payload)) or _text(raw) != cursor:
            raise InvalidCursor
        at = _EPOCH + timedelta(microseconds=int.from_bytes(payload[:8], signed=True))
        return Position(at, str(UUID(bytes=payload[8:])))

    def sign(self, payload: bytes) -> bytes:
        """Return the signature of a payload in this scope."""
        return hashlib.blake2b(payload + self.scope.encode(), key=self.secret, digest_size=_SIGNATURE_BYTES).digest()


@lru_cache(maxsize=4096)
def _encoded(cursor_signer: CursorSigner, position: Position) -> str:
    """Return a cursor; the last ones are cached, because first pages are asked for again and again."""
    microseconds = (position.at - _EPOCH) // timedelta(microseconds=1)
    payload = microseconds.to_bytes(8, signed=True) + bytes.fromhex(position.id.replace("-", ""))
    return _text(payload + cursor_signer.sign(payload))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
