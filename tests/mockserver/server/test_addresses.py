"""By HTTPS, on a Unix socket or an IPv6 address, below a path and behind a proxy the mock is the same."""

import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import trustme
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect, unix_connect

from mockserver.cli.main import main
from mockserver.server import certificates
from mockserver.server.certificates import CertificateError
from tests.harness import JSON, Running
from tests.process import Served, run, serve

TOKEN = "sk_live_abc123"
HAS_IPV6 = socket.has_ipv6 and Path("/proc/net/if_inet6").exists()
IPV6 = pytest.param(["--host", "[::1]", "--tls"], marks=pytest.mark.skipif(not HAS_IPV6, reason="needs IPv6"))


def client(ready: JSON, **headers: str) -> httpx.Client:
    """Return a client that trusts the authority in the ready file alone."""
    trusted = ssl.create_default_context(cafile=ready["ca_file"]) if "ca_file" in ready else True
    transport = httpx.HTTPTransport(verify=trusted, uds=ready.get("unix_socket"))
    return httpx.Client(base_url=ready["base_url"], headers=headers, transport=transport, trust_env=False)


def check(served: Served, token: str = "") -> None:
    """Check API, control plane, host check, document and a gateway's socket at the address of the ready file."""
    base, control = served.ready["base_url"], {"Authorization": f"Bearer {token}"} if token else {}
    with client(served.ready) as calls:
        assert calls.get("/healthz").json() == {"status": "ok"}
        events = calls.get("/api/v1/events?limit=100", headers={"Authorization": f"Bearer {TOKEN}"})
        assert len(events.json()["data"]) == 100
        assert calls.get("/api/v1/openapi.json").json()["servers"][0]["url"] == base
        assert calls.post("/api/v1/auth/login", content=b"x" * 2_000_000).status_code == 413
        health = f"{served.ready['control_url']}/health"
        assert calls.get(health, headers=control).is_success
        assert calls.get(health, headers=control | {"Host": "evil.example"}).status_code == 403
        assert not token or calls.get(health).status_code == 401
        control_document = calls.get(f"{served.ready['control_url']}/openapi.json", headers=control).json()
        assert [server["url"] for server in control_document["servers"]] == [base]
        assert calls.get("/").json()["control"] == served.ready["control_url"]
        archive = calls.get(f"{served.ready['control_url']}/requests/har?operation=listEvents", headers=control).json()
        assert archive["log"]["entries"][0]["request"]["url"] == f"{base}/api/v1/events?limit=100"
    check_socket(served.ready)


def check_socket(ready: JSON) -> None:
    with client(ready, Authorization=f"Bearer {TOKEN}") as calls:
        gateway = calls.get("/api/v1/gateways").json()["data"][0]["id"]
    url = f"{ready['base_url'].replace('http', 'ws', 1)}/api/v1/gateways/{gateway}/ws"
    headers = {"Authorization": "Bearer gw_acme_warehouse_a"}
    trusted = ssl.create_default_context(cafile=ready["ca_file"]) if "ca_file" in ready else None
    if "unix_socket" in ready:
        opened = unix_connect(ready["unix_socket"], url, additional_headers=headers, ssl=trusted)
    else:
        opened = connect(url, additional_headers=headers, ssl=trusted, proxy=None)
    with opened as channel:
        channel.send('{"type": "heartbeat"}')
        assert '"ack"' in str(channel.recv(timeout=5))


def filled(options: list[str], folder: Path) -> list[str]:
    return [option.replace("FOLDER", str(folder)) for option in options]


@pytest.mark.parametrize(
    "options",
    [["--uds", "FOLDER/mock.sock", "--base-path", "/a/b", "--control-token", "t"], IPV6],
    ids=" ".join,
)
def test_everything_is_served_there(tmp_path: Path, options: list[str]) -> None:
    with serve(tmp_path, *filled(options, tmp_path), port="--uds" not in options) as served:
        check(served, "t" if "--control-token" in options else "")
        assert served.stop() == 0
    assert "Traceback" not in served.errors
    assert served.ready["base_url"] in served.output
    assert "/api/v1/events" in served.errors, "the log has the path of the API"
    assert {path.name for path in tmp_path.iterdir()} <= {"ready.ca.pem"}


