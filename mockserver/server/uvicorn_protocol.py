"""Uvicorn's HTTP/1.1 protocol with bounds on what a client may send, hold back and leave unread.

What cannot be parsed as HTTP is answered with the error body of the API; the application can close the connection, as
injected faults do; and head and body of an answer are sent in one system call.
"""

import asyncio
import re
from collections import deque
from typing import Any, cast

import httptools
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from mockserver.asgi import CLOSE_CONNECTION
from mockserver.domain.errors import ApiError, Unavailable, without_origin
from mockserver.server import heads
from mockserver.server.connections import BufferedTransport, Connections
from mockserver.server.refusals import MalformedRequest, NotImplementedHere, TooSlow, as_bytes

HEAD_SECONDS = 30
_BODY_SECONDS, _MIN_BODY_BYTES_PER_SECOND = 20, 500
_UNREAD_SECONDS = 60
_CLOSE_SECONDS = 0.5
#: A request whose body is longer is not read to its end for the sake of the connection when it is answered early.
_MAX_IGNORED_BODY_BYTES = 64 * 1024
#: Unanswered requests on one connection, and the bytes that are parsed before they are counted again.
_MAX_PIPELINED, _SLICE_BYTES = 100, 16 * 1024
_METHOD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64} ")


#: Called by name where every request passes, as super() costs as much as the method.
_Base = HttpToolsProtocol


class Flow(FlowControl):
    """Flow control that reads nothing while parts of what was read are ``held`` back."""

    held = b""

    def resume_reading(self) -> None:
        """Read on, unless something is held back."""
        if not self.held:
            super().resume_reading()


