"""What is kept of a response: for errors, and for callers that want more than the answer."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import httpx

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Response:
    """The status, headers and content of a response; ``request_id`` identifies the request for support."""

    status: int
    headers: httpx.Headers = field(repr=False)
    content: bytes = field(repr=False)
    request_id: str | None

    @property
    def text(self) -> str:
        """The content as text in UTF-8."""
        return self.content.decode(errors="replace")


@dataclass(frozen=True)
class RawResponse(Response, Generic[T_co]):
    """A successful response, not read yet."""

    read: Callable[[], T_co] = field(repr=False, compare=False)

    def parse(self) -> T_co:
        """Return the answer, as the verb does without ``with_raw_response``. Raises ResponseError."""
        return self.read()


def parts(response: httpx.Response, request_id: str | None) -> dict[str, Any]:
    """Return the fields of a Response."""
    status, headers = response.status_code, response.headers
    return {"status": status, "headers": headers, "content": response.content, "request_id": request_id}
