"""What an org of a shared target has, found out by calls that read; each part is read when it is first needed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from contract_tests.actors import Actor, Answer, TargetError
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

    def as_json(self) -> JSON:
        """Return all of it, for users."""
        return {
            "sites": {"granted": len(self.granted), "known": len(self.sites)},
            "cameras": {"known": len(self.cameras), "bound_to_gateways": len(self._bound)},
            "gateways": Counter(str(row.get("status")) for row in self.gateways),
            "latest_events": Counter(str(row.get("trigger_type")) for row in self._latest(EVENTS)),
            "latest_alerts": Counter(str(row.get("status")) for row in self._latest(ALERTS)),
            "users": {actor.name: self.users.get(actor.name, {}).get("display_name") for actor in self.actors},
            "served_lists": [path for path in _FURTHER if self.listed(path) is not None],
        }

    @cached_property
    def _lists(self) -> dict[str, list[JSON] | None]:
        return {}

    @property
    def _reader(self) -> Actor:
        if not self.actors:
            raise Unavailable("the target file has no actor who may read")
        return self.actors[0]

    @property
    def _bound(self) -> list[JSON]:
        return [camera for camera in self.cameras if camera.get("gateway_id")]

    def _latest(self, path: str) -> list[JSON]:
        return rows_of(path, self._reader.get(path))

    def _cameras_with_events(self, site: str) -> list[str]:
        answer = self._reader.get(EVENTS, site_id=site, limit=_PAGE_SIZE)
        if answer.is_(400):  # refusing the limit breaks EV-28, of which other checks are independent
            answer = self._reader.get(EVENTS, site_id=site)
        found = rows_of(EVENTS, answer)
        return sorted({row["camera_id"] for row in found if row.get("camera_deleted") is False and "camera_id" in row})


def rows_of(path: str, answer: Answer) -> list[JSON]:
    """Return the objects of a list that checks start from.

    Raises Violation for a 200 without them, TargetError for any other status: without the list no check can run.
    """
    if answer.status != 200:
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
