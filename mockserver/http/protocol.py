"""The HTTP/1.1 protocol of uvicorn with the two things it lacks here.

What cannot be parsed as HTTP, an unknown method for one, is answered with the API's error body; and an application
may cut the connection, which injected faults need.
"""

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mockserver.asgi import HANG_UP, encode

_BAD_REQUEST = {
    "error": "validation_error",
    "message": "This is not an HTTP request that can be understood.",
    "request_id": "req_unreadable",
    "field_errors": {},
}


class Protocol(HttpToolsProtocol):
    """Uvicorn's protocol, speaking the API's language."""

    def on_message_begin(self) -> None:
        """Offer the application a way to hang up."""
        super().on_message_begin()
        extensions: dict[str, Any] = {HANG_UP: self.transport.close}
        self.scope["extensions"] = extensions

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP and hang up."""
        body = encode(_BAD_REQUEST)
        head = (
            "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\nx-request-id: req_unreadable\r\n"
            f"connection: close\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
