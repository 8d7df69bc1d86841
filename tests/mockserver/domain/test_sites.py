import pytest

from mockserver.domain import sites
from mockserver.domain.access import Role
from mockserver.domain.errors import InvalidInput
from mockserver.domain.sites import Site
from mockserver.domain.users import User
from tests.factories import NOON, ORG, SITE, uuid


def viewer(*site_ids: str) -> User:
    return User(
        id=uuid(6),
        org_id=ORG,
        email="v@example.com",
        display_name="Vera",
        role=Role.VIEWER,
        site_ids=site_ids,
        created_at=NOON,
    )


def test_site_is_in_utc_by_default() -> None:
    assert Site(id=SITE, org_id=ORG, name="Yard", created_at=NOON).timezone == "UTC"
    assert Site(id=SITE, org_id=ORG, name="Yard", created_at=NOON, timezone="Europe/Berlin").timezone == "Europe/Berlin"


@pytest.mark.parametrize(
    "name", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Asia/Kathmandu", "Etc/GMT+5"]
)
def test_iana_time_zone_is_accepted(name: str) -> None:
    sites.require_timezone(name)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "europe/berlin", "Europe", "localtime", "+02:00", "CEST", "UTC "])
def test_any_other_time_zone_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        sites.require_timezone(name)
    assert caught.value.field_errors.keys() == {"timezone"}


def test_all_time_zones_are_known() -> None:
    assert len(sites.timezones()) > 500


def test_access_is_granted_once_and_revoked() -> None:
    other = uuid(9)
    assert sites.grant(viewer(other), SITE) == viewer(other, SITE)
    assert sites.grant(viewer(other, SITE), SITE) == viewer(other, SITE)
    assert sites.revoke(viewer(SITE, other), SITE) == viewer(other)
    assert sites.revoke(viewer(other), SITE) == viewer(other)
