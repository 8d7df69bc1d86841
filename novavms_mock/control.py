"""Calls of the control plane, and the one line that says why one was refused."""

import ssl
from collections.abc import Mapping
from typing import Any

import httpx

#: Longer than the mock holds an answer back.
_TIMEOUT_SECONDS = 75.0
PREFIX = "/_mock"


class MockError(Exception):
    """The mock did not start, cannot be reached or refuses a call, with a ``status``; the text says why."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.status = status


class Control:
    """The control plane of one mock. It may be called from several threads."""

    def __init__(self, base_url: str, tls: ssl.SSLContext, token: str | None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(
            base_url=base_url + PREFIX, headers=headers, verify=tls, trust_env=False, timeout=_TIMEOUT_SECONDS
        )

    def get(self, path: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """Return what a call answers. Raises MockError."""
        return self.call("GET", path, params=parameters)

    def post(self, path: str, body: Any = None) -> Any:
        """Send a body as JSON and return the answer. Raises MockError."""
        return self.call("POST", path, json=body)

    def call(self, method: str, path: str, **arguments: Any) -> Any:
        """Make a call and return what it answers, None for an empty answer. Raises MockError."""
        try:
            response = self._http.request(method, path, **arguments)
        except httpx.HTTPError as error:
            raise MockError(f"the mock at {self._http.base_url} does not answer: {error}") from None
        if not response.is_success:
            raise MockError(f"{method} {PREFIX}{path}: {_reason(response)}", response.status_code)
        return response.json() if response.content else None

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


def _reason(response: httpx.Response) -> str:
    """Return why a call was refused: the fields that are wrong, or the message."""
    try:
        error = response.json()
    except ValueError:
        return f"status {response.status_code}"
    fields = [f"{name} {text}" for name, texts in error.get("field_errors", {}).items() for text in texts]
    return "; ".join(fields) or error.get("message") or f"status {response.status_code}"
