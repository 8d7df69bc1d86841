"""The certificate of a mock that is served by HTTPS: read from files, or made for this run alone."""

import ssl
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

_MAX_BYTES = 1024 * 1024


class CertificateError(ValueError):
    """A certificate cannot be used or made; the text says why, in one line."""


def read(certificate: Path, key: Path | None) -> str:
    """Return a certificate and its key as PEM; they may be in one file. Raises CertificateError."""
    texts = []
    try:
        for path in filter(None, (certificate, key)):
            if not path.is_file():
                raise CertificateError(f"{path} is not a file")
            if path.stat().st_size > _MAX_BYTES:
                raise CertificateError(f"{path} is larger than {_MAX_BYTES} bytes")
            texts.append(path.read_text(encoding="latin-1"))
        pem = "\n".join(texts)
        with as_file(pem) as file:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(str(file), password=lambda: "")
    except ssl.SSLError as error:
        reason = (error.reason or "no PEM file").lower().replace("_", " ")
        raise CertificateError(
            f"there is no certificate with its key, in PEM and without a password, in these files: {reason}"
        ) from None
    except OSError as error:
        raise CertificateError(f"{error.filename or certificate}: {error.strerror}") from None
    return pem


@contextmanager
def as_file(pem: str | None) -> Iterator[str | None]:
    """Yield the path of a file that holds a certificate and its key until the block ends; None for none."""
    if pem is None:
        yield None
        return
    with tempfile.NamedTemporaryFile("w", prefix="novavms-mock-", encoding="latin-1") as file:
        file.write(pem)
        file.flush()
        yield file.name


@contextmanager
def made(hosts: Iterable[str], ca_file: Path | None) -> Iterator[tuple[str, Path]]:
    """Yield a certificate for these hosts with its key, as PEM, and a file with the certificate of its authority.

    The latter is ``ca_file``, which stays, or a file that is removed in the end. Raises CertificateError without the
    package trustme, OSError.
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
        public = ca_file or Path(folder, "ca.pem")
        authority.cert_pem.write_to_path(str(public))
        yield certificate.private_key_and_cert_chain_pem.bytes().decode(), public
