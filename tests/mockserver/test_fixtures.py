import json
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mockserver import fixtures
from mockserver.domain.orgs import OrgSettings
from mockserver.fixtures import FixtureError, Raw, SeedData
from mockserver.store import kinds
from tests.factories import NOON, ORG, OTHER_ORG, SITE, uuid

ORG_ROW: Raw = {"id": ORG, "org_id": ORG, "name": "Acme", "created_at": "now-30d"}
SITE_ROW: Raw = {"id": SITE, "org_id": ORG, "name": "Yard", "created_at": "now"}
CAMERA_ROW: Raw = {"id": uuid(7), "org_id": ORG, "site_id": SITE, "name": "Gate", "created_at": "now"}
KEY_ROW: Raw = {"id": uuid(8), "org_id": ORG, "user_id": uuid(9), "token": "sk_live_x", "created_at": "now"}
USER_ROW: Raw = {
    "id": uuid(9),
    "org_id": ORG,
    "email": "o@example.com",
    "display_name": "Olive",
    "role": "owner",
    "created_at": "now",
}
BULK_ROW: Raw = {"org_id": ORG, "events": 5, "from": "now-1d", "to": "now"}
SMALL: Raw = {
    "orgs": [ORG_ROW],
    "sites": [SITE_ROW],
    "cameras": [CAMERA_ROW],
    "users": [USER_ROW],
    "api_keys": [KEY_ROW],
}
SCENARIOS = sorted(fixtures.scenarios())


def parsed(raw: Raw) -> SeedData:
    return fixtures.parse(raw, "seed.json", NOON)


def created_at(text: str) -> datetime:
    record: Any = parsed({"orgs": [{**ORG_ROW, "created_at": text}]}).records["orgs"][0]
    instant: datetime = record.created_at
    return instant


def refusal(raw: Raw) -> str:
    with pytest.raises(FixtureError) as caught:
        parsed(raw)
    return str(caught.value)


def file(folder: Path, name: str, content: str) -> str:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return str(path)


def unreadable(path: str) -> str:
    with pytest.raises(FixtureError) as caught:
        fixtures.read(path)
    return str(caught.value)


@pytest.mark.parametrize("name", [*fixtures.names(), *SCENARIOS])
def test_packaged_seed_data_is_consistent(name: str) -> None:
    data = fixtures.parse(fixtures.read(name), name, NOON)
    assert len(data.records["orgs"]) >= 1
    assert {record.org_id for rows in data.records.values() for record in rows} == {
        org.id for org in data.records["orgs"]
    }


def test_packaged_names_are_those_documented() -> None:
    assert fixtures.names() == ["acme", "empty", "small"]
    assert SCENARIOS == [
        "busy-week",
        "code-about-to-expire",
        "export-at-cap",
        "five-codes-active",
        "gateway-flapping",
        "quiet-site",
        "rate-limit-one-left",
        "viewer-without-sites",
        "webhook-receiver-down",
    ]


def test_every_scenario_has_a_description() -> None:
    for text in fixtures.scenarios().values():
        assert text.endswith(".")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now", NOON),
        ("now-90s", NOON - timedelta(seconds=90)),
        ("now+10m", NOON + timedelta(minutes=10)),
        ("now-2h", NOON - timedelta(hours=2)),
        ("now-21d", NOON - timedelta(days=21)),
        ("2026-01-15T09:00:00Z", datetime(2026, 1, 15, 9, tzinfo=UTC)),
        ("2026-01-15T09:00:00.75+02:00", datetime(2026, 1, 15, 7, tzinfo=UTC)),
    ],
)
def test_time_is_absolute_or_relative_to_start(text: str, expected: datetime) -> None:
    assert created_at(text) == expected
    assert created_at(text).tzinfo is UTC


def test_relative_times_count_in_whole_seconds() -> None:
    data = fixtures.parse({"orgs": [ORG_ROW]}, "seed.json", NOON + timedelta(microseconds=5))
    record: Any = data.records["orgs"][0]
    assert record.created_at == NOON - timedelta(days=30)


def test_text_that_looks_like_a_time_stays_a_text() -> None:
    record: Any = parsed({"orgs": [{**ORG_ROW, "name": "now"}]}).records["orgs"][0]
    assert record.name == "now"


