"""The gateway's end of its WebSocket: every frame is recorded, every wait has a timeout, every socket is closed."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from urllib.parse import urlencode

import httpx
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus, ProxyError, WebSocketException
from websockets.sync.client import ClientConnection, connect

from contract_tests.actors import Exchange, NotReached, Unanswered
from contract_tests.config import BEARER, FIRST_MESSAGE, QUERY
from contract_tests.http import connections
from contract_tests.output.texts import MAX_EVIDENCE_CHARS, shorten
from contract_tests.replay.steps import SOCKET, Step
from contract_tests.steps.answers import JSON
from contract_tests.verdicts import Unavailable, Violation
from contract_tests.world import GATEWAYS, World

HEARTBEAT: JSON = {"type": "heartbeat"}
_TIMEOUT_SECONDS = 5.0
_ANSWER = f"an answer to a frame within {_TIMEOUT_SECONDS:g} s"
#: The delays before a handshake on a shared target is made again that was lost, or answered by a load balancer.
_BACKOFF_SECONDS = (0.5, 1.0, 2.0)
_BALANCER_STATUSES = (429, 502, 503, 504)
#: The code of a socket whose connection ended without a closing frame (RFC 6455, 7.1.5).
_LOST = 1006
_CONNECT_OPTIONS: JSON = {
    "compression": None,
    "open_timeout": _TIMEOUT_SECONDS,
    "close_timeout": 1,
    "ping_interval": None,
}


class GatewaySocket:
    """One open socket."""

    def __init__(self, connection: ClientConnection, url: str, world: World, number: int) -> None:
        self._connection = connection
        self._url = url
        self._recorder = world.recorder
        self._number = number
        self._path = f"{GATEWAYS}{url.rpartition(GATEWAYS)[2]}"
        self._shared = world.shared
        self._ignored_frames = world.session.ignored_frames

    def ask(self, frame: JSON | str) -> JSON:
        """Send a frame, as JSON or as it is, and return the frame that answers it. Raises Violation."""
        try:
            answer = self._exchange(frame if isinstance(frame, str) else json.dumps(frame))
        except ConnectionClosed:
            if self.is_lost and self._shared:
                raise NotReached(f"{self._url}: the connection was lost") from None
            raise Violation("", "an answer to a frame", f"the socket was closed with {self._code()}") from None
        if answer is None:
            raise Violation("", _ANSWER, "no answer")
        try:
            return dict(json.loads(answer))
        except (ValueError, TypeError):
            raise Violation("", "a frame that holds a JSON object", shorten(repr(answer))) from None

    def send(self, frame: JSON) -> None:
        """Send a frame that a check needs the target to have received. Raises Unavailable unless an ack answers it.

        A shared target that has ignored a frame of a type is not asked again: each time would cost the whole timeout.
        """
        if frame["type"] in self._ignored_frames:
            raise Unavailable(f"a gateway that sends a frame needs {_ANSWER}; got no answer to an earlier one")
        try:
            answer = self.ask(frame)
        except Violation as failure:
            if self._shared and failure.expected == _ANSWER:
                self._ignored_frames.add(frame["type"])
            raise Unavailable(f"a gateway that sends a frame needs {failure.expected}; got {failure.actual}") from None
        if answer.get("type") != "ack":
            raise Unavailable(f"the target does not take the frame {shorten(json.dumps(frame))}: {answer}")

    def close_code(self, timeout_seconds: float = 2.0) -> int | None:
        """Wait for the target to close the socket and return its code, or None when it stays open."""
        try:
            self._connection.recv(timeout=timeout_seconds)
        except ConnectionClosed:
            self._note(None, self._code(), "closed")
            return self._code()
        except TimeoutError:
            pass
        return None

    def accepts_frames(self) -> bool:
        """Whether the target leaves the socket open after a frame, answered or not."""
        try:
            answer = self._exchange(json.dumps(HEARTBEAT))
        except ConnectionClosed:
            return False
        if answer is None and self._shared:
            self._ignored_frames.add(HEARTBEAT["type"])
        return True

    @property
    def is_lost(self) -> bool:
        """Whether the connection ended without a closing frame."""
        return self._code() == _LOST

    def close(self) -> None:
        """Close the socket from this end; does nothing when it is closed already."""
        if self._connection.close_code is None:
            self._recorder.steps.add(Step(SOCKET, "CLOSE", self._path, 101, socket=self._number))
        self._connection.close()

    def _exchange(self, text: str) -> str | bytes | None:
        """Send a text and return the answer, None when there is none in time. Raises ConnectionClosed."""
        try:
            self._connection.send(text)
            answer = self._connection.recv(timeout=_TIMEOUT_SECONDS)
        except ConnectionClosed:
            self._note(text, self._code(), "")
            raise
        except TimeoutError:
            self._note(text, 101, "")
            return None
        self._note(text, 101, str(answer))
        return answer

    def _code(self) -> int:
        return self._connection.close_code or _LOST

    def _note(self, sent: str | None, status: int, answer: str) -> None:
        method = "WAIT" if sent is None else "SEND"
        self._recorder.steps.add(Step(SOCKET, method, self._path, status, answer, sent, socket=self._number))
        self._recorder.add(
            Exchange("gateway", "WS", self._url, sent, status, shorten(answer, MAX_EVIDENCE_CHARS), None, 0.0)
        )


@contextmanager
def open_socket(world: World, gateway_id: str, token: str | None) -> Iterator[GatewaySocket]:
    """Open the socket of a gateway with a credential, or with none, until the block ends.

    For rules about the handshake: raises Violation when the target refuses it, Unavailable when a proxy does.
    """
    config = world.session.target.config
    base_url, connection_settings = config.base_url.rstrip("/"), config.connection
    url = f"ws{base_url.removeprefix('http')}{GATEWAYS}/{gateway_id}/ws"
    way, _, name = (config.socket_auth or BEARER).partition(":")
    address = f"{url}?{urlencode({name: token})}" if way == QUERY and token else url
    headers = {"Authorization": f"Bearer {token}"} if way == BEARER and token else {}
    proxy = connections.proxy_for(httpx.URL(base_url), connection_settings)
    options = {**_CONNECT_OPTIONS, "proxy": proxy.url if proxy else None}
    options["additional_headers"] = {**connection_settings.headers, **headers}
    if url.startswith("wss:"):
        options["ssl"] = connection_settings.ssl_context()
    with ExitStack() as stack:
        try:
            connection = stack.enter_context(_connected(world, address, options))
        except ProxyError as error:
            raise Unavailable(f"needs a WebSocket, which {proxy} does not forward: {error}") from None
        except WebSocketException as error:
            _record_handshake(world, address, headers, error)
            raise Violation("", "a WebSocket handshake", f"{type(error).__name__}: {error}") from None
        except OSError as error:
            raise Unanswered(f"{url}: {type(error).__name__}: {f'through {proxy}: ' * bool(proxy)}{error}") from None
        if way == FIRST_MESSAGE and token:
            connection.send(json.dumps({"type": "auth", "api_key": token}))
        socket = GatewaySocket(connection, url, world, _record_handshake(world, address, headers))
        yield stack.enter_context(closing(socket))


def _record_handshake(
    world: World, address: str, headers: dict[str, str], refusal: WebSocketException | None = None
) -> int:
    """Record a handshake as a step, and return the number of the socket."""
    number = sum(step.method == "OPEN" for step in world.recorder.steps)
    status = refusal.response.status_code if isinstance(refusal, InvalidStatus) else 0 if refusal else 101
    sent = {name.lower(): text for name, text in headers.items()}
    world.recorder.steps.add(
        Step(SOCKET, "OPEN", address[address.index(GATEWAYS) :], status, headers=sent, socket=number)
    )
    return number


def _connected(world: World, url: str, options: JSON) -> ClientConnection:
    """Return an open connection; on a shared target the handshake is made again if the network has lost it.

    Raises WebSocketException, OSError.
    """
    for seconds in _BACKOFF_SECONDS if world.shared else ():
        world.session.throttle()
        try:
            return connect(url, **options)
        except InvalidStatus as error:
            if error.response.status_code not in _BALANCER_STATUSES or "x-request-id" in error.response.headers:
                raise
        except (InvalidMessage, OSError):
            pass
        world.recorder.repeated += 1
        time.sleep(seconds)
    world.session.throttle()
    return connect(url, **options)


@contextmanager
def require_socket(world: World, gateway_id: str, key: str | None) -> Iterator[GatewaySocket]:
    """Open the socket of a gateway until the block ends.

    For rules that need an open socket: raises Unavailable when the target refuses the handshake.
    """
    with ExitStack() as stack:
        try:
            socket = stack.enter_context(open_socket(world, gateway_id, key))
        except Violation as failure:
            raise Unavailable(f"this takes {failure.expected}; got {failure.actual}") from None
        yield socket


def require_known_way(world: World) -> None:
    """Raise Unavailable where nobody has said how a gateway shows its key, so that a refusal proves nothing."""
    if world.shared and world.session.target.config.socket_auth is None:
        raise Unavailable("a gateway's key does not open its socket as a bearer token; name the way in socket_auth")


def is_admitted(world: World, gateway_id: str, key: str | None) -> bool:
    """Whether the target accepts a handshake with the credential and leaves the socket open after a frame.

    On a shared target a lost connection says so only if it is lost each time.
    """
    for _ in range(1 + len(_BACKOFF_SECONDS) * world.shared):
        try:
            with open_socket(world, gateway_id, key) as socket:
                if socket.accepts_frames():
                    return True
                if not socket.is_lost:
                    return False
        except Violation:
            return False
    return False
