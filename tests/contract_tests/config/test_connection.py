"""How a target file says a target is reached; every mistake is one line with file, key, and what to do."""

import os
from pathlib import Path

import pytest
import trustme

from contract_tests import config
from contract_tests.config import ClientCertificate, ConfigError, Connection
from contract_tests.output.redaction import KNOWN
from contract_tests.plan import Plan

GOOD = 'base_url = "https://staging.example.com"'
SECRET = "do-not-show-this"
ENCRYPTED_KEY = """-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAg=
-----END ENCRYPTED PRIVATE KEY-----
"""


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the target file, with certificates beside it."""
    issued = authority.issue_cert("client@example.com")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    issued.private_key_and_cert_chain_pem.write_to_path(tmp_path / "both.pem")
    (tmp_path / "not.pem").write_text("a certificate, believe me")
    (tmp_path / "secret").write_text(f"{SECRET}\n", encoding="utf-8-sig")
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "latin").write_bytes(b"\xe9\xe9")
    (tmp_path / "large").write_text("x" * 70_000)
    monkeypatch.setenv("A_SECRET", SECRET)
    monkeypatch.setenv("CONTROLS", f"{SECRET}\r\nX-Injected: 1")
    (tmp_path / "huge.pem").touch()
    os.truncate(tmp_path / "huge.pem", 10 * 1024**3)
    return tmp_path


def loaded(folder: Path, lines: str, head: str = GOOD) -> config.TargetConfig:
    path = folder / "targets.toml"
    path.write_text(f"[targets.a]\n{head}\n{lines}", encoding="utf-8")
    return config.load(path)["a"]


def complaint(folder: Path, lines: str, head: str = GOOD) -> str:
    with pytest.raises(ConfigError) as caught:
        loaded(folder, lines, head)
    line = str(caught.value)
    assert "\n" not in line
    assert SECRET not in line
    assert line.startswith(f"{folder / 'targets.toml'}: targets.a.")
    return line.partition(": targets.a.")[2]


def test_without_settings_a_target_is_reached_as_any_other(folder: Path) -> None:
    assert loaded(folder, "").connection == Connection()


def test_all_settings_are_read_and_paths_begin_at_the_folder_of_the_file(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    found = loaded(
        folder,
        """ca = "ca.pem"
        client_cert = { cert = "cert.pem", key = "key.pem" }
        proxy = "http://somebody:p%40ss-word@proxy.example.com:3128"
        headers = { X-Gate = "file:secret", X-Env = "env:A_SECRET", X-Plain = "two words" }""",
    ).connection
    assert found == Connection(
        ca=folder / "ca.pem",
        client_cert=ClientCertificate(folder / "cert.pem", folder / "key.pem"),
        proxy="http://somebody:p%40ss-word@proxy.example.com:3128",
        headers={"X-Gate": SECRET, "X-Env": SECRET, "X-Plain": "two words"},
    )
    assert {SECRET, "two words", "p%40ss-word", "p@ss-word", "somebody:p@ss-word"} == set(found.secrets)
    assert SECRET not in repr(found)
    assert "ss-word" not in repr(found)
    assert KNOWN.redact(f"<{SECRET}>") == "<do-n…>"


def test_a_client_certificate_and_its_key_can_be_one_file(folder: Path) -> None:
    assert loaded(folder, 'client_cert = "both.pem"').connection.client_cert == ClientCertificate(folder / "both.pem")


@pytest.mark.parametrize("text", ["env:PROXY", "file:proxy", "http://127.0.0.1:3128"])
def test_a_proxy_without_credentials_is_no_secret(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROXY", "http://127.0.0.1:3128")
    (folder / "proxy").write_text("http://127.0.0.1:3128\n")
    found = loaded(folder, f'proxy = "{text}"').connection
    assert found.proxy == "http://127.0.0.1:3128"
    assert found.secrets == []


def test_a_token_can_stand_in_a_file(folder: Path) -> None:
    found = loaded(folder, '[targets.a.actors]\nadmin = { token = "file:secret" }')
    assert found.actors["admin"].token == SECRET


def test_worker_processes_get_the_settings_and_know_the_secrets(folder: Path) -> None:
    target = loaded(folder, 'ca = "ca.pem"\nclient_cert = "both.pem"\nheaders = { X-Gate = "file:secret" }')
    plan = Plan(("EV-26",), target)
    assert Plan.from_env(plan.to_env()) == plan
    assert plan.tokens == [SECRET]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("ca = 7", "ca = 7: must be a string"),
        ('ca = "no.pem"', "ca = 'no.pem': there is no file "),
        ('ca = "."', "ca = '.': there is no file "),
        ('ca = "\\u0000"', "ca = '\\x00': there is no file "),
        ('ca = "not.pem"', "ca = 'not.pem': has no certificate as PEM (NO_CERTIFICATE_OR_CRL_FOUND); name the file of"),
        ('ca = "huge.pem"', "ca = 'huge.pem': "),
        ('ca = "ca.pem"\nverify = false', "verify = False: with it nothing is checked against ca; leave out one"),
        ('verify = "no"', "verify = 'no': must be true or false"),
        ("client_cert = 7", "client_cert: must be a string or a table"),
        ("client_cert = {}", "client_cert.cert: must be a string, the path of a PEM file"),
        ('client_cert = { cert = "cert.pem", key = 7 }', "client_cert.key: must be a string, the path of a PEM file"),
        ('client_cert = { crt = "cert.pem" }', "client_cert.crt: is not one of cert, key; did you mean cert?"),
        ('client_cert = { cert = "cert.pem", key = "no.pem" }', "client_cert.key = 'no.pem': there is no file "),
        ('client_cert = "cert.pem"', "client_cert = 'cert.pem': cannot be used ("),
        (
            'client_cert = { cert = "both.pem", key = "not.pem" }',
            "client_cert = {'cert': 'both.pem', 'key': 'not.pem'}",
        ),
        ("proxy = 7", "proxy: must be a string"),
        ('proxy = ""', "proxy = '': is empty"),
        ('proxy = "proxy.example.com:3128"', "proxy = 'proxy.example.com:3128': must be such as http://proxy"),
        ('proxy = "ftp://proxy.example.com"', "proxy = 'ftp://proxy.example.com': must be such as http://proxy"),
        ('proxy = "http://[::1"', "proxy = 'http://[::1': must be such as"),
        ('proxy = "http://p:99999"', "proxy = 'http://p:99999': must be such as"),
        (f'proxy = "htp://me:{SECRET}@p"', "proxy: must be such as http://proxy.example.com:3128, with user:password@"),
        ('proxy = "env:A_SECRET"', "proxy = 'env:A_SECRET': must be such as"),
        ('proxy = "env:NOT_SET"', "proxy = 'env:NOT_SET': the environment variable is not set"),
        ('proxy = "file:no"', "proxy = 'file:no': there is no file "),
        (f'headers = "X-Gate: {SECRET}"', "headers: must be a table"),
        ("headers = { X-Gate = 7 }", "headers.X-Gate: must be a string; env:NAME takes it from"),
        ('headers = { X-Gate = "" }', "headers.X-Gate = '': is empty"),
        ('headers = { X-Gate = "env:NOT_SET" }', "headers.X-Gate = 'env:NOT_SET': the environment variable is not"),
        ('headers = { X-Gate = "env:CONTROLS" }', "headers.X-Gate: a header can have visible ASCII characters"),
        (f'headers = {{ X-Gate = "{SECRET}é" }}', "headers.X-Gate: a header can have visible ASCII characters"),
        (f'headers = {{ X-Gate = " {SECRET}" }}', "headers.X-Gate: a header can have visible ASCII characters"),
        ('headers = { X-Gate = "file:empty" }', "headers.X-Gate = 'file:empty': the file is empty"),
        ('headers = { X-Gate = "file:no" }', "headers.X-Gate = 'file:no': there is no file "),
        ('headers = { X-Gate = "file:latin" }', "headers.X-Gate = 'file:latin': "),
        ('headers = { X-Gate = "file:large" }', "headers.X-Gate = 'file:large': "),
        ('headers = { "X Gate" = "1" }', "headers.'X Gate': is no name of a header"),
        ('headers = { "X-Gate\\r\\nX" = "1" }', "headers.'X-Gate\\r\\nX': is no name of a header"),
        ('headers = { X-Gate = "1", x-gate = "2" }', "headers.x-gate: is there twice"),
        (f'headers = {{ authorization = "{SECRET}" }}', "headers.'authorization': would replace the tokens of"),
        ('headers = { Content-Type = "text/plain" }', "headers.'Content-Type': is a header that the suite sets"),
        ('headers = { Sec-WebSocket-Key = "1" }', "headers.'Sec-WebSocket-Key': is a header that the suite sets"),
        ('[targets.a.actors]\nadmin = { token = "file:no" }', "actors.admin.token = 'file:no': there is no file "),
        ('[targets.a.actors]\nadmin = { token = "file:latin" }', "actors.admin.token = 'file:latin': "),
        (f'actors = ["{SECRET}"]', "actors: must be a table"),
    ],
)
def test_a_mistake_is_named_with_its_key_and_the_remedy(folder: Path, lines: str, message: str) -> None:
    assert complaint(folder, lines).startswith(message)


@pytest.mark.parametrize("name", ["huge.pem", "large"])
def test_a_file_that_is_too_large_is_named_with_the_limit(folder: Path, name: str) -> None:
    lines = 'ca = "huge.pem"' if name == "huge.pem" else 'headers = { X-Gate = "file:large" }'
    assert f"{folder / name} is larger than " in complaint(folder, lines)


def test_a_file_in_another_encoding_is_named(folder: Path) -> None:
    assert complaint(folder, 'headers = { X-Gate = "file:latin" }').endswith("latin is not UTF-8; save it as UTF-8")


def test_an_encrypted_key_is_refused_without_asking_for_its_password(folder: Path) -> None:
    (folder / "key.pem").write_text(ENCRYPTED_KEY)
    line = complaint(folder, 'client_cert = { cert = "cert.pem", key = "key.pem" }')
    assert line.endswith("; name PEM files with a certificate and its key, the key not encrypted")


@pytest.mark.parametrize("lines", ['ca = "ca.pem"', 'client_cert = "both.pem"', "verify = false"])
def test_settings_of_tls_need_a_target_with_tls(folder: Path, lines: str) -> None:
    key = lines.partition(" ")[0]
    message = f"{key}: is about TLS, so it needs a base_url that begins with https://"
    assert complaint(folder, lines, 'base_url = "http://staging.example.com"') == message
    assert loaded(folder, lines, 'base_url = "HTTPS://staging.example.com"').base_url.startswith("https:")


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="takes a file that cannot be read, even by root")
@pytest.mark.parametrize("lines", ['ca = "/proc/self/mem"', 'headers = { X-Gate = "file:/proc/self/mem" }'])
def test_a_file_that_cannot_be_read_is_named(folder: Path, lines: str) -> None:
    assert complaint(folder, lines).endswith(": /proc/self/mem cannot be read: Input/output error")