@pytest.mark.parametrize(
    ("change", "quoted"),
    [
        ({"nmae": "x"}, ["orgs[0]", "`nmae`"]),
        ({"name": 5}, ["orgs[0].name", "5", "`str`"]),
        ({"settings": {"rate_limit_burst": 0}}, ["orgs[0].settings.rate_limit_burst", "0", ">= 1"]),
        ({"settings": {"rate_limit": 1}}, ["orgs[0].settings", "`rate_limit`"]),
        ({"created_at": "yesterday"}, ["orgs[0].created_at", '"yesterday"']),
        ({"created_at": "now-5w"}, ["orgs[0].created_at", '"now-5w"']),
        ({"created_at": "2026-01-15T09:00:00"}, ["orgs[0].created_at", '"2026-01-15T09:00:00"', "timezone"]),
        ({"created_at": None}, ["orgs[0].created_at", "null"]),
        ({"created_at": "now-999999d"}, ["created_at", "now-999999d", "years 1 to 9999"]),
        ({"created_at": "0001-01-01T00:00:00+10:00"}, ["created_at", "0001-01-01T00:00:00+10:00"]),
        ({"id": "acme"}, ["orgs[0].id", "'acme'", "UUID"]),
        ({"id": ORG.upper()}, ["orgs[0].id", ORG.upper(), "lower-case UUID"]),
        ({"id": f"{ORG}\n"}, ["orgs[0].id", f"{ORG}\\n"]),
        ({"org_id": OTHER_ORG}, ["orgs[0].org_id", OTHER_ORG]),
    ],
)
def test_bad_field_is_named_with_its_value(change: Raw, quoted: list[str]) -> None:
    text = refusal({"orgs": [{**ORG_ROW, **change}]})
    assert text.startswith("seed.json: ")
    assert "\n" not in text
    assert [words for words in quoted if words not in text] == []


@pytest.mark.parametrize(
    ("lists", "quoted"),
    [
        ({"ogrs": []}, ["'ogrs'", "alert_rules"]),
        ({"users": [{**USER_ROW, "role": "guest"}]}, ["users[0].role", '"guest"']),
        ({"users": [{**USER_ROW, "site_ids": [5]}]}, ["users[0].site_ids[0]", "5"]),
        ({"sites": 5}, ["sites", "5", "`array`"]),
        ({"sites": ["x"]}, ["sites[0]", '"x"', "`object`"]),
        ({"sites": [{}]}, ["sites[0]", "{}", "`id`"]),
        ({"sites": [SITE_ROW, SITE_ROW]}, ["sites[1].id", SITE, "twice"]),
        ({"api_keys": [KEY_ROW, {**KEY_ROW, "id": uuid(10)}]}, ["api_keys[1].token", "sk_live_x", "twice"]),
        ({"cameras": [{**CAMERA_ROW, "site_id": uuid(99)}]}, ["cameras[0].site_id", uuid(99), "sites"]),
        ({"cameras": [{**CAMERA_ROW, "gateway_id": uuid(99)}]}, ["cameras[0].gateway_id", uuid(99), "gateways"]),
        ({"api_keys": [{**KEY_ROW, "user_id": uuid(99)}]}, ["api_keys[0].user_id", uuid(99), "users"]),
        ({"bulk": [{**BULK_ROW, "events": 0}]}, ["bulk[0].events", "0"]),
        ({"bulk": [{**BULK_ROW, "from": "then"}]}, ["bulk[0].from", '"then"']),
        ({"bulk": [{**BULK_ROW, "to": "now-2d"}]}, ["bulk[0].to", "2026-04-19T12:00:00Z", "before from"]),
        ({"bulk": [{**BULK_ROW, "org_id": uuid(99)}]}, ["bulk[0].org_id", uuid(99)]),
        ({"bulk": [BULK_ROW], "cameras": []}, ["bulk[0].org_id", ORG, "cameras"]),
    ],
)
def test_bad_record_is_named_with_its_value(lists: Raw, quoted: list[str]) -> None:
    text = refusal({**SMALL, **lists})
    assert text.startswith("seed.json: ")
    assert "\n" not in text
    assert [words for words in quoted if words not in text] == []


