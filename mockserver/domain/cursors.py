"""Opaque cursors: the last position seen, sealed together with the list it belongs to."""

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

import msgspec

from mockserver.domain.errors import InvalidCursor

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SIGNATURE_BYTES = 16


class Position(NamedTuple):
    """A place in a list: lists run from the newest instant to the oldest, ties by id."""

    at: datetime
    id: str


class CursorSigner(msgspec.Struct, frozen=True):
    """Issues and reads the cursors of one list.

    ``scope`` names the list: org, operation and filters. A cursor of another scope does not open (U-15).
    """

    secret: bytes
    scope: str

    def encode(self, position: Position) -> str:
        """Return the cursor that continues after ``position``: URL-safe, without meaning to its holder."""
        return _encoded(self, position)

    def decode(self, cursor: str) -> Position:
        """Return the position a cursor stands for. Raises InvalidCursor."""
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise InvalidCursor from None
        place, mark = raw[:-_SIGNATURE_BYTES], raw[-_SIGNATURE_BYTES:]
        if not hmac.compare_digest(mark, self.mark(place)) or _text(raw) != cursor:
            raise InvalidCursor
        at = _EPOCH + timedelta(microseconds=int.from_bytes(place[:8], signed=True))
        return Position(at, str(UUID(bytes=place[8:])))

    def mark(self, place: bytes) -> bytes:
        """Return what proves that a place was issued under this seal."""
        return hashlib.blake2b(place + self.scope.encode(), key=self.secret, digest_size=_SIGNATURE_BYTES).digest()


@lru_cache(maxsize=4096)
def _encoded(cursor_signer: CursorSigner, position: Position) -> str:
    """Make a cursor; the ones asked for again and again, of first pages above all, are remembered."""
    microseconds = (position.at - _EPOCH) // timedelta(microseconds=1)
    place = microseconds.to_bytes(8, signed=True) + bytes.fromhex(position.id.replace("-", ""))
    return _text(place + cursor_signer.mark(place))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
