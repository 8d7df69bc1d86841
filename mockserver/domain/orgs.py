"""An org, which is a tenant, and its limits, which the control plane may change."""

from typing import Annotated

import msgspec

from mockserver.domain.dates import Instant
from mockserver.domain.limits import RateLimit
from mockserver.domain.records import Record

Positive = Annotated[int, msgspec.Meta(ge=1)]
#: A receiver on this machine, so that nobody reaches other hosts through the mock.
LocalUrl = Annotated[
    str, msgspec.Meta(pattern=r"^http://(127\.0\.0\.1|localhost):[0-9]{1,5}(/[!-~]*)?\Z", max_length=500)
]


class OrgSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits of one org: rows in an export (EV-85), requests per minute and in a burst (RL-02), finished deliveries.

    ``forward_webhooks_to`` gets the messages to all of its webhooks, in place of their own URLs.
    """

    event_export_max_rows: Annotated[int, msgspec.Meta(ge=0)] = 10_000
    rate_limit_per_minute: Positive = 1_000
    rate_limit_burst: Positive = 100
    deliveries_kept: Positive = 1_000
    deliveries_kept_hours: Positive = 168
    forward_webhooks_to: LocalUrl | None = None

    @property
    def rate_limit(self) -> RateLimit:
        """The limit of each credential of the org."""
        return RateLimit(self.rate_limit_per_minute, self.rate_limit_burst)


class Origin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an org on demand was made from: a fixture, the seed of its ids and secrets, and what was asked for beside.

    Without a name or settings they are the fixture's.
    """

    fixture: str
    seed: int
    name: str | None = None
    settings: OrgSettings | None = None
    events: int = 0


class Org(Record, frozen=True, kw_only=True):
    """A tenant; its ``org_id`` is its own id. It has an ``origin`` if it was made on demand."""

    name: str
    created_at: Instant
    settings: OrgSettings = OrgSettings()
    origin: Origin | None = None