@pytest.mark.slow
def test_several_workers_serve_there(tmp_path: Path, database: str) -> None:
    options = ["--workers", "2", "--store", database, "--fixture", "acme", "--tls", "--base-path", "/vms"]
    with serve(tmp_path, *options, "--uds", str(tmp_path / "mock.sock"), port=False) as served:
        for _ in range(4):
            check(served)
        assert served.stop() == 0
    assert {path.name for path in tmp_path.iterdir()} <= {"ready.ca.pem"}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of certificates and keys."""
    folder, authority = tmp_path_factory.mktemp("tls"), trustme.CA()
    certificate, other = authority.issue_cert("127.0.0.1"), authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    certificate.cert_chain_pems[0].write_to_path(str(folder / "cert.pem"))
    certificate.private_key_pem.write_to_path(str(folder / "key.pem"))
    certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / "both.pem"))
    other.private_key_pem.write_to_path(str(folder / "other.pem"))
    (folder / "text.pem").write_text("no certificate")
    (folder / "file").write_text("")
    return folder


def test_an_idle_client_delays_no_end(tmp_path: Path) -> None:
    with serve(tmp_path, "--tls") as served, client(served.ready) as calls:
        calls.get("/healthz")
        start = time.monotonic()
        assert served.stop() == 0
        assert time.monotonic() - start < 4
        assert "timeout" not in served.errors


def test_a_certificate_is_given(tmp_path: Path, files: Path) -> None:
    assert "PRIVATE KEY" in certificates.read(files / "both.pem", None)
    with serve(tmp_path, "--tls-cert", str(files / "cert.pem"), "--tls-key", str(files / "key.pem")) as served:
        assert served.ready.keys() == {"base_url", "control_url", "pid"}
        with pytest.raises(httpx.TransportError):
            httpx.get(served.ready["base_url"].replace("https", "http"), trust_env=False)
        served.ready["ca_file"] = str(files / "ca.pem")
        check(served)
        assert served.stop() == 0
    assert "Traceback" not in served.errors


def test_a_socket_that_was_left_is_replaced_and_one_in_use_is_not(tmp_path: Path) -> None:
    path = tmp_path / "my mock.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    with serve(tmp_path, "--uds", str(path), "--tls", port=False) as served:
        done = run("serve", "--uds", str(path))
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
        assert f"--uds {path}: cannot listen: Address already in use" in done.stderr
        shown = next(line.strip() for line in served.process.stdout or () if line.startswith("  curl "))
        done = subprocess.run(f"{shown} -sS", shell=True, capture_output=True, text=True, check=True)
        assert '"data":[' in done.stdout


def test_no_key_stays_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    ready = tmp_path / "ready"
    ready.mkdir()
    with serve(ready, "--tls"):
        assert not [path for path in tmp_path.rglob("*") if path.is_file() and "PRIVATE" in path.read_text()]


def test_a_certificate_is_not_made_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trustme", None)
    with pytest.raises(CertificateError, match=r"pip install 'novavms-contract\[tls\]'"), certificates.made([], None):
        pass


@pytest.mark.parametrize(
    "options",
    [
        ["--tls", "--tls-cert", "FOLDER/cert.pem"],
        ["--tls-key", "FOLDER/key.pem"],
        ["--tls-cert", "FOLDER/cert.pem"],
        ["--tls-cert", "FOLDER/cert.pem", "--tls-key", "FOLDER/other.pem"],
        ["--tls-cert", "FOLDER/text.pem"],
        ["--tls-cert", "FOLDER/missing.pem"],
        ["--tls-cert", "FOLDER"],
        ["--tls-cert", "/dev/zero"],
        ["--uds", "FOLDER/file"],
        ["--uds", "FOLDER/missing/mock.sock"],
        ["--uds", "FOLDER/" + "x" * 200],
        ["--uds", "FOLDER/mock.sock", "--port", "1"],
        ["--uds", "FOLDER/mock.sock", "--host", "::1"],
        ["--base-path", "vms"],
        ["--base-path", "/vms/"],
        ["--base-path", "/"],
        ["--base-path", "/../x"],
        ["--base-path", "/a?b"],
        ["--base-path", "/" + "x" * 101],
        ["--base-path", "/_mock"],
        ["--base-path", "/_mock/vms"],
        ["--journal-calls", "99"],
        ["--journal-calls", "100001"],
        ["--journal-calls", "²00"],
        ["--tls", "--allow-host", "x" * 70],
    ],
    ids=lambda options: " ".join(options)[:60],
)
def test_what_cannot_be_used_is_one_line_that_names_option_and_value(
    files: Path, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    given = filled(options, files)
    try:
        code = main(["serve", *given])
    except SystemExit as error:
        code = int(str(error.code))
    printed = capsys.readouterr()
    assert (code, len(printed.err.splitlines()), printed.out) == (2, 1, ""), printed.err
    assert options[0] in printed.err
    assert given[-1] in printed.err or "not allowed with" in printed.err
    assert (files / "file").exists()


@pytest.mark.parametrize("token", ["", "geheim ", "ge\x00heim"])
def test_a_token_that_nobody_could_send_is_refused_and_not_shown(
    token: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["serve", "--control-token", token])
    printed = capsys.readouterr().err
    assert (exit_.value.code, len(printed.splitlines())) == (2, 1)
    assert "--control-token: a token is not empty" in printed
    assert "heim" not in printed


def test_a_404_elsewhere_names_the_base_path(proxied: Served) -> None:
    root = proxied.ready["base_url"].removesuffix("/vms")
    with httpx.Client(base_url=root, headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False) as calls:
        for path in ("/", "/healthz", "/vmsx/healthz", "/_mock/health"):
            answer = calls.get(path)
            assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
            assert "below /vms" in answer.json()["message"]
        for path in ("/vms", "/vms/", "/v%6ds/"):
            assert calls.get(path).json()["api"] == f"{root}/vms/api/v1"
        hint = calls.get("/vms/events").json()["message"]
        assert "Did you mean /vms/api/v1/events?" in hint
        assert "the control plane under /vms/_mock." in hint
        for path in ("/vms/api/v1/events/a%2Fb", "/v%6ds/api/v1/events/a%2Fb"):
            assert "id" in calls.get(path).json()["field_errors"]
    with pytest.raises(InvalidStatus):
        connect(f"{root.replace('http', 'ws')}/api/v1/gateways/x/ws", proxy=None)
    entries = proxied.control("GET", "/requests").json()["data"]
    assert {"/", "/events", "/api/v1/events/a/b"} == {
        entry["path"] for entry in entries if "openapi" not in entry["path"]
    }


FORWARDED = {
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "app.example.com, proxy",
    "X-Forwarded-Prefix": "/team/",
}


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        (FORWARDED, "https://app.example.com/team"),
        (FORWARDED | {"X-Forwarded-Port": "8443"}, "https://app.example.com:8443/team"),
        (FORWARDED | {"X-Forwarded-Port": "443"}, "https://app.example.com/team"),
        (FORWARDED | {"X-Forwarded-Port": "65535"}, "https://app.example.com:65535/team"),
        (FORWARDED | {"X-Forwarded-Port": "65536"}, "https://app.example.com/team"),
        (FORWARDED | {"X-Forwarded-Port": "99999"}, "https://app.example.com/team"),
        ({"X-Forwarded-Host": "app.example.com:99999"}, ""),
        ({"X-Forwarded-Host": "[::1]:81", "X-Forwarded-Port": "82"}, "http://[::1]:81"),
        ({"X-Forwarded-Proto": "ftp", "X-Forwarded-Host": "a/b", "X-Forwarded-Prefix": "x"}, ""),
        ({"X-Forwarded-Host": "<script>", "X-Forwarded-Port": "0", "X-Forwarded-Prefix": "//evil.example"}, ""),
    ],
)
def test_a_proxy_is_believed_where_asked(proxied: Served, headers: dict[str, str], address: str) -> None:
    expected = f"{address}/vms" if address else proxied.ready["base_url"]
    found = proxied.get("/api/v1/openapi.json", headers=headers).json()["servers"][0]["url"]
    assert found == expected
    assert proxied.get("/", headers=headers).json()["api"] == f"{expected}/api/v1"
    assert proxied.control("GET", "/health", headers=headers | {"Host": "app.example.com"}).status_code == 403


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve(tmp_path_factory.mktemp("proxied"), "--base-path", "/vms", "--forwarded") as served:
        yield served


def test_a_proxy_is_not_believed_otherwise(shared: Running) -> None:
    found = shared.client().get("/api/v1/openapi.json", headers=FORWARDED).json()["servers"][0]["url"]
    assert found == shared.base_url
