"""A site: a place with cameras, and the unit of a viewer's access."""

from mockserver.domain.dates import Instant
from mockserver.domain.records import Record


class Site(Record, frozen=True, kw_only=True):
    """A named place in a time zone."""

    name: str
    timezone: str = "UTC"
    created_at: Instant
