"""Which proxy a target is called through."""

import httpx
import pytest

from contract_tests.config import ConfigError
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
