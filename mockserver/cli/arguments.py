"""The values of options that several commands have."""

import argparse
from urllib.parse import urlsplit


def url(text: str) -> str:
    """Return the URL of a server, without a slash at its end. Raises ArgumentTypeError."""
    try:
        parts = urlsplit(text)
        valid = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and _is_word(text)
    except ValueError:
        valid = False
    if not valid or parts.query or parts.fragment or parts.username:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form http://HOST:PORT")
    if parts.path.rstrip("/").endswith("/api/v1"):
        raise argparse.ArgumentTypeError(f"{text!r} ends with /api/v1, which is added by this command")
    return text.rstrip("/")


def token(text: str) -> str:
    """Return a token that can be sent in a header. Raises ArgumentTypeError."""
    if not _is_word(text):
        raise argparse.ArgumentTypeError("a token is made of printable ASCII characters without spaces")
    return text


def _is_word(text: str) -> bool:
    return bool(text) and text.isascii() and text.isprintable() and " " not in text
