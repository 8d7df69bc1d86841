"""Chance: the only source of ids, codes, tokens and random choices; the same seed draws the same ones.

Every purpose has a counter of its own, so drawing one more request id never changes the next pairing code, and the
whole state of chance is a seed and a few readable numbers.
"""

import hashlib
import random
import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

#: Upper-case letters and digits that are not mistaken for one another when read aloud: no I, L, O, 0, 1.
UNAMBIGUOUS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


class Chance:
    """A seeded source of names and numbers.

    Sources of one seed draw the same ones, unless each has a ``stream`` of its own; their secrets are the same.
    """

    def __init__(self, seed: int | None = None) -> None:
        self.seed = secrets.randbits(32) if seed is None else seed
        self.stream = ""
        self._keyed = self._key(self.seed)
        self._drawn: dict[str, int] = {}
        self._secrets: dict[str, bytes] = {}

    def uuid(self) -> str:
        """Return a version 4 UUID in its canonical form."""
        return str(UUID(bytes=self._bytes("uuid", 16), version=4))

    def request_id(self) -> str:
        """Return ``req_`` and 20 lower-case hexadecimal digits."""
        return f"req_{self._bytes('request', 10).hex()}"

    def token(self, prefix: str) -> str:
        """Return a credential such as ``gw_…``: the prefix and 32 hexadecimal digits."""
        return f"{prefix}{self._bytes('token', 16).hex()}"

    def code(self, length: int = 6) -> str:
        """Return a code of unambiguous upper-case letters and digits."""
        number = int.from_bytes(self._bytes("code", 16))
        return "".join(UNAMBIGUOUS[number // len(UNAMBIGUOUS) ** place % len(UNAMBIGUOUS)] for place in range(length))

    def random(self, purpose: str) -> random.Random:
        """Return a generator for one act of drawing, such as the events of one world."""
        return random.Random(self._bytes(purpose, 16))

    def fraction(self, purpose: str) -> float:
        """Return a number from 0 (included) to 1 (excluded)."""
        return int.from_bytes(self._bytes(purpose, 6)) / 2**48

    def secret(self, purpose: str) -> bytes:
        """Return 32 bytes that stay the same for the life of the seed."""
        if purpose not in self._secrets:
            drawing = self._keyed.copy()
            drawing.update(purpose.encode())
            self._secrets[purpose] = drawing.digest()
        return self._secrets[purpose]

    def state(self) -> dict[str, object]:
        """Return what a snapshot needs to go on drawing from here."""
        return {"seed": self.seed, "drawn": dict(sorted(self._drawn.items()))}

    def restore(self, seed: int, drawn: Mapping[str, int]) -> None:
        """Go on where ``state`` was taken."""
        self.seed = seed
        self._keyed = self._key(seed)
        self._drawn = dict(drawn)
        self._secrets.clear()

    def _bytes(self, purpose: str, size: int) -> bytes:
        if self.stream:
            purpose = self.stream + purpose
        number = self._drawn[purpose] = self._drawn.get(purpose, 0) + 1
        drawing = self._keyed.copy()
        drawing.update(f"{purpose}:{number}".encode())
        digest: bytes = drawing.digest()
        return digest[:size]

    @staticmethod
    def _key(seed: int) -> Any:
        """Return a keyed hash to copy, so that the key is mixed in once."""
        return hashlib.blake2b(key=str(seed).encode()[:64], digest_size=32)
