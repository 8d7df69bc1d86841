"""The people of an org and the keys they call the API with."""

from datetime import datetime

from mockserver.domain.access import Role
from mockserver.domain.dates import Instant
from mockserver.domain.records import Record


class User(Record, frozen=True, kw_only=True):
    """A person with one role; ``site_ids`` are the sites granted to a viewer.

    Without a ``password`` nobody can log in as them; one that has to be reset was given by the service (USR-15).
    """

    email: str
    display_name: str
    role: Role
    enabled: bool = True
    site_ids: tuple[str, ...] = ()
    password: str | None = None
    password_reset_required: bool = False
    created_at: Instant


class ApiKey(Record, frozen=True, kw_only=True):
    """A bearer token that acts as its user; without ``expires_at`` it lives until removed (AUTH-17)."""

    user_id: str
    token: str
    name: str = "key"
    created_at: Instant
    expires_at: Instant | None = None

    def live(self, now: datetime) -> bool:
        """Whether the key still opens the door at ``now``."""
        return self.expires_at is None or now < self.expires_at