class Protocol(HttpToolsProtocol):
    """One connection; ``enforce_timeouts`` is called about once a second."""

    flow: Flow
    transport: BufferedTransport  # type: ignore[assignment]
    parser: Any

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count a new connection, and refuse it if its address has too many."""
        buffered = BufferedTransport(transport, self.loop, lambda: self._receiving or self._refusal is not None)
        super().connection_made(buffered)  # type: ignore[arg-type]
        self.flow = Flow(buffered)  # type: ignore[arg-type]
        self._refusal: ApiError | None = None
        self._receiving = False  # a request whose head was read and whose body was not
        self._unanswered: deque[RequestResponseCycle] = deque()
        self._unparsed_bytes = 0  # received since the parser made progress
        self._progress = 0  # grows with what the parser finds
        self._body_bytes = 0
        self._events, self._timed_events, self._waiting_since = 0, 0, self.loop.time()
        self._unread_since: float | None = None
        self._closes_early = False
        self.headers = []
        if self.client and not cast("Connections", self.server_state).opened(self.client[0]):
            self._refuse(Unavailable("This address has too many open connections."))

    def connection_lost(self, exc: Exception | None) -> None:
        """Count the connection no more, and end the requests that are answered or wait for it."""
        super().connection_lost(exc)
        self.transport.forget()
        for cycle in self._unanswered:
            cycle.disconnected = True
            cycle.message_event.set()
        for cycle, _ in self.pipeline:  # which will never be answered
            self._unanswered.remove(cycle)
            cycle.on_response = _nothing
        self.pipeline.clear()
        if self.client:
            cast("Connections", self.server_state).closed(self.client[0])

    def data_received(self, data: bytes) -> None:
        """Parse what was received, or hold it back while too many requests wait for their answers."""
        if self.flow.held:
            self.flow.held += data
        elif len(data) <= _SLICE_BYTES and not self.pipeline and not self._refusal and not self.transport.lingering:
            self._parse_slice(data)
        else:
            self._parse(data)

    def _parse(self, data: bytes) -> None:
        for start in range(0, len(data), _SLICE_BYTES):
            if self.parser is None:  # what has come is frames of a WebSocket
                self.transport.get_protocol().data_received(data[start:])
                return
            if self._refusal or self.transport.is_closing():
                self.transport.drop(len(data) - start)
                return
            if len(self.pipeline) >= _MAX_PIPELINED:
                self.flow.pause_reading()
                self.flow.held = data[start:]
                return
            self._parse_slice(data[start : start + _SLICE_BYTES])

    def _parse_slice(self, data: bytes) -> None:
        progress = self._progress
        self._unparsed_bytes += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserInvalidMethodError:
            unknown = progress == self._progress and _METHOD.match(data)
            self._refuse(NotImplementedHere("There is no such method.") if unknown else MalformedRequest())
        except httptools.HttpParserError as error:
            cause = error.__context__
            self._refuse(cause if isinstance(cause, ApiError) else MalformedRequest())
        else:
            if progress != self._progress:
                self._unparsed_bytes = 0
            elif self._unparsed_bytes > heads.MAX_BYTES or len(self.headers) > heads.MAX_FIELDS:
                self._refuse(heads.too_large(self.url))
            if self._receiving and not self._closes_early:
                self._expect_body()

    def _upgrade(self, following: bytes) -> None:
        """Serve a WebSocket; parse a request that offers another protocol again, without the offer."""
        self._unparsed_bytes = 0
        method, version = self.parser.get_method(), self.parser.get_http_version()
        if method != b"CONNECT" and (version == "1.0" or not self._should_upgrade()):  # RFC 9110, 7.8
            again = heads.without_offer(method, self.url, version, self.headers)
            self.parser = httptools.HttpRequestParser(self)
            self._parse(again + following)
        elif self._unanswered or method != b"GET":
            self._refuse(MalformedRequest("A WebSocket is opened by a GET, after all answers."))
        elif (error := heads.handshake_error(self.url, self.headers)) is not None:
            self._refuse(error)
        else:
            self.scope["method"] = "GET"
            self.handle_websocket_upgrade()
            self.transport.forget()
            self.parser = None  # it holds this protocol, which is not told that the connection is lost
            if following:
                self.transport.get_protocol().data_received(following)

    def on_message_begin(self) -> None:
        """Give the application a function that closes the connection."""
        _Base.on_message_begin(self)
        extensions: dict[str, Any] = {CLOSE_CONNECTION: self.transport.close}
        self.scope["extensions"] = extensions

    def on_headers_complete(self) -> None:
        """Check the head, and have the request answered. Raises an ApiError, with which it is refused."""
        if self._unparsed_bytes > heads.MAX_BYTES:
            heads.check_size(self.url, self.headers)
        heads.check(self.headers, self.parser.get_http_version)
        if not self.url.startswith((b"/", b"*")):
            self.url = heads.as_path(self.url, self.headers)
        if self.expect_100_continue and self.parser.get_http_version() == "1.0":  # RFC 9110, 10.1.1
            self.expect_100_continue = False
        self._events += 1
        self._progress += 1
        if not self.parser.should_upgrade():
            _Base.on_headers_complete(self)
            self._unanswered.append(self.cycle)
            self._receiving = True
            self._closes_early = False
            self.headers = []  # what follows are trailers, which are no headers of the request

    def on_body(self, body: bytes) -> None:
        """Count the body."""
        self._body_bytes += len(body)
        self._progress += 1
        _Base.on_body(self, body)

    def on_message_complete(self) -> None:
        """Note that the request is complete, so that the connection can be used for another."""
        self._events += 1
        self._progress += 1
        if self._receiving:
            self._receiving = False
            cycle = self.cycle
            if self._closes_early and not cycle.response_started:
                cycle.keep_alive = True
            if not cycle.response_complete:
                cycle.more_body = False
                cycle.message_event.set()

    def on_response_complete(self) -> None:
        """Go on with what was held back, or with the refusal of what came after the request."""
        self._unanswered.popleft()
        self._events += 1
        if self.pipeline:
            _Base.on_response_complete(self)
        else:  # without its timer, as enforce_timeouts closes idle connections
            self.server_state.total_requests += 1
            self.flow.resume_reading()
        if self.transport.is_closing():
            return
        if self.flow.held and not self.pipeline:
            held, self.flow.held = self.flow.held, b""
            self.flow.resume_reading()
            self._parse(held)
        elif self._refusal and not self._unanswered:
            self._send_refusal(self._refusal)

    def pause_writing(self) -> None:
        """Note since when the client has left answers unread."""
        self._unread_since = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        """Note that the client reads."""
        self._unread_since = None
        super().resume_writing()

    def enforce_timeouts(self, now: float) -> None:
        """Refuse a request that takes too long, and close a connection that is idle or whose answers stay unread."""
        if self._events != self._timed_events:
            self._timed_events, self._waiting_since, self._body_bytes = self._events, now, 0
        seconds = now - self._waiting_since
        if self._unread_since is not None:
            if now - self._unread_since > _UNREAD_SECONDS:
                self.transport.abort()
        elif self._receiving:
            self._enforce_body_timeout(seconds)
        elif not self._unanswered and not self.transport.is_closing():
            self._enforce_head_timeout(seconds)

    def shutdown(self) -> None:
        """End the connection, after its answer; over TLS a client may not notice the end of an idle one."""
        super().shutdown()
        if self.transport.is_closing() and not self.transport.get_write_buffer_size():
            self.loop.call_later(_CLOSE_SECONDS, self.transport.abort)

    def _enforce_body_timeout(self, seconds: float) -> None:
        if self.flow.read_paused or self.cycle.waiting_for_100_continue:
            self._timed_events = -1  # the client is not to blame
        elif seconds > _BODY_SECONDS + self._body_bytes / _MIN_BODY_BYTES_PER_SECOND:
            self._refuse(TooSlow("The body of the request did not arrive in time."))

    def _enforce_head_timeout(self, seconds: float) -> None:
        if self._unparsed_bytes and seconds > HEAD_SECONDS:
            self._refuse(TooSlow("The head of the request did not arrive in time."))
        elif not self._unparsed_bytes and seconds > (self.timeout_keep_alive if self._events else HEAD_SECONDS):
            self.transport.close()

    def _expect_body(self) -> None:
        """Have the connection closed if the request is answered before its long body has arrived."""
        for name, value in self.scope["headers"]:
            if name == b"transfer-encoding" or (name == b"content-length" and _bytes(value) > _MAX_IGNORED_BODY_BYTES):
                self._closes_early = self._closes_early or self.cycle.keep_alive
                self.cycle.keep_alive = False

    def _refuse(self, error: ApiError) -> None:
        """Answer with an error once all earlier requests are answered, and close the connection."""
        self._refusal = without_origin(error)
        if self._receiving and self.cycle.response_started:
            self.transport.close()
            return
        if self._receiving:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            self._unanswered.pop()
            self._receiving = False
            if self.pipeline:
                self.pipeline.popleft()
        if not self._unanswered:
            self._send_refusal(error)

    def _send_refusal(self, error: ApiError) -> None:
        if not self.transport.is_closing():
            self.transport.write(as_bytes(error, self.server_state.default_headers))
            self.transport.close()


def _nothing() -> None:
    """Hold no protocol, as the method that stands here otherwise does."""


def _bytes(content_length: bytes) -> int:
    """Return the number that a content length announces, or at least a very large one."""
    return int(content_length.lstrip(b"0")[:18] or b"0")
