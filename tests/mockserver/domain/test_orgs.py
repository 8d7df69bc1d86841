from typing import Any

import msgspec
import pytest

from mockserver.domain.limits import RateLimit
from mockserver.domain.orgs import OrgSettings
from tests.factories import org


def test_org_has_the_documented_limits() -> None:
    assert org().settings == OrgSettings(
        event_export_max_rows=10_000, rate_limit_per_minute=1_000, rate_limit_burst=100
    )


def test_settings_hold_the_rate_limit_of_credentials() -> None:
    assert OrgSettings(rate_limit_per_minute=60, rate_limit_burst=7).rate_limit == RateLimit(60, 7)


@pytest.mark.parametrize(
    "settings",
    [
        {"event_export_max_rows": -1},
        {"rate_limit_per_minute": 0},
        {"rate_limit_burst": 0},
        {"rate_limit_burst": "many"},
        {"rate_limit": 5},
    ],
)
def test_invalid_limit_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(settings, OrgSettings)


def test_export_may_be_limited_to_no_rows() -> None:
    assert msgspec.convert({"event_export_max_rows": 0}, OrgSettings).event_export_max_rows == 0
