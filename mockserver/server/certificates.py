"""The certificate of a mock that is served by HTTPS: read from files, or made for this run alone."""

import ssl
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

_MAX_BYTES = 1024 * 1024


class CertificateError(ValueError):
    """A certificate cannot be used or made; the text says why, in one line."""


def check(certificate: Path, key: Path | None) -> None:
    """Raise CertificateError unless these files hold a certificate and its key."""
    for path in filter(None, (certificate, key)):
        if not path.is_file():
            raise CertificateError(f"{path} is not a file")
        if path.stat().st_size > _MAX_BYTES:
            raise CertificateError(f"{path} is larger than {_MAX_BYTES} bytes")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, lambda: "")
    except ssl.SSLError as error:
        reason = (error.reason or "no PEM file").lower().replace("_", " ")
        raise CertificateError(
            f"there is no certificate with its key, in PEM and without a password, in these files: {reason}"
        ) from None
    except OSError as error:
        raise CertificateError(f"{error.filename or certificate}: {error.strerror}") from None


@contextmanager
def made(hosts: Iterable[str], ca_file: Path | None) -> Iterator[tuple[Path, Path]]:
    """Yield a file with a certificate for these hosts and its key, and one with the certificate of its authority.

    The latter is ``ca_file``, which stays, or a file that is removed with the other in the end. Raises
    CertificateError without the package trustme, OSError.
    """
    try:
        import trustme
    except ModuleNotFoundError:
        raise CertificateError("the option needs an extra: pip install 'novavms-contract[tls]'") from None
    authority = trustme.CA(organization_name="novavms-mock")
    try:
        certificate = authority.issue_cert(*dict.fromkeys(hosts))
    except ValueError as error:
        raise CertificateError(f"no certificate can be made for {', '.join(hosts)}: {error}") from None
    with tempfile.TemporaryDirectory(prefix="novavms-mock-") as folder:
        own, public = Path(folder, "server.pem"), ca_file or Path(folder, "ca.pem")
        certificate.private_key_and_cert_chain_pem.write_to_path(str(own))
        authority.cert_pem.write_to_path(str(public))
        yield own, public
