"""The destinations that webhooks may have."""

import asyncio
import re
import socket
import ssl
from collections.abc import Callable, Sequence
from functools import partial

import pytest
import yaml

from mockserver import resources
from mockserver.domain.webhooks import Attempt
from mockserver.settings import Settings
from mockserver.webhooks.allowlist import Allowed, Destination, NotAllowed, WebhookOptionError
from mockserver.webhooks.sender import Resolve, Sender
from tests.factories import NOON

DEFAULT = Settings().webhooks_to
#: The addresses of names in these tests; any other host is resolved by the system, which needs no name server for
#: numbers in unusual forms.
NAMES = {
    "here.test": ["127.0.0.1"],
    "here6.test": ["::1"],
    "both.test": ["::1", "127.0.0.1"],
    "lan.test": ["10.0.0.5"],
    "other.lan.test": ["10.0.0.5"],
    "mixed.test": ["127.0.0.1", "10.0.0.5"],
    "mapped.test": ["::ffff:10.0.0.5"],
    "metadata.test": ["169.254.169.254"],
    "anything.test": ["0.0.0.0"],
    "multicast.test": ["224.0.0.1"],
    "public.test": ["93.184.215.14"],
    "nowhere.test": [],
}
REFUSED = [
    # by default, all but this machine
    (DEFAULT, "https://10.0.0.5/"),
    (DEFAULT, "https://172.16.0.1/"),
    (DEFAULT, "https://192.168.1.1:8443/"),
    (DEFAULT, "https://93.184.215.14/"),
    (DEFAULT, "https://169.254.169.254/latest/meta-data"),
    (DEFAULT, "https://0.0.0.0/"),
    (DEFAULT, "https://128.0.0.1/"),
    (DEFAULT, "https://[::]/"),
    (DEFAULT, "https://[fe80::1]/"),
    (DEFAULT, "https://[fd00:ec2::254]/"),
    (DEFAULT, "https://[2001:db8::1]/"),
    (DEFAULT, "https://[::ffff:10.0.0.5]/"),
    (DEFAULT, "https://[::ffff:a9fe:a9fe]/"),
    (DEFAULT, "https://[64:ff9b::7f00:1]/"),
    (DEFAULT, "https://[::7f00:1]/"),
    # by any name and in any notation
    (DEFAULT, "https://lan.test/"),
    (DEFAULT, "https://LAN.TEST./"),
    (DEFAULT, "https://mixed.test/"),
    (DEFAULT, "https://mapped.test/"),
    (DEFAULT, "https://metadata.test/"),
    (DEFAULT, "https://public.test/"),
    (DEFAULT, "https://167772165/"),
    (DEFAULT, "https://0xa000005/"),
    (DEFAULT, "https://0xa.0.0.5/"),
    (DEFAULT, "https://012.0.0.5/"),
    (DEFAULT, "https://10.5/"),
    # network, host and port as allowed
    (["127.0.0.1:9443"], "https://127.0.0.1/"),
    (["127.0.0.1:9443"], "https://127.0.0.1:9444/"),
    (["127.0.0.1:9443"], "https://127.0.0.2:9443/"),
    (["[::1]:9443"], "https://[::1]:443/"),
    (["10.0.0.0/8:443"], "https://10.0.0.5:8443/"),
    (["10.0.0.0/24"], "https://10.0.1.5/"),
    (["2001:db8::/32"], "https://[2001:db9::1]/"),
    (["lan.test"], "https://10.0.0.5/"),
    (["lan.test"], "https://other.lan.test/"),
    (["lan.test:443"], "https://lan.test:8443/"),
    (["10.0.0.0/8"], "https://127.0.0.1/"),
    (["metadata.test"], "https://metadata.test/"),
    (["anything.test"], "https://anything.test/"),
    (["multicast.test"], "https://multicast.test/"),
]
INVALID = [
    "http://127.0.0.1/",
    "https://user@127.0.0.1/",
    "https://user:secret@127.0.0.1/",
    "https://127.0.0.1@10.0.0.5/",
    "https://127.0.0.1\\@10.0.0.5/",
    "https://127.0.0.1:80@10.0.0.5/",
    "https://127.0.0.1#@10.0.0.5/",
    "https://127.0.0.1:0/",
    "https://127.0.0.1:65536/",
    "https://127.0.0.1:/",
    "https://127.0.0.1:x/",
    "https://",
    "https:///hook",
    "https://127.0.0.1/a b",
    "https://127.0.0.1/a\r\nX-Evil: 1",
    "https://127.0.0.1/ä",
    "https://例え.test/",
    "https://[::1/",
    "https://[fe80::1%25eth0]/",
    "file:///etc/passwd",
    "//127.0.0.1/",
    "",
]


