"""HTTP/1.1 to a target without TLS and proxy: connections that are kept, and little work around each call.

On a server as near as the packaged mock, that work is most of what a call takes.
"""

import re
import select
import socket
import time
from collections.abc import Iterator

import httptools
import httpx

#: Servers close a connection that was not used for some time; it is not used again if that may just happen.
_MAX_IDLE_SECONDS = 5.0
_MAX_HEAD_BYTES = 100 * 1024
_PART_BYTES = 64 * 1024
_HEADER = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+: (?:[^\x00\s]+(?:[ \t]+[^\x00\s]+)*)?")
_SWITCHING_PROTOCOLS = 101
_NO_BODY = (204, 304)
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class DirectTransport(httpx.BaseTransport):
    """A transport of httpx that connects to the target itself."""

    def __init__(self) -> None:
        self._idle: list[_Connection] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and read the head of its response. Raises TransportError.

        A safe one is sent again where the target has closed a kept connection meanwhile (RFC 9112, 9.3.1).
        """
        data, received = _message(request), _Received(request)
        connection = self._idle_connection()
        if connection and request.method in _SAFE_METHODS:
            try:
                return self._exchange(connection, data, received)
            except (httpx.ReadError, httpx.RemoteProtocolError):
                if received.size:
                    raise
                connection = None
        timeouts = request.extensions.get("timeout", {})
        return self._exchange(connection or _Connection(request, timeouts.get("connect")), data, received)

    def _exchange(self, connection: "_Connection", data: bytes, received: "_Received") -> httpx.Response:
        timeouts = received.request.extensions.get("timeout", {})
        try:
            connection.send(data, timeouts.get("write"))
            while not received.has_head:
                connection.receive(received, timeouts.get("read"))
        except BaseException:
            connection.close()
            raise
        body = _Body(self, connection, received, timeouts.get("read"))
        return httpx.Response(received.status, headers=received.headers, stream=body)

    def keep(self, connection: "_Connection") -> None:
        """Keep a connection for the next request."""
        connection.idle_since = time.monotonic()
        self._idle.append(connection)

    def close(self) -> None:
        """Close the connections that are kept."""
        while self._idle:
            self._idle.pop().close()

    def _idle_connection(self) -> "_Connection | None":
        while self._idle:
            connection = self._idle.pop()
            if connection.usable:
                return connection
            connection.close()
        return None


class _Received:
    """What has arrived of the response to a request."""

    def __init__(self, request: httpx.Request) -> None:
        self.request = request
        self.parser = httptools.HttpResponseParser(self)
        self.size = 0
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.parts: list[bytes] = []
        self.has_head = self.ended = self.may_be_followed = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note a header, but no trailer."""
        if not self.has_head:
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Note the status, unless another one follows."""
        if self.has_head:
            return
        self.status = self.parser.get_status_code()
        self.has_head = self.status >= 200 or self.status == _SWITCHING_PROTOCOLS
        if not self.has_head:
            self.headers.clear()
        self.ended = self.has_head and (self.request.method == "HEAD" or self.status in _NO_BODY)

    def on_body(self, part: bytes) -> None:
        """Keep a part of the body until it is read."""
        if not self.ended:
            self.parts.append(part)

    def on_message_complete(self) -> None:
        """Note the end, and whether the connection serves another request."""
        self.ended = self.has_head
        self.may_be_followed = self.ended and self.parser.should_keep_alive()

    def on_message_begin(self) -> None:
        """Give a connection up that brings more than was asked for."""
        if self.has_head:
            self.may_be_followed = False

    def take(self, data: bytes) -> None:
        """Take what has arrived, nothing at the end of the connection. Raises RemoteProtocolError."""
        self.size += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.ended = True
        except httptools.HttpParserError as error:
            self.may_be_followed = False
            if not self.ended:
                raise httpx.RemoteProtocolError(str(error), request=self.request) from error
        if not self.has_head and self.size > _MAX_HEAD_BYTES:
            raise httpx.RemoteProtocolError("the head of the response is too large", request=self.request)

    def end(self) -> None:
        """Take the end of the connection. Raises RemoteProtocolError if it is not that of the response."""
        framed = any(name.lower() in (b"content-length", b"transfer-encoding") for name, _ in self.headers)
        if not self.has_head:
            raise httpx.RemoteProtocolError("the server disconnected without a response", request=self.request)
        if framed:
            raise httpx.RemoteProtocolError("the server disconnected within the body", request=self.request)
        self.ended = True


class _Connection:
    """A connection to the target, which serves one request at a time."""

    def __init__(self, request: httpx.Request, timeout: float | None) -> None:
        address = request.url.raw_host.decode("ascii"), request.url.port or 80
        try:
            self._socket = socket.create_connection(address, timeout)
        except TimeoutError as error:
            raise httpx.ConnectTimeout(str(error), request=request) from error
        except OSError as error:
            raise httpx.ConnectError(str(error), request=request) from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._arrivals = select.poll()
        self._arrivals.register(self._socket, select.POLLIN)
        self.idle_since = 0.0

    @property
    def usable(self) -> bool:
        """Whether the target has neither closed it nor sent anything unasked, and will not close it just now."""
        return time.monotonic() - self.idle_since < _MAX_IDLE_SECONDS and not self._arrivals.poll(0)

    def send(self, data: bytes, timeout: float | None) -> None:
        """Send a request; a target that closes the connection meanwhile may have answered. Raises WriteTimeout."""
        self._socket.settimeout(timeout)
        try:
            self._socket.sendall(data)
        except TimeoutError as error:
            raise httpx.WriteTimeout(str(error)) from error
        except OSError:
            pass

    def receive(self, received: _Received, timeout: float | None) -> None:
        """Receive a part of a response. Raises ReadTimeout, ReadError, RemoteProtocolError."""
        self._socket.settimeout(timeout)
        try:
            data = self._socket.recv(_PART_BYTES)
        except TimeoutError as error:
            raise httpx.ReadTimeout(str(error), request=received.request) from error
        except OSError as error:
            raise httpx.ReadError(str(error), request=received.request) from error
        if data:
            received.take(data)
        else:
            received.end()

    def close(self) -> None:
        """Close it."""
        self._socket.close()


class _Body(httpx.SyncByteStream):
    """The body of a response; when it is closed at its end, the connection is kept."""

    def __init__(
        self, transport: DirectTransport, connection: _Connection, received: _Received, timeout: float | None
    ) -> None:
        self._transport = transport
        self._connection: _Connection | None = connection
        self._received = received
        self._timeout = timeout

    def __iter__(self) -> Iterator[bytes]:
        received = self._received
        while True:
            parts, received.parts = received.parts, []
            yield from parts
            if received.ended or self._connection is None:
                return
            self._connection.receive(received, self._timeout)

    def close(self) -> None:
        """Give the connection back."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if self._received.ended and self._received.may_be_followed:
            self._transport.keep(connection)
        else:
            connection.close()


def _message(request: httpx.Request) -> bytes:
    """Return what is sent for a request. Raises LocalProtocolError."""
    lines = [b"%s: %s" % header for header in request.headers.raw]
    for line in lines:
        if not _HEADER.fullmatch(line):
            raise httpx.LocalProtocolError(f"{line!r} is not a header", request=request)
    start = b"%s %s HTTP/1.1" % (request.method.encode("ascii"), request.url.raw_path)
    return b"\r\n".join([start, *lines, b"", request.read()])
