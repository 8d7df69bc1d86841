"""The only source of ids, codes, tokens and random choices; the same seed gives the same ones.

Every purpose has its own counter, so one more request id never changes the next pairing code, and the whole state is a
seed and a few readable numbers.
"""

import hashlib
import random
import secrets
from typing import Annotated, Any
from uuid import UUID

import msgspec

#: Upper-case letters and digits that are not mistaken for one another when read aloud: no I, L, O, 0, 1.
UNAMBIGUOUS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_REQUEST_ID_BYTES = 10
_REQUEST_IDS = 2 ** (8 * _REQUEST_ID_BYTES)


class RandomState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The state of a RandomSource: the seed, and how many values each purpose has taken."""

    seed: int
    counters: dict[str, Annotated[int, msgspec.Meta(ge=0)]] = msgspec.field(name="drawn")


class RandomSource:
    """A seeded source of ids, codes and numbers; without a ``seed`` it chooses a random one.

    Sources with the same seed and ``stream`` return the same values. Secrets depend on the seed alone.
    """

    def __init__(self, seed: int | None = None) -> None:
        self.seed = secrets.randbits(32) if seed is None else seed
        self.stream = ""
        self._keyed_hash = self._new_keyed_hash(self.seed)
        self._counters: dict[str, int] = {}
        self._secrets: dict[str, bytes] = {}
        self._sequences: dict[str, tuple[int, int]] = {}

    def uuid(self) -> str:
        """Return a version 4 UUID in its canonical form."""
        return str(UUID(bytes=self._bytes("uuid", 16), version=4))

    def request_id(self) -> str:
        """Return ``req_`` and 20 lower-case hexadecimal digits: one step from those before, as each call takes one."""
        purpose = f"{self.stream}request"
        number = self._counters[purpose] = self._counters.get(purpose, 0) + 1
        first, step = self._sequences.get(purpose) or self._new_sequence(purpose)
        return f"req_{(first + number * step) % _REQUEST_IDS:020x}"

    def token(self, prefix: str) -> str:
        """Return a credential such as ``gw_…``: the prefix and 32 hexadecimal digits."""
        return f"{prefix}{self._bytes('token', 16).hex()}"

    def code(self, length: int = 6) -> str:
        """Return a code of unambiguous upper-case letters and digits."""
        number = int.from_bytes(self._bytes("code", 16))
        return "".join(UNAMBIGUOUS[number // len(UNAMBIGUOUS) ** place % len(UNAMBIGUOUS)] for place in range(length))

    def generator(self, purpose: str) -> random.Random:
        """Return a generator of its own seed for many choices, such as those for the events of an org."""
        return random.Random(self._bytes(purpose, 16))

    def fraction(self, purpose: str) -> float:
        """Return a number from 0 (included) to 1 (excluded)."""
        return int.from_bytes(self._bytes(purpose, 6)) / 2**48

    def secret(self, purpose: str) -> bytes:
        """Return 32 bytes that depend on the seed and the purpose alone."""
        if purpose not in self._secrets:
            keyed_hash = self._keyed_hash.copy()
            keyed_hash.update(purpose.encode())
            self._secrets[purpose] = keyed_hash.digest()
        return self._secrets[purpose]

    def state(self) -> RandomState:
        """Return the state to continue from with ``restore``."""
        return RandomState(self.seed, dict(sorted(self._counters.items())))

    def restore(self, state: RandomState) -> None:
        """Continue from a state."""
        self.seed = state.seed
        self._keyed_hash = self._new_keyed_hash(state.seed)
        self._counters = dict(state.counters)
        self._secrets.clear()
        self._sequences.clear()

    def _bytes(self, purpose: str, size: int) -> bytes:
        if self.stream:
            purpose = self.stream + purpose
        number = self._counters[purpose] = self._counters.get(purpose, 0) + 1
        return self._digest(purpose, number)[:size]

    def _new_sequence(self, purpose: str) -> tuple[int, int]:
        """Return where a sequence of request ids begins, and its step: odd, so that it has all before one again."""
        digest = self._digest(purpose, 0)
        first, step = digest[:_REQUEST_ID_BYTES], digest[-_REQUEST_ID_BYTES:]
        found = self._sequences[purpose] = int.from_bytes(first), int.from_bytes(step) | 1
        return found

    def _digest(self, purpose: str, number: int) -> bytes:
        keyed_hash = self._keyed_hash.copy()
        keyed_hash.update(f"{purpose}:{number}".encode())
        digest: bytes = keyed_hash.digest()
        return digest

    @staticmethod
    def _new_keyed_hash(seed: int) -> Any:
        """Return a hash keyed with the seed, to copy for each value."""
        return hashlib.blake2b(key=str(seed).encode()[:64], digest_size=32)