def test_record_cannot_refer_to_another_org() -> None:
    other = {**ORG_ROW, "id": OTHER_ORG, "org_id": OTHER_ORG}
    text = refusal({**SMALL, "orgs": [ORG_ROW, other], "cameras": [{**CAMERA_ROW, "org_id": OTHER_ORG}]})
    assert "cameras[0].site_id" in text


def test_long_value_is_truncated() -> None:
    assert len(refusal({"orgs": [{**ORG_ROW, "name": ["x" * 5_000]}]})) < 250


def test_seed_data_without_errors_is_parsed() -> None:
    data = parsed({**SMALL, "bulk": [BULK_ROW]})
    assert {name: len(rows) for name, rows in data.records.items() if rows} == dict.fromkeys(SMALL, 1)
    assert (data.bulk[0].events, data.bulk[0].until) == (5, NOON)
    assert data.records.keys() == kinds.ALL.keys()


def test_error_about_a_missing_file_names_the_packaged_ones(tmp_path: Path) -> None:
    text = unreadable(str(tmp_path / "none.json"))
    assert text.startswith(f"{tmp_path}/none.json: ")
    assert "acme" in text
    assert "export-at-cap" in text


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("broken.json", '{"orgs": ['),
        ("deep.json", "[" * 5_000),
        ("list.json", "[]"),
        ("number.json", '{"orgs": 5}'),
        ("numbers.json", '{"orgs": [5]}'),
        ("broken.toml", "orgs = ["),
        ("table.toml", "[orgs]\nid = 5"),
        ("base.toml", "fixture = 5"),
        ("itself.toml", 'fixture = "itself.toml"'),
        ("scenario.toml", 'fixture = "quiet-site"'),
    ],
)
def test_invalid_file_is_refused(tmp_path: Path, name: str, content: str) -> None:
    path = file(tmp_path, name, content)
    text = unreadable(path)
    assert text.startswith(f"{path}: ")
    assert "\n" not in text


def test_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin.json"
    path.write_bytes(b'{"orgs": "\xff"}')
    assert unreadable(str(path)).startswith(f"{path}: ")
    assert unreadable(str(tmp_path)).startswith(f"{tmp_path}: ")


def test_fixture_may_be_a_path(tmp_path: Path) -> None:
    path = file(tmp_path, "mine.json", json.dumps(SMALL))
    assert parsed(fixtures.read(path)) == parsed(SMALL)


def test_scenario_changes_known_records_and_adds_others(tmp_path: Path) -> None:
    base = file(tmp_path, "base.json", json.dumps({**SMALL, "bulk": [BULK_ROW, BULK_ROW]}))
    scenario = f"""
        says = "A scenario."
        fixture = "{base}"
        orgs = [{{ id = "{ORG}", settings = {{ rate_limit_burst = 7 }} }}]
        sites = [{{ id = "{uuid(50)}", org_id = "{ORG}", name = "Quay", created_at = "now" }}]
        bulk = [{{ org_id = "{ORG}", events = 9, from = "now-2h", to = "now" }}]
    """
    data = parsed(fixtures.read(file(tmp_path, "changes.toml", scenario)))
    changed: Any = data.records["orgs"][0]
    assert (changed.name, changed.settings) == ("Acme", OrgSettings(rate_limit_burst=7))
    assert [record.id for record in data.records["sites"]] == [SITE, uuid(50)]
    assert [item.events for item in data.bulk] == [5, 5, 9]


def test_scenario_without_a_fixture_changes_the_empty_one(tmp_path: Path) -> None:
    assert fixtures.read(file(tmp_path, "bare.toml", 'says = "x"')) == fixtures.read("empty")


def test_time_may_be_a_time_of_toml(tmp_path: Path) -> None:
    line = f'{{ id = "{ORG}", org_id = "{ORG}", name = "Acme", created_at = 2026-01-15T09:00:00Z }}'
    raw = tomllib.loads(f"orgs = [{line}]")
    record: Any = parsed(raw).records["orgs"][0]
    assert record.created_at == datetime(2026, 1, 15, 9, tzinfo=UTC)
