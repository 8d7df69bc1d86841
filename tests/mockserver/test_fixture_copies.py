"""Copies of a fixture with new ids."""

import json
from typing import Any

import pytest

from mockserver import fixtures
from mockserver.runtime.random_source import RandomSource
from tests.factories import NOON


@pytest.mark.parametrize("name", fixtures.names())
def test_copies_share_no_id_and_no_secret(name: str) -> None:
    raw, random_source = fixtures.read(name), RandomSource(1)
    copies = [
        fixtures.parse(copy, name, NOON)
        for copy in (raw, *(fixtures.with_new_ids(raw, random_source) for _ in range(2)))
    ]
    identities = [
        {
            value
            for rows in copy.records.values()
            for record in rows
            for field in ("id", "token", "api_key", "code")
            if (value := getattr(record, field, None)) is not None
        }
        for copy in copies
    ]
    assert all(identities)
    assert identities[0].isdisjoint(identities[1])
    assert identities[1].isdisjoint(identities[2])
    assert identities[0].isdisjoint(identities[2])


def test_copy_is_the_first_org_alone() -> None:
    raw = fixtures.read("acme")
    copy = fixtures.parse(fixtures.with_new_ids(raw, RandomSource(1)), "copy", NOON)
    original = fixtures.parse(raw, "acme", NOON)
    first = original.records["orgs"][0].id
    for name, rows in original.records.items():
        assert len(copy.records[name]) == len([record for record in rows if record.org_id == first])
    assert [item.events for item in copy.bulk] == [item.events for item in original.bulk if item.org_id == first]


def test_copy_keeps_its_references_and_formats() -> None:
    copy: Any = fixtures.parse(fixtures.with_new_ids(fixtures.read("acme"), RandomSource(1)), "copy", NOON).records
    sites = {site.id for site in copy["sites"]}
    viewer = next(user for user in copy["users"] if user.site_ids)
    assert set(viewer.site_ids) <= sites
    assert {rule_site for rule in copy["alert_rules"] for rule_site in rule.site_ids} <= sites
    assert all(key.token.startswith("sk_live_") for key in copy["api_keys"])
    reported = next(gateway.telemetry for gateway in copy["gateways"] if gateway.telemetry)
    assert set(reported.camera_recording_status) <= {camera.id for camera in copy["cameras"]}


def test_copying_does_not_change_the_fixture() -> None:
    raw = fixtures.read("acme")
    before = json.dumps(raw)
    fixtures.with_new_ids(raw, RandomSource(1))
    fixtures.parse(raw, "small", NOON)
    assert json.dumps(raw) == before