async def resolve(host: str, port: int) -> Sequence[str]:
    if host in NAMES:
        return NAMES[host]
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def never() -> ssl.SSLContext:
    raise AssertionError("a connection was opened")


def sent(
    url: str, allowed: Sequence[str], look_up: Resolve = resolve, tls: Callable[[], ssl.SSLContext] = never
) -> Attempt:
    """Return the attempt to send a message to a URL."""
    sender = Sender([Allowed.parse(text) for text in allowed], tls, 5, look_up)
    return asyncio.run(sender.post(url, {}, b"{}", NOON))


@pytest.mark.parametrize(("allowed", "url"), REFUSED)
def test_destination_that_is_not_allowed_is_refused_before_a_connection(allowed: Sequence[str], url: str) -> None:
    attempt = sent(url, allowed)
    assert (attempt.status, attempt.response) == (None, None)
    assert attempt.error
    assert "is not allowed" in attempt.error


@pytest.mark.parametrize("url", INVALID)
def test_url_of_another_form_is_refused(url: str) -> None:
    attempt = sent(url, ["0.0.0.0/0", "::/0"])
    assert attempt.error == "the address is not of the form https://host[:port][/path]"


def test_name_without_an_address_is_an_error() -> None:
    assert sent("https://nowhere.test/", DEFAULT, tls=ssl.create_default_context).error == "nowhere.test has no address"


def test_name_that_cannot_be_resolved_is_an_error() -> None:
    async def fail(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    assert "not known" in (sent("https://gone.test/", DEFAULT, fail).error or "")


@pytest.mark.parametrize(
    ("allowed", "url"),
    [
        (DEFAULT, "https://127.0.0.1:9/"),
        (DEFAULT, "https://127.1.2.3:9"),
        (DEFAULT, "https://[::1]:9/x?y=1"),
        (DEFAULT, "https://[::ffff:127.0.0.1]:9/"),
        (DEFAULT, "https://2130706433:9/"),
        (DEFAULT, "https://here.test:9/"),
        (DEFAULT, "https://here6.test:9/"),
        (DEFAULT, "https://both.test:9/"),
        (["HERE.test:9"], "https://here.TEST.:9/"),
        (["127.0.0.1"], "https://here.test:9/"),
        (["10.0.0.0/8", "127.0.0.0/8:9"], "https://127.0.0.1:9/"),
    ],
)
def test_allowed_destination_is_connected_to(allowed: Sequence[str], url: str) -> None:
    error = sent(url, allowed, tls=partial(ssl.SSLContext, ssl.PROTOCOL_TLS_CLIENT)).error or ""
    assert re.search("refused|failed|Connect call|attempts", error), error
    assert "not allowed" not in error


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://a.test", ("a.test", 443, "/")),
        ("https://A.test.:8443/x/y?z=1", ("a.test", 8443, "/x/y?z=1")),
        ("https://a.test?z", ("a.test", 443, "/?z")),
        ("https://[2001:DB8::1]:9/", ("2001:db8::1", 9, "/")),
    ],
)
def test_url_is_parsed(url: str, parts: tuple[str, int, str]) -> None:
    assert Destination.parse(url) == parts


@pytest.mark.parametrize(
    "text",
    ["", ":443", "10.0.0.0/33", "10.0.0.5/8", "a.test:0", "a.test:65536", "a.test:x", "a.test:", "https://a.test",
     "a.test/x", "user@a.test", "a b", "-a.test", "a..test", "1.2.3", "2130706433", "::1:x", "*"],
)  # fmt: skip
def test_invalid_option_is_an_error_of_one_line(text: str) -> None:
    with pytest.raises(WebhookOptionError) as caught:
        Allowed.parse(text)
    assert str(caught.value).startswith(f"--allow-webhooks-to {text}: ")


def test_the_scheme_is_taken_in_either_case() -> None:
    assert Destination.parse("HTTPS://127.0.0.1/") == Destination.parse("https://127.0.0.1/")


def test_api_accepts_the_urls_that_can_be_parsed_with_any_port_number() -> None:
    document = yaml.safe_load(resources.path("spec", "openapi.yaml").read_text(encoding="utf-8"))
    pattern = re.compile(document["components"]["schemas"]["WebhookUrl"]["pattern"])

    def parses(url: str) -> bool:
        try:
            return bool(Destination.parse(url))
        except NotAllowed:
            return False

    urls = [*INVALID, *(url for _, url in REFUSED)]
    differing = {url for url in urls if bool(pattern.search(url)) != parses(url)}
    assert differing == {"https://127.0.0.1:0/", "https://127.0.0.1:65536/"}
