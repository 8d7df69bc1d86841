"""Target files: how they are read; every mistake is one line with file, key and, unless it is secret, value."""

from pathlib import Path

import pytest

from contract_tests import config
from contract_tests.config import ActorConfig, ConfigError, TargetConfig

GOOD = 'base_url = "https://staging.example.com"'
SECRET = "sk_live_donotshowthis"


def written(folder: Path, text: str) -> Path:
    path = folder / "targets.toml"
    path.write_text(text, encoding="utf-8")
    return path


def complaint(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    return str(caught.value)


def test_a_full_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", "sk_live_a")
    text = f"""
[targets.staging]
{GOOD}
control = false
writes = false
wait_for_expiry = true
requests_per_minute = 300
connections = 3
socket_auth = "query:api_key"
[targets.staging.actors]
admin = {{ token = "env:A_KEY" }}
viewer = {{ token = "sk_live_v", site_ids = ["s1"] }}
"""
    assert config.load(written(tmp_path, text)) == {
        "staging": TargetConfig(
            name="staging",
            base_url="https://staging.example.com",
            writes=False,
            wait_for_expiry=True,
            requests_per_minute=300,
            connections=3,
            socket_auth="query:api_key",
            actors={"admin": ActorConfig("sk_live_a"), "viewer": ActorConfig("sk_live_v", ("s1",))},
        )
    }


@pytest.mark.parametrize(("written_as", "means"), [("true", "/_mock"), ('"/ctl"', "/ctl"), ("false", None)])
def test_control_is_a_path_or_nothing(tmp_path: Path, written_as: str, means: str | None) -> None:
    path = written(tmp_path, f"[targets.a]\n{GOOD}\ncontrol = {written_as}")
    assert config.load(path)["a"].control == means


def test_the_expired_actor_is_not_a_caller(tmp_path: Path) -> None:
    actors = '[targets.a.actors]\nowner = { token = "sk_live_o" }\nexpired = { token = "sk_live_e" }'
    found = config.load(written(tmp_path, f"[targets.a]\n{GOOD}\n{actors}"))["a"]
    assert found.actors == {"owner": ActorConfig("sk_live_o"), "expired": ActorConfig("sk_live_e")}
    assert found.callers == {"owner": ActorConfig("sk_live_o")}


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("base_urls", "base_url"),
        ("controls", "control"),
        ("write", "writes"),
        ("wait_for_expire", "wait_for_expiry"),
        ("request_per_minute", "requests_per_minute"),
        ("socket_key", "socket_auth"),
        ("actor", "actors"),
        ("timeout", None),
    ],
)
def test_a_misspelt_key_is_named_with_the_one_that_was_meant(tmp_path: Path, key: str, meant: str | None) -> None:
    path = written(tmp_path, f"[targets.a]\n{GOOD}\n{key} = 1")
    line = complaint(path)
    assert line.startswith(f"{path}: targets.a.{key}: is not one of base_url, control,")
    assert line.endswith(f"; did you mean {meant}?" if meant else "actors")
    assert "\n" not in line


def test_a_file_with_a_bom_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, f"\N{ZERO WIDTH NO-BREAK SPACE}[targets.a]\n{GOOD}")
    assert config.load(path)["a"].base_url == "https://staging.example.com"


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "targets.toml"
    path.write_text(f"[targets.a]\n{GOOD}", encoding="utf-16")
    assert complaint(path) == f"{path}: is not UTF-8; save it as UTF-8"


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("HTTPS://staging.example.com", "https://staging.example.com"),
        ("Http://127.0.0.1:8080//", "http://127.0.0.1:8080"),
        ("https://example.com/vms/", "https://example.com/vms"),
        ("https://example.com/api/v10", "https://example.com/api/v10"),
    ],
)
def test_a_url_is_taken_with_its_scheme_in_any_letters(text: str, means: str) -> None:
    assert config.base_url("target", text) == means


