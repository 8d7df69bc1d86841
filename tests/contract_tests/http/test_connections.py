"""Which proxy a target is called through, and with which certificates."""

from pathlib import Path

import httpx
import pytest

from contract_tests.config import ClientCertificate, ConfigError, Connection
from contract_tests.http import connections
from contract_tests.http.connections import Proxy


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    "base_url",
    [
        *(
            "http://localhost:8080",
            "http://mock.localhost",
            "http://127.0.0.1",
            "https://127.1.2.3:1",
            "http://[::1]:80",
        ),
        *("http://[::ffff:127.0.0.1]", "http://0.0.0.0:8080", "http://LOCALHOST"),
    ],
)
def test_a_target_on_this_machine_is_called_directly(base_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://proxy.example.com")
    assert connections.proxy_for(httpx.URL(base_url)) is None


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"HTTPS_PROXY": "http://p:1"}, Proxy("http://p:1", "HTTPS_PROXY")),
        ({"https_proxy": "p:1"}, Proxy("http://p:1", "https_proxy")),
        ({"ALL_PROXY": "http://p:1", "HTTP_PROXY": "http://p:2"}, Proxy("http://p:1", "ALL_PROXY")),
        ({"HTTP_PROXY": "http://p:2"}, None),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "a.test, example.com"}, None),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "*"}, None),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "[::1]"}, Proxy("http://p:1", "ALL_PROXY")),
        ({}, None),
    ],
)
def test_another_target_is_called_through_the_proxy_of_the_environment(
    variables: dict[str, str], expected: Proxy | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    assert connections.proxy_for(httpx.URL("https://staging.example.com")) == expected


def test_no_certificates_are_read_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such/file")
    connections.client("http://127.0.0.1:1").close()
    with pytest.raises(ConfigError, match=r"the certificates of SSL_CERT_FILE .* cannot be read"):
        connections.client("https://127.0.0.1:1")


def test_the_target_file_beats_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://p:1")
    for base_url in ("https://staging.example.com", "http://127.0.0.1:1"):
        found = connections.proxy_for(httpx.URL(base_url), Connection(proxy="http://q:2"))
        assert found == Proxy("http://q:2", "the target file")


@pytest.mark.parametrize(
    ("base_url", "connection", "proxy"),
    [
        ("http://127.0.0.1:1", Connection(), ""),
        ("http://staging.example.com", Connection(), "http://p:1"),
        ("http://127.0.0.1:1", Connection(proxy="http://q:2"), "http://q:2"),
    ],
)
def test_generated_calls_go_through_the_same_proxy(
    base_url: str, connection: Connection, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://p:1")
    assert connections.requests_options(base_url, connection)["proxies"] == {"http": proxy, "https": proxy}


@pytest.mark.parametrize(
    ("connection", "verify", "cert"),
    [
        (Connection(), True, None),
        (Connection(verify=False), False, None),
        (Connection(ca=Path("/ca.pem")), "/ca.pem", None),
        (Connection(client_cert=ClientCertificate(Path("/c.pem"))), True, ("/c.pem", "/c.pem")),
        (Connection(client_cert=ClientCertificate(Path("/c.pem"), Path("/k.pem"))), True, ("/c.pem", "/k.pem")),
    ],
)
def test_generated_calls_use_the_same_certificates(
    connection: Connection, verify: bool | str, cert: tuple[str, str] | None
) -> None:
    found = connections.requests_options("https://staging.example.com", connection)
    assert (found["verify"], found["cert"]) == (verify, cert)
