"""What is arranged for a check: an org with actors, sites and cameras, and methods that create more.

With a control plane every check gets a new org; ``shared_target.world`` is for targets without one.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cached_property
from typing import Any

import httpx

from contract_tests.actors import Actor, Answer, Recorder, TargetError
from contract_tests.session import NO_RATE_LIMIT, Session
from contract_tests.verdicts import Unavailable

API = "/api/v1"
EVENTS, ALERTS, RULES, GATEWAYS = f"{API}/events", f"{API}/alerts", f"{API}/alert-rules", f"{API}/gateways"
CAMERAS, SITES = f"{API}/cameras", f"{API}/sites"
USERS, LOGIN = f"{API}/users", f"{API}/auth/login"
WEBHOOKS = f"{API}/webhooks"
#: A URL for webhooks at which no server answers: its address is reserved for documentation (RFC 5737).
NOWHERE = "https://192.0.2.1/novavms"
JSON = dict[str, Any]


class World:
    """An org as a check sees it."""

    #: Whether others use the org too.
    shared = False

    def __init__(self, session: Session, recorder: Recorder, described: JSON) -> None:
        self.session = session
        self.recorder = recorder
        self._described = described
        self._undo: list[Callable[[], object]] = []

    def __repr__(self) -> str:
        return "world"

    @classmethod
    def make(cls, session: Session, recorder: Recorder, fixture: str = "small") -> "World":
        """Create an org without rate limits, and return it. Raises Unavailable."""
        described = session.control("POST", "/orgs", {"fixture": fixture})
        world = cls(session, recorder, described)
        world._undo.append(lambda: session.control("DELETE", f"/orgs/{world.org_id}"))
        world.settings(**NO_RATE_LIMIT)
        return world

    def fresh(self) -> "World":
        """Create one more org, removed together with this one, and return it. Raises Unavailable."""
        world = World.make(self.session, self.recorder)
        self._undo.append(world.close)
        return world

    def untouched(self) -> "World":
        """Create one more org, with the default rate limits, and return it. Raises Unavailable."""
        described = self.session.control("POST", "/orgs", {"fixture": "small"})
        world = World(self.session, self.recorder, described)
        self._undo.append(lambda: self.session.control("DELETE", f"/orgs/{world.org_id}"))
        return world

    def close(self) -> None:
        """Remove what was created here, in reverse order."""
        for undo in reversed(self._undo):
            with suppress(Unavailable, TargetError, httpx.HTTPError):
                undo()
        self._undo.clear()

    # Actors

    @property
    def owner(self) -> Actor:
        """The org's owner."""
        return self.actor("owner")

    @property
    def admin(self) -> Actor:
        """An admin."""
        return self.actor("admin")

    @property
    def operator(self) -> Actor:
        """An operator."""
        return self.actor("operator")

    @property
    def viewer(self) -> Actor:
        """A viewer, to whom some of the sites are granted."""
        return self.actor("viewer")

    @property
    def anonymous(self) -> Actor:
        """A caller without a credential."""
        return self.holding("anonymous", None)

    @property
    def intruder(self) -> Actor:
        """A caller with a token that was never issued."""
        return self.holding("intruder", "sk_live_neverissued0000")

    @property
    def expired(self) -> Actor:
        """A caller whose key has expired. Raises Unavailable."""
        return self.holding("expired", self._temporary_key(expired=True)["token"])

    @property
    def expiring(self) -> tuple[Actor, datetime]:
        """A caller whose key is valid and will expire, and the time when it does. Raises Unavailable."""
        key = self._temporary_key(expired=False)
        return self.holding("expiring", key["token"]), datetime.fromisoformat(key["expires_at"])

    @cached_property
    def outside(self) -> "World":
        """Another org, with its own operator."""
        return self.fresh()

    def actor(self, role: str) -> Actor:
        """Return the actor with the role. Raises Unavailable."""
        described = self._described["actors"].get(role)
        if described is None:
            raise Unavailable(f"needs an actor {role}")
        return self.holding(role, described["token"])

    def _temporary_key(self, *, expired: bool) -> JSON:
        now = datetime.fromisoformat(self.now())
        for key in self._described.get("temporary_keys", []):
            if (datetime.fromisoformat(key["expires_at"]) <= now) is expired:
                return dict(key)
        raise Unavailable(f"needs a key that {'has expired' if expired else 'will expire'}")

    def holding(self, name: str, token: str | None) -> Actor:
        """Return an actor with this token, such as a gateway's key."""
        return Actor(name, token, self.session.http, self.recorder, self.session.throttle)

    # Objects of the org

    @property
    def org_id(self) -> str:
        """The id of the org."""
        return str(self._described["org_id"])

    @property
    def user_ids(self) -> Mapping[str, str]:
        """The id of the user with each role."""
        return {role: actor["user_id"] for role, actor in self._described["actors"].items() if "user_id" in actor}

    def display_name(self, role: str) -> str:
        """Return the display name of the user with the role. Raises Unavailable."""
        name = self._described["actors"].get(role, {}).get("display_name")
        if name is None:
            raise Unavailable(f"needs the display name of the {role}")
        return str(name)

    @property
    def sites(self) -> list[str]:
        """The org's sites, those granted to the viewer first."""
        granted = self.granted
        known = [site["id"] for site in self._described.get("sites", [])]
        return [*granted, *(site for site in known if site not in granted)]

    @property
    def granted(self) -> list[str]:
        """The sites granted to the viewer."""
        return list(self._described["actors"].get("viewer", {}).get("site_ids", []))

    def cameras(self, site_id: str | None = None) -> list[str]:
        """Return the ids of the cameras, or of those of one site."""
        found = self._described.get("cameras", [])
        return [camera["id"] for camera in found if site_id in (None, camera["site_id"])]

    def site_of(self, camera_id: str) -> str:
        """Return the site of a camera."""
        return str(next(camera["site_id"] for camera in self._described["cameras"] if camera["id"] == camera_id))

    @property
    def bound_gateway(self) -> str:
        """The id of a gateway that has a camera. Raises Unavailable."""
        found = (camera.get("gateway_id") for camera in self._described.get("cameras", []))
        gateway_id = next((gateway_id for gateway_id in found if gateway_id), None)
        if gateway_id is None:
            raise Unavailable("needs a gateway that has a camera")
        return str(gateway_id)

    def owns(self, path: str, item: JSON) -> bool:
        """Whether only this run can have changed an item of a list; in an org of its own it is true of all."""
        return True

    # Creating and changing objects

    def name(self, noun: str) -> str:
        """Return a new name for an object: the prefix of the run, a noun, and a serial number."""
        return f"{self.session.prefix} {noun} {next(self.session.serial)}"

    def record(self, count: int = 1, **chosen: Any) -> list[str]:
        """Record events and return their ids, oldest first."""
        recorded = self.session.control("POST", f"/orgs/{self.org_id}/events", {"count": count, **chosen})
        return list(recorded["data"])

    def raise_alerts(self, count: int = 1, **chosen: Any) -> list[str]:
        """Let a rule fire and return the ids of its alerts; without ``rule_id`` a rule is created."""
        if "rule_id" not in chosen:
            chosen["rule_id"] = self.rule()["id"]
        return list(self.session.control("POST", f"/orgs/{self.org_id}/alerts", {"count": count, **chosen})["data"])

    def rule(self, **fields: Any) -> JSON:
        """Create an alert rule and return it. Raises Unavailable when the target refuses."""
        recipients = [{"type": "email", "target": "suite@example.com"}]
        body = {"name": self.name("rule"), "trigger_type": "motion", "recipients": recipients, **fields}
        return _arranged(self.operator.post(RULES, body), 201, "creating a rule")

    def attempt(self, path: str, body: JSON, actor: Actor | None = None) -> Answer:
        """POST a body that the target may refuse."""
        return (actor or self.operator).post(path, body)

    def move(self, alert_id: str, status: str, actor: Actor | None = None) -> JSON:
        """Set the status of an alert and return it. Raises Unavailable when the target refuses."""
        answer = (actor or self.operator).patch(f"{ALERTS}/{alert_id}", {"status": status})
        return _arranged(answer, 200, f"moving an alert to {status}")

    def register(self, **fields: Any) -> JSON:
        """Generate a pairing code and return id, pairing_code, expires_at and status. Raises Unavailable."""
        body = {"name": self.name("gateway"), "site_id": self.sites[0], **fields}
        answer = self.operator.post(f"{GATEWAYS}/generate-pairing-code", body)
        return _arranged(answer, 201, "generating a pairing code")

    def pair(self, **fields: Any) -> JSON:
        """Generate a pairing code, redeem it, and return gateway_id, api_key and more. Raises Unavailable."""
        code = self.register(**fields)["pairing_code"]
        answer = self.anonymous.post(f"{GATEWAYS}/pair", {"pairing_code": code})
        return _arranged(answer, 200, "pairing a gateway")

    def camera(self, **fields: Any) -> JSON:
        """Add a camera that the viewer may see, connected directly by default, and return it. Raises Unavailable."""
        body = {"name": self.name("camera"), "site_id": self.sites[0], "type": "rtsp", "connection_mode": "direct"}
        body |= {"stream_url": "rtsp://camera.example.com/stream", **fields}
        return _arranged(self.operator.post(CAMERAS, body), 201, "adding a camera")

    def change_camera(self, camera_id: str, status: str) -> None:
        """Set the status of a camera; it lasts until it is set again. Raises Unavailable."""
        self.session.control("PATCH", f"/orgs/{self.org_id}/cameras/{camera_id}", {"status": status})

    def site(self, **fields: Any) -> JSON:
        """Add a site and return it. Raises Unavailable when the target refuses."""
        return _arranged(self.admin.post(SITES, {"name": self.name("site"), **fields}), 201, "adding a site")

    def webhook(self, **fields: Any) -> JSON:
        """Create a webhook, by default to a URL without a server, and return it. Raises Unavailable."""
        body = {"name": self.name("webhook"), "url": NOWHERE, "event_types": ["event"], **fields}
        return _arranged(self.operator.post(WEBHOOKS, body), 201, "creating a webhook")

    def grant(self, site_id: str, *roles: str) -> None:
        """Grant a site to the users with these roles, and to no others. Raises Unavailable when the target refuses."""
        user_ids = [self.user_ids[role] for role in roles]
        answer = self.admin.call("PUT", f"{SITES}/{site_id}/users", json={"user_ids": user_ids})
        _arranged(answer, 200, "granting a site")

    def settings(self, **changed: int) -> None:
        """Change settings of the org, such as its rate limits. Raises Unavailable."""
        self.session.control("PUT", f"/orgs/{self.org_id}/settings", changed)

    def advance(self, seconds: float) -> None:
        """Advance the clock of the target. Raises Unavailable."""
        self.session.control("POST", "/clock", {"advance": seconds})

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Stop the clock of the target until the block ends; advancing it still works. Raises Unavailable."""
        self.session.control("POST", "/clock", {"freeze": True})
        try:
            yield
        finally:
            self.session.control("POST", "/clock", {"freeze": False})

    def now(self) -> str:
        """Return the time on the clock of the target. Raises Unavailable."""
        return str(self.session.control("GET", "/clock")["now"])


def _arranged(answer: Answer, status: int, what: str) -> JSON:
    """Return the body of an answer. Raises Unavailable for another status: arranging failed, which violates no rule."""
    if answer.status != status:
        raise Unavailable(f"{what} was answered {answer}")
    return dict(answer.json)
