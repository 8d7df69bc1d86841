"""The address of a mock: the options that choose it, the socket, the certificate, and the URL."""

import argparse
import errno
import ipaddress
import re
import shlex
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mockserver import CONTROL_PREFIX
from mockserver.cli.usage import UsageError
from mockserver.server import certificates
from mockserver.server.certificates import CertificateError
from mockserver.server.run import Place, bind, bind_path, reserve_port

_DEFAULT_HOST = "127.0.0.1"
_BASE_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,99}){1,10}", re.ASCII)


def add_options(group: Any) -> None:
    """Add the options to a group of a parser."""
    add = group.add_argument
    add("--host", type=_host, default=_DEFAULT_HOST, help="address to listen on (default: %(default)s)")
    one_of = group.add_mutually_exclusive_group()
    port_help = "port to listen on; 0 picks a free one (default: %(default)s)"
    one_of.add_argument("--port", type=_port, default=8080, help=port_help)
    one_of.add_argument("--uds", type=Path, metavar="PATH", help="listen on a Unix socket instead")
    tls = group.add_mutually_exclusive_group()
    tls_help = "serve by HTTPS, with a certificate made for this run; its authority is in a file next to --ready-file"
    tls.add_argument("--tls", action="store_true", help=tls_help)
    tls.add_argument("--tls-cert", type=Path, metavar="FILE", help="serve by HTTPS with this certificate (PEM)")
    add("--tls-key", type=Path, metavar="FILE", help="the key of --tls-cert, if that file does not hold it")
    add("--base-path", type=_base_path, default="", metavar="PATH", help="serve everything below this path, as in /vms")
    forwarded_help = "take the address in the served document from X-Forwarded-Proto, -Host, -Port and -Prefix"
    add("--forwarded", action="store_true", help=forwarded_help)


def check(options: argparse.Namespace) -> None:
    """Check the options that depend on each other. Raises UsageError."""
    if options.uds and options.host != _DEFAULT_HOST:
        raise UsageError(f"--uds {options.uds}: not allowed with --host {options.host}")
    if options.tls_key and not options.tls_cert:
        raise UsageError(f"--tls-key {options.tls_key} needs --tls-cert")


def is_local(options: argparse.Namespace) -> bool:
    """Whether the mock can be reached from this machine alone."""
    try:
        return options.uds or options.host == "localhost" or ipaddress.ip_address(options.host).is_loopback
    except ValueError:
        return False


@contextmanager
def listening(options: argparse.Namespace) -> Iterator[socket.socket]:
    """Yield the socket to serve, or one that reserves its port for the workers. Raises UsageError."""
    with _listener(options) as listener:
        try:
            yield listener
        finally:
            if options.uds:
                options.uds.unlink(missing_ok=True)


def _listener(options: argparse.Namespace) -> socket.socket:
    try:
        if options.uds:
            return bind_path(options.uds)
        return (bind if options.workers == 1 else reserve_port)(options.host, options.port)
    except OSError as error:
        reason = (error.strerror or str(error)).partition(" (while ")[0]
        if options.uds:
            raise UsageError(f"--uds {options.uds}: cannot listen: {reason}") from None
        remedy = "; --port 0 picks a free one" if error.errno == errno.EADDRINUSE else ""
        raise UsageError(f"cannot listen on {options.host}:{options.port}: {reason}{remedy}") from None


@contextmanager
def placed(options: argparse.Namespace) -> Iterator[tuple[Place, Path | None]]:
    """Yield where the mock is served, and the file of the authority of a certificate made for it. Raises UsageError."""
    if not options.tls:
        yield _place(options, _given(options)), None
        return
    ca_file = options.ready_file and options.ready_file.absolute().with_suffix(".ca.pem")
    hosts = ["localhost", "127.0.0.1", "::1", *([] if options.uds else [options.host]), *options.allow_host]
    try:
        with certificates.made([host.strip("[]") for host in hosts], ca_file) as (certificate, authority):
            yield _place(options, certificate), authority
    except CertificateError as error:
        raise UsageError(f"--tls: {error}") from None


def _given(options: argparse.Namespace) -> str | None:
    """Return the certificate of --tls-cert with its key, as PEM, if it is given. Raises UsageError."""
    if not options.tls_cert:
        return None
    try:
        return certificates.read(options.tls_cert, options.tls_key)
    except CertificateError as error:
        given = f"--tls-cert {options.tls_cert}" + (f" --tls-key {options.tls_key}" if options.tls_key else "")
        raise UsageError(f"{given}: {error}") from None


def _place(options: argparse.Namespace, certificate: str | None) -> Place:
    return Place(certificate=certificate, base_path=options.base_path, forwarded=options.forwarded)


def base_url(options: argparse.Namespace, listener: socket.socket) -> str:
    """Return the URL of the mock, without a path of the API."""
    host = f"[{options.host}]" if ":" in options.host else options.host
    address = "localhost" if options.uds else f"{host}:{listener.getsockname()[1]}"
    return f"{'https' if options.tls or options.tls_cert else 'http'}://{address}{options.base_path}"


def files(options: argparse.Namespace, ca_file: Path | None) -> dict[str, str]:
    """Return the files that a client needs, by their name in the ready file."""
    needed = {"ca_file": ca_file, "unix_socket": options.uds and options.uds.absolute()}
    return {name: str(path) for name, path in needed.items() if path}


def curl_options(options: argparse.Namespace, ca_file: Path | None) -> str:
    """Return what curl needs beside the URL."""
    names = {"ca_file": "--cacert", "unix_socket": "--unix-socket"}
    return "".join(f" {names[name]} {shlex.quote(path)}" for name, path in files(options, ca_file).items())


def _host(text: str) -> str:
    return text[1:-1] if text.startswith("[") and text.endswith("]") else text


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)


def _base_path(text: str) -> str:
    if text and not _BASE_PATH.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a path such as /vms, without / at its end")
    if f"{text}/".startswith(f"{CONTROL_PREFIX}/"):
        raise argparse.ArgumentTypeError(f"{text!r} would hide the control plane: another path, such as /vms")
    return text
