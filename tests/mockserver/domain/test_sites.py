from mockserver.domain.sites import Site
from tests.factories import NOON, ORG, SITE


def test_site_is_in_utc_unless_it_says_so() -> None:
    assert Site(id=SITE, org_id=ORG, name="Yard", created_at=NOON).timezone == "UTC"
    assert Site(id=SITE, org_id=ORG, name="Yard", created_at=NOON, timezone="Europe/Berlin").timezone == "Europe/Berlin"
