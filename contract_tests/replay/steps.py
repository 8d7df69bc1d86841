"""What a check did, step by step, so that a script can do it again."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

#: Of a check with more steps the oldest calls but the control plane's are forgotten; so much is kept of one text.
MAX_STEPS: Final = 400
MAX_TEXT_CHARS: Final = 200_000
API, CONTROL, SOCKET = "api", "control", "socket"
#: Headers of an answer that belong to the contract; others depend on what stands before the server.
_HEADERS = ("content-type", "content-disposition", "retry-after", "www-authenticate", "allow", "location", "set-cookie")
_HEADER_PREFIXES = ("x-request-", "x-ratelimit-")
#: Headers of a request that a client sets by itself.
_OF_CLIENT = ("host", "content-length", "connection", "accept", "accept-encoding")
_UNLIMITED = 100_000


@dataclass(frozen=True)
class Step:
    """One call and its answer, in full; it holds secrets, and is never written.

    ``path`` begins after the address of the API or of the control plane. On a gateway's socket the method is OPEN,
    SEND, WAIT or CLOSE, and the status 101 or the code with which it was closed; ``socket`` is its number. ``at``
    counts seconds from any instant.
    """

    channel: str
    method: str
    path: str
    status: int
    answer: str = ""
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    socket: int | None = None
    at: float = field(default_factory=time.monotonic)


@dataclass
class Steps:
    """The steps of a check, and how many of them were forgotten."""

    kept: list[Step] = field(default_factory=list)
    forgotten: int = 0

    def __iter__(self) -> Iterator[Step]:
        return iter(self.kept)

    def add(self, step: Step) -> None:
        """Keep a step."""
        self.kept.append(step)
        if len(self.kept) > MAX_STEPS:
            oldest = next((number for number, each in enumerate(self.kept) if each.channel != CONTROL), 0)
            del self.kept[oldest]
            self.forgotten += 1


def of_request(headers: Mapping[str, str], configured: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of a request that the script has to send too: not those of the client or the target file."""
    lower = {name.lower(): text for name, text in headers.items()}
    known = {name.lower(): text for name, text in configured.items()}
    kept = {name: text for name, text in lower.items() if name not in _OF_CLIENT}
    return {name: text for name, text in kept.items() if name == "user-agent" or known.get(name) != text}


def of_answer(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of an answer that belong to the contract; what is left of a huge limit depends on the time."""
    lower = {name.lower(): text for name, text in headers.items()}
    limit = lower.get("x-ratelimit-limit", "")
    if limit.isdecimal() and int(limit) > _UNLIMITED:
        lower.pop("x-ratelimit-remaining", None)
    return {name: text for name, text in lower.items() if name in _HEADERS or name.startswith(_HEADER_PREFIXES)}
