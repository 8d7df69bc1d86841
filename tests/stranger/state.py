"""The state of a server: its orgs, who calls, its clock, and what both orgs look like as bytes."""

import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta

from tests.stranger.records import Event, Gateway, Member, Org

#: After this time a server that purges deleted events has forgotten one.
RETENTION = timedelta(days=30)


@dataclass
class Clock:
    """The server's clock: that of the machine, put forward by tests."""

    ahead: timedelta = timedelta(0)
    whole_seconds: bool = True

    def now(self) -> datetime:
        """Return the present time in UTC, cut to what answers show."""
        now = datetime.now(UTC) + self.ahead
        return now.replace(microsecond=0 if self.whole_seconds else now.microsecond // 1000 * 1000)

    def advance(self, seconds: float) -> None:
        """Put the clock forward."""
        self.ahead += timedelta(seconds=seconds)


@dataclass
class State:
    """Everything that a server knows."""

    orgs: Sequence[Org]
    clock: Clock
    #: The org of what was deleted, by its id, for servers that answer a second deletion as the first.
    deleted: dict[str, str] = field(default_factory=dict)
    #: The latest attempts to log in, by email.
    logins: dict[str, list[datetime]] = field(default_factory=dict)

    def org(self, org_id: str) -> Org:
        """Return the org with the id."""
        return next(org for org in self.orgs if org.id == org_id)

    def member(self, token: str) -> Member | None:
        """Return who has the key, None if nobody has or it has expired."""
        for member in self.members():
            if member.token == token:
                alive = member.expires_at is None or self.clock.now() < member.expires_at
                return member if alive else None
        return None

    def members(self) -> Iterator[Member]:
        """Yield the members of all orgs."""
        for org in self.orgs:
            yield from org.members.values()

    def gateway_with_key(self, key: str) -> Gateway | None:
        """Return the gateway that has the key, if one has."""
        gateways = (gateway for org in self.orgs for gateway in org.gateways.values())
        return next((found for found in gateways if found.api_key == key and found.id not in self.deleted), None)

    def dump(self) -> bytes:
        """Return both orgs as JSON, the same bytes for the same content; what is gone with its camera is left out."""
        orgs = [replace(org, events=_remembered(org)) for org in self.orgs]
        return json.dumps([asdict(org) for org in orgs], sort_keys=True, default=str, indent=1).encode()


def _remembered(org: Org) -> dict[str, Event]:
    return {event.id: event for event in org.events.values() if not event.deleted_at or event.camera.id in org.cameras}


def new_id() -> str:
    """Return a new id."""
    return str(uuid.uuid4())