@pytest.mark.parametrize(
    ("text", "means", "surplus"),
    [
        ("http://127.0.0.1:8080/api/v1", "http://127.0.0.1:8080", "/api/v1"),
        ("https://example.com/vms/api/v1/events", "https://example.com/vms", "/api/v1/events"),
    ],
)
def test_the_part_of_a_url_to_leave_out_is_named(text: str, means: str, surplus: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config.base_url("target", text)
    assert str(caught.value) == f"target = {text!r}: must be {means!r}; leave out {surplus}"


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("base_url", "7", "7"),
        ("base_url", '"staging.example.com"', "'staging.example.com'"),
        ("base_url", '"ftp://staging.example.com"', "'ftp://staging.example.com'"),
        ("base_url", '"http://"', "'http://'"),
        ("base_url", '"http://staging.example.com?x=1"', "'http://staging.example.com?x=1'"),
        ("base_url", '"https://staging.example.com/api/v1/"', "'https://staging.example.com/api/v1/'"),
        ("control", "1", "1"),
        ("control", '"_mock"', "'_mock'"),
        ("writes", '"yes"', "'yes'"),
        ("wait_for_expiry", "0", "0"),
        ("requests_per_minute", '"300"', "'300'"),
        ("requests_per_minute", "true", "True"),
        ("requests_per_minute", "0", "0"),
        ("requests_per_minute", "-5", "-5"),
        ("connections", '"8"', "'8'"),
        ("connections", "0", "0"),
        ("connections", "33", "33"),
        ("socket_auth", '"cookie"', "'cookie'"),
        ("events", '"yours"', "'yours'"),
        ("events", "true", "True"),
        ("alerts", '"mutable"', "'mutable'"),
        ("socket_auth", '"query:"', "'query:'"),
        ("socket_auth", '"query:a b"', "'query:a b'"),
        ("socket_auth", "true", "True"),
    ],
)
def test_a_wrong_value_is_shown_with_its_key(tmp_path: Path, key: str, value: str, shown: str) -> None:
    others = "" if key == "base_url" else GOOD
    path = written(tmp_path, f"[targets.a]\n{others}\n{key} = {value}")
    line = complaint(path)
    assert line.startswith(f"{path}: targets.a.{key} = {shown}: must be ")
    assert "\n" not in line


def test_a_missing_base_url_is_named(tmp_path: Path) -> None:
    assert ": targets.a.base_url = ''" in complaint(written(tmp_path, "[targets.a]\nwrites = true"))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (f'boss = {{ token = "{SECRET}" }}', "actors.boss: is not one of owner, admin,"),
        (
            f'viewr = {{ token = "{SECRET}" }}',
            "actors.viewr: is not one of owner, admin, operator, viewer, outsider, expired; did you mean viewer?",
        ),
        (f'admin = {{ tokn = "{SECRET}" }}', "actors.admin.tokn: is not one of token, site_ids; did you mean token?"),
        (f'admin = {{ token = "{SECRET}", sites = [] }}', "actors.admin.sites: is not one of token, site_ids"),
        (f'admin = "{SECRET}"', "actors.admin: must be a table"),
        ("admin = {}", "actors.admin.token: must be a string"),
        ("admin = { token = 7 }", "actors.admin.token: must be a string"),
        ('admin = { token = "" }', "actors.admin.token = '': is empty"),
        ('admin = { token = "env:NOVAVMS_NOT_SET" }', "actors.admin.token = 'env:NOVAVMS_NOT_SET': the environment"),
        (f'admin = {{ token = "{SECRET}\\n" }}', "actors.admin.token: contains a space"),
        (f'admin = {{ token = "{SECRET}é" }}', "actors.admin.token: contains a space"),
        (f'viewer = {{ token = "{SECRET}", site_ids = "s1" }}', "actors.viewer.site_ids = 's1': must be a list"),
        (f'viewer = {{ token = "{SECRET}", site_ids = [1] }}', "actors.viewer.site_ids = [1]: must be a list"),
    ],
)
def test_a_mistake_in_an_actor_is_named_without_the_token(tmp_path: Path, row: str, message: str) -> None:
    path = written(tmp_path, f"[targets.a]\n{GOOD}\n[targets.a.actors]\n{row}")
    line = complaint(path)
    assert line.startswith(f"{path}: targets.a.{message}")
    assert SECRET not in line
    assert "\n" not in line


@pytest.mark.parametrize("text", ["targets = 7", "[target.a]", "base_url = 1", "[targets", "", "targets.a = 7"])
def test_a_file_that_holds_no_targets_is_named(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text)
    line = complaint(path)
    assert line.startswith(f"{path}: ")
    assert "\n" not in line


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "no.toml" in complaint(tmp_path / "no.toml")
    assert str(tmp_path) in complaint(tmp_path)


def test_the_repr_of_an_actor_does_not_have_the_token() -> None:
    assert SECRET not in repr(ActorConfig(SECRET))
