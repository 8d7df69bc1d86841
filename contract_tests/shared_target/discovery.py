"""What an org of a shared target has, found out by calls that read; each part is read when it is first needed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from contract_tests.actors import Actor, Answer, Recorder, TargetError
from contract_tests.config import TargetConfig
from contract_tests.document import ROLES
from contract_tests.http import connections
from contract_tests.output.redaction import KNOWN
from contract_tests.output.texts import shorten, visible
from contract_tests.shared_target.ledger import HOME, OUTSIDE
from contract_tests.shared_target.throttle import Throttle
from contract_tests.verdicts import Unavailable, Violation
from contract_tests.world import ALERTS, API, CAMERAS, EVENTS, GATEWAYS, SITES, USERS, WEBHOOKS

JSON = dict[str, Any]
#: The rule that says what a list is, by its path.
_LIST_RULES = {GATEWAYS: "GW-10", EVENTS: "EV-30", ALERTS: "AL-15"}
_ME = f"{API}/auth/me"
#: What no endpoint page documents, and may be missing.
_FURTHER = (SITES, CAMERAS, USERS, WEBHOOKS)
#: Events are read, a page for each of so many sites, to find cameras that have some.
_PAGE_SIZE, _MAX_SITES = 100, 4
#: How many pairing codes can be active in an org (GW-20).
_MAX_ACTIVE_CODES = 5
_TIMEOUT_SECONDS = 20.0
_USER_FIELDS = {"user_id": "id", "display_name": "display_name", "email": "email"}


@dataclass(frozen=True)
class OrgDiscovery:
    """An org as its actors see it, those that see most first; ``granted`` are the sites granted to its viewer."""

    actors: Sequence[Actor]
    granted: Sequence[str] = ()

    @cached_property
    def gateways(self) -> list[JSON]:
        """The gateways. Raises Violation, TargetError, Unavailable."""
        return rows_of(GATEWAYS, self._reader.get(GATEWAYS))

    @cached_property
    def sites(self) -> list[str]:
        """The ids of the sites: those granted to the viewer, those with gateways, and all others that are listed."""
        with_gateway = [row.get("site_id") for row in self.gateways]
        listed = [row.get("id") for row in self.listed(SITES) or ()]
        return list(dict.fromkeys(one for one in (*self.granted, *with_gateway, *listed) if isinstance(one, str)))

    @cached_property
    def cameras(self) -> list[JSON]:
        """The cameras by ``id``, ``site_id`` and ``gateway_id``, those with events first."""
        seen = {camera: site for site in self.sites[:_MAX_SITES] for camera in self._cameras_with_events(site)}
        found: dict[str, JSON] = {camera: {"id": camera, "site_id": site} for camera, site in seen.items()}
        for row in self.listed(CAMERAS) or ():
            if isinstance(row.get("id"), str) and row.get("site_id") in self.sites:
                found[row["id"]] = {name: row.get(name) for name in ("id", "site_id", "gateway_id")}
        return list(found.values())

    @cached_property
    def users(self) -> Mapping[str, Mapping[str, str]]:
        """Who is behind the token of each actor, by role, where the target says so."""
        found = {}
        for actor in self.actors:
            body = _body(actor, _ME)
            if body is None:
                break
            user = {name: text for name, field in _USER_FIELDS.items() if isinstance(text := body.get(field), str)}
            if "user_id" in user:
                found[actor.name] = user
        return found

    def listed(self, path: str) -> list[JSON] | None:
        """Return the first page of a list as the first actor reads it; None where it is not served, or not to them."""
        if path not in self._lists:
            body = _body(self._reader, path, limit=_PAGE_SIZE)
            rows = body.get("data") if body else None
            self._lists[path] = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else None
        return self._lists[path]

    def summary(self) -> JSON:
        """Return what was found, in numbers and in names that are safe to print. Raises Violation, TargetError."""
        statuses = _counted(self.gateways, "status")
        return {
            "sites": len(self.sites),
            "sites_granted": len(self.granted),
            "cameras": len(self.cameras),
            "cameras_bound": sum(bool(camera.get("gateway_id")) for camera in self.cameras),
            "gateways": statuses,
            "pairing_codes_free": max(0, _MAX_ACTIVE_CODES - statuses.get("registered", 0)),
            "latest_events": _counted(rows_of(EVENTS, self._reader.get(EVENTS)), "trigger_type"),
            "latest_alerts": _counted(rows_of(ALERTS, self._reader.get(ALERTS)), "status"),
            "users": {role: _printable(user.get("display_name", "?")) for role, user in self.users.items()},
            "also_served": [path for path in _FURTHER if self.listed(path) is not None] + [_ME] * bool(self.users),
        }

    @cached_property
    def _lists(self) -> dict[str, list[JSON] | None]:
        return {}

    @property
    def _reader(self) -> Actor:
        if not self.actors:
            raise Unavailable("the target file has no actor who may read")
        return self.actors[0]

    def _cameras_with_events(self, site: str) -> list[str]:
        answer = self._reader.get(EVENTS, site_id=site, limit=_PAGE_SIZE)
        if answer.is_(400):  # refusing the limit breaks EV-28, of which other checks are independent
            answer = self._reader.get(EVENTS, site_id=site)
        found = rows_of(EVENTS, answer)
        return sorted({row["camera_id"] for row in found if row.get("camera_deleted") is False and "camera_id" in row})


def read(target: TargetConfig, recorder: Recorder) -> dict[str, JSON]:
    """Return the summary of each org that the target file has an actor of. Raises Violation, TargetError."""
    throttle = Throttle(target.requests_per_minute)
    with connections.client(target.base_url, target.connection, timeout=_TIMEOUT_SECONDS) as http:
        actors = {
            role: Actor(role, target.actors[role].token, http, recorder, throttle)
            for role in (*reversed(ROLES), OUTSIDE)
            if role in target.callers
        }
        granted = [site for actor in target.actors.values() for site in actor.site_ids]
        home = OrgDiscovery([actor for role, actor in actors.items() if role != OUTSIDE], granted)
        outside = OrgDiscovery([actor for role, actor in actors.items() if role == OUTSIDE])
        return {name: org.summary() for name, org in ((HOME, home), (OUTSIDE, outside)) if org.actors}


def rows_of(path: str, answer: Answer) -> list[JSON]:
    """Return the objects of a list that checks start from.

    Raises Violation for a success without them, TargetError for any other status: without the list no check can run.
    """
    if not 200 <= answer.status < 300:
        raise TargetError(f"{path}: the list cannot be read: {answer}")
    try:
        return answer.rows
    except Violation as violation:
        raise Violation(_LIST_RULES[path], violation.expected, violation.actual) from None


def _body(actor: Actor, path: str, **params: Any) -> JSON | None:
    """Return the body of a read that may not be served, None where it is not."""
    answer = actor.get(path, **params)
    try:
        body = answer.json if answer.status == 200 else None
    except Violation:
        return None
    return body if isinstance(body, dict) else None


def _counted(rows: Sequence[JSON], field: str) -> dict[str, int]:
    """Return how many objects have each value of a field."""
    return dict(Counter(_printable(str(row.get(field))) for row in rows))


def _printable(text: str) -> str:
    return visible(shorten(KNOWN.redact(text)))
