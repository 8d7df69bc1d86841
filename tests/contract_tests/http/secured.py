"""A target behind TLS that demands a client certificate and a header, and a proxy that demands credentials."""

import base64
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import trustme

from tests.contract_tests.test_hostile_targets import listening

GATE_SECRET = "gate-secret-0123456789"
PROXY_PASSWORD = "proxy-p@ssword-0123456789"
_TIMEOUT_SECONDS = 20.0
_CREDENTIALS = base64.b64encode(f"somebody:{PROXY_PASSWORD}".encode()).decode()
_REFUSED = b"HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass
class Secured:
    """The addresses of the target and of the proxy, and the first line of every connection that each has had.

    ``refused`` are those without the header, which are among ``calls``.
    """

    base_url: str = ""
    proxy: str = ""
    calls: list[str] = field(default_factory=list)
    tunnels: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def settings(self, **changed: str) -> str:
        """Return the lines of a target file that reach the target, some of them changed or, if empty, left out."""
        lines = {
            "base_url": f'"{self.base_url}"',
            "ca": '"ca.pem"',
            "client_cert": '"client.pem"',
            "proxy": '"env:TARGET_PROXY"',
            "headers": '{ X-Gate = "file:gate" }',
        }
        return "".join(f"{key} = {value}\n" for key, value in {**lines, **changed}.items() if value)

    @property
    def environment(self) -> dict[str, str]:
        """What the target file takes from the environment."""
        return {"TARGET_PROXY": self.proxy.replace("://", f"://somebody:{PROXY_PASSWORD.replace('@', '%40')}@")}


@contextmanager
def secured(target_url: str, folder: Path) -> Iterator[Secured]:
    """Serve a target behind TLS and a proxy until the block ends; what a client needs is in the folder."""
    found, context, backend = Secured(), _server_context(folder), urlsplit(target_url)
    (folder / "gate").write_text(f"{GATE_SECRET}\n")

    def terminate(connection: socket.socket, end: threading.Event) -> None:
        with context.wrap_socket(connection, server_side=True) as plain:
            head = _head(plain)
            found.calls.append(head.partition(b"\r\n")[0].decode())
            if f"\r\nx-gate: {GATE_SECRET}\r\n" not in head.decode().replace("X-Gate", "x-gate"):
                found.refused.append(found.calls[-1])
                plain.sendall(_REFUSED % b"403 Forbidden")
                return
            _connect(plain, (str(backend.hostname), int(backend.port or 0)), head)

    def tunnel(connection: socket.socket, end: threading.Event) -> None:
        head = _head(connection)
        found.tunnels.append(head.partition(b"\r\n")[0].decode())
        if f"Proxy-Authorization: Basic {_CREDENTIALS}\r\n" not in head.decode():
            connection.sendall(_REFUSED % b"407 Proxy Authentication Required")
            return
        host, _, port = head.split()[1].decode().partition(":")
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        _connect(connection, (host, int(port)), b"")

    with ExitStack() as stack:
        found.base_url = stack.enter_context(listening(terminate)).replace("http:", "https:")
        found.proxy = stack.enter_context(listening(tunnel))
        yield found


def _server_context(folder: Path) -> ssl.SSLContext:
    """Return the context of a server that demands a client certificate, and write what a client needs."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    trustme.CA().cert_pem.write_to_path(folder / "other-ca.pem")
    authority.issue_cert("client@example.com").private_key_and_cert_chain_pem.write_to_path(folder / "client.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def _head(connection: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and (part := connection.recv(65536)):
        head += part
    return head


def _connect(client: socket.socket, address: tuple[str, int], begun: bytes) -> None:
    """Pass on bytes between a client and a server until one of them ends the connection."""
    with socket.create_connection(address, _TIMEOUT_SECONDS) as server:
        server.sendall(begun)
        answers = threading.Thread(target=_copy, args=(server, client), daemon=True)
        answers.start()
        _copy(client, server)
        answers.join()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while part := source.recv(65536):
            sink.sendall(part)
    for each in (source, sink):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
