"""The org that a check runs in: its actors, sites and cameras, and methods that create more.

With a control plane every check gets an org of its own; ``shared_target.world`` is for targets without one.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cached_property
from typing import Any

from contract_tests.actors import Actor, Answer, Recorder, TargetError
from contract_tests.session import Session
from contract_tests.verdicts import Unavailable

API = "/api/v1"
EVENTS, ALERTS, RULES, GATEWAYS = f"{API}/events", f"{API}/alerts", f"{API}/alert-rules", f"{API}/gateways"
CAMERAS, SITES = f"{API}/cameras", f"{API}/sites"
USERS, LOGIN = f"{API}/users", f"{API}/auth/login"
WEBHOOKS = f"{API}/webhooks"
#: The URL of webhooks whose messages no check reads: an address of TEST-NET-1, which no host has (RFC 5737).
UNREACHABLE_URL = "https://192.0.2.1/novavms"
RECIPIENT = {"type": "email", "target": "suite@example.com"}
NO_RATE_LIMIT = {"rate_limit_per_minute": 10_000_000, "rate_limit_burst": 10_000_000}
#: Ids that no object has: two that checks use, and how those begin that checks draw.
INVENTED_IDS = ("00000000-0000-0000-0000-000000000000", "00000000-0000-4000-8000-000000000000")
INVENTED_IDS_PREFIX = "7c1f0d52-93ab-4e6d-"
JSON = dict[str, Any]


class World:
    """An org as a check sees it."""

    #: Whether clients other than the suite use the org too.
    shared = False

    def __init__(self, session: Session, recorder: Recorder, described: JSON) -> None:
        self.session = session
        self.recorder = recorder
        self._described = described
        self._undo: list[Callable[[], object]] = []

    def __repr__(self) -> str:
        return "world"

    @classmethod
    def make(cls, session: Session, recorder: Recorder, fixture: str = "small", *, limited: bool = False) -> "World":
        """Return a fresh org, with the rate limits that the target gives to a new one if it is ``limited``."""
        settings = {} if limited else {"settings": NO_RATE_LIMIT}
        described = session.control("POST", "/orgs", {"fixture": fixture, **settings}, recorder.steps)
        world = cls(session, recorder, described)
        world._undo.append(lambda: session.control("DELETE", f"/orgs/{world.org_id}"))
        return world

    def fresh(self, *, limited: bool = False) -> "World":
        """Return one more org, removed together with this one."""
        world = World.make(self.session, self.recorder, limited=limited)
        self._undo.append(world.close)
        return world

    def close(self) -> None:
        """Remove what was created here, in reverse order."""
        for undo in reversed(self._undo):
            with suppress(Unavailable, TargetError):
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
        """A viewer, who is granted some of the sites."""
        return self.actor("viewer")

    @property
    def anonymous(self) -> Actor:
        """A caller without a credential."""
        return self.actor_with_token("anonymous", None)

    @property
    def intruder(self) -> Actor:
        """A caller whose credential was never issued."""
        return self.actor_with_token("intruder", "sk_live_neverissued0000")

    @property
    def expired(self) -> Actor:
        """A caller whose key was valid and has expired. Raises Unavailable."""
        return self.actor_with_token("expired", self._temporary_key(expired=True)["token"])

    @property
    def expiring(self) -> tuple[Actor, datetime]:
        """A caller whose key is valid and will expire, and the time of its expiry. Raises Unavailable."""
        key = self._temporary_key(expired=False)
        return self.actor_with_token("expiring", key["token"]), datetime.fromisoformat(key["expires_at"])

    @cached_property
    def outside(self) -> "World":
        """Another org, with actors of its own."""
        return self.fresh()

    def actor(self, role: str) -> Actor:
        """Return the actor with the role. Raises Unavailable."""
        described = self._described["actors"].get(role)
        if described is None:
            raise Unavailable(f"there is no actor {role}")
        return self.actor_with_token(role, described["token"])

    def _temporary_key(self, *, expired: bool) -> JSON:
        now = datetime.fromisoformat(self.now())
        for key in self._described.get("temporary_keys", []):
            if (datetime.fromisoformat(key["expires_at"]) <= now) is expired:
                return dict(key)
        raise Unavailable(f"no key is known that {'has expired' if expired else 'will expire'}")

    def actor_with_token(self, name: str, token: str | None) -> Actor:
        """Return an actor that sends a token, such as a gateway's key, or none."""
        return Actor(name, token, self.session.http, self.recorder, self.session.throttle)

    # What the org has

    @property
    def org_id(self) -> str:
        """The id of the org."""
        return str(self._described["org_id"])

    @property
    def user_ids(self) -> Mapping[str, str]:
        """The ids of the users that the actors' keys belong to, by role."""
        return {role: actor["user_id"] for role, actor in self._described["actors"].items() if "user_id" in actor}

    def display_name(self, role: str) -> str:
        """Return the display name of the user with the role. Raises Unavailable."""
        name = self._described["actors"].get(role, {}).get("display_name")
        if name is None:
            raise Unavailable(f"the display name of the {role} is not known")
        return str(name)

    def credentials(self, role: str) -> JSON:
        """Return email and password of the user that the role's key belongs to. Raises Unavailable."""
        described = self._described["actors"].get(role, {})
        if not {"email", "password"} <= described.keys():
            raise Unavailable(f"the password of the {role} is not known")
        return {name: described[name] for name in ("email", "password")}

    @property
    def sites(self) -> list[str]:
        """The ids of the org's sites, those granted to the viewer first."""
        return list(dict.fromkeys([*self.granted, *(site["id"] for site in self._described.get("sites", []))]))

    @property
    def granted(self) -> list[str]:
        """The ids of the sites granted to the viewer."""
        return list(self._described["actors"].get("viewer", {}).get("site_ids", []))

    def cameras(self, site_id: str | None = None) -> list[str]:
        """Return the ids of the cameras, or of those at one site."""
        found = self._described.get("cameras", [])
        return [camera["id"] for camera in found if site_id in (None, camera["site_id"])]

    def site_of(self, camera_id: str) -> str:
        """Return the id of the site of a camera."""
        return str(next(camera["site_id"] for camera in self._described["cameras"] if camera["id"] == camera_id))

    @property
    def bound_gateway(self) -> str:
        """The id of a gateway with cameras bound to it. Raises Unavailable."""
        found = (camera.get("gateway_id") for camera in self._described.get("cameras", []))
        gateway_id = next((gateway_id for gateway_id in found if gateway_id), None)
        if gateway_id is None:
            raise Unavailable("no gateway is known to have a camera")
        return str(gateway_id)

    def owns(self, path: str, item: JSON) -> bool:
        """Whether only this run can have changed an item of a list, which is true of all items in an org of its own."""
        return True

    # Changing the org

    def name(self, noun: str) -> str:
        """Return a new name that begins with the run's prefix, by which cleanup recognises it."""
        return f"{self.session.prefix} {noun} {next(self.session.serial)}"

    def record(self, count: int = 1, **chosen: Any) -> list[str]:
        """Record events and return their ids, oldest first."""
        body = {"count": count, "seed": self.session.next_seed(), **chosen}
        return list(self.control("POST", f"/orgs/{self.org_id}/events", body)["data"])

    def own_event(self) -> str:
        """Return the id of an event that the check may change, neither acknowledged nor starred."""
        return self.record(starred=False)[0]

    def new_event(self, **camera: Any) -> str:
        """Return the id of a new event, which nobody has changed, of a new camera at a site granted to the viewer."""
        return self.record(starred=False, camera_id=self.camera(**camera)["id"])[0]

    def raise_alerts(self, count: int = 1, **chosen: Any) -> list[str]:
        """Make a rule fire and return the ids of its alerts; without ``rule_id`` a new rule is created first."""
        if "rule_id" not in chosen:
            chosen["rule_id"] = self.rule()["id"]
        body = {"count": count, "seed": self.session.next_seed(), **chosen}
        return list(self.control("POST", f"/orgs/{self.org_id}/alerts", body)["data"])

    def rule(self, **fields: Any) -> JSON:
        """Create an alert rule and return it. Raises Unavailable when the target refuses."""
        body = {"name": self.name("rule"), "recipients": [RECIPIENT], **self.rule_fields(fields), **fields}
        return require_body(self.operator.post(RULES, body), 201, "creating a rule")

    def rule_fields(self, fields: JSON) -> JSON:
        """Return what a new rule needs beside its name, its recipients and some fields."""
        return {"trigger_type": "motion"}

    def set_alert_status(self, alert_id: str, status: str, actor: Actor | None = None) -> JSON:
        """Change the status of an alert and return the alert. Raises Unavailable when the target refuses."""
        answer = (actor or self.operator).patch(f"{ALERTS}/{alert_id}", {"status": status})
        return require_body(answer, 200, f"setting an alert to {status}")

    def register(self, **fields: Any) -> JSON:
        """Generate a pairing code and return the answer: id, pairing_code, expires_at, status."""
        body = {"name": self.name("gateway"), "site_id": self.sites[0], **fields}
        answer = self.operator.post(f"{GATEWAYS}/generate-pairing-code", body)
        return require_body(answer, 201, "generating a pairing code")

    def pair(self, **fields: Any) -> JSON:
        """Register and pair a gateway and return the pairing's answer: gateway_id, api_key and more."""
        code = self.register(**fields)["pairing_code"]
        answer = self.anonymous.post(f"{GATEWAYS}/pair", {"pairing_code": code})
        return require_body(answer, 200, "pairing a gateway")

    def camera(self, **fields: Any) -> JSON:
        """Add a camera, at a site granted to the viewer and connected directly by default, and return it."""
        body = {"name": self.name("camera"), "site_id": self.sites[0], "type": "rtsp", "connection_mode": "direct"}
        body |= {"stream_url": "rtsp://camera.example.com/stream", **fields}
        return require_body(self.operator.post(CAMERAS, body), 201, "adding a camera")

    def set_camera_status(self, camera_id: str, status: str) -> None:
        """Set the status of a camera until it is set again."""
        self.control("PATCH", f"/orgs/{self.org_id}/cameras/{camera_id}", {"status": status})

    def site(self, **fields: Any) -> JSON:
        """Add a site and return it. Raises Unavailable when the target refuses."""
        return require_body(self.admin.post(SITES, {"name": self.name("site"), **fields}), 201, "adding a site")

    def webhook(self, **fields: Any) -> JSON:
        """Create a webhook, by default to an unreachable URL, and return it. Raises Unavailable when refused."""
        body = {"name": self.name("webhook"), "url": UNREACHABLE_URL, "event_types": ["event"], **fields}
        return require_body(self.operator.post(WEBHOOKS, body), 201, "creating a webhook")

    def grant(self, site_id: str, *roles: str) -> None:
        """Grant a site to the users with the roles, and to no others. Raises Unavailable when the target refuses."""
        body = {"user_ids": [self.user_ids[role] for role in roles]}
        answer = self.admin.call("PUT", f"{SITES}/{site_id}/users", json=body)
        require_body(answer, 200, "granting a site")

    def control(self, method: str, path: str, body: JSON | None = None) -> Any:
        """Call the control plane. Raises Unavailable, Unanswered."""
        return self.session.control(method, path, body, self.recorder.steps)

    def settings(self, **changed: int) -> None:
        """Change the org's limits."""
        self.control("PUT", f"/orgs/{self.org_id}/settings", changed)

    def advance(self, seconds: float) -> None:
        """Move the target's clock forwards."""
        self.control("POST", "/clock", {"advance": seconds})

    @contextmanager
    def frozen_clock(self) -> Iterator[None]:
        """Stop the target's clock until the block ends; advancing it still works."""
        self.control("POST", "/clock", {"freeze": True})
        try:
            yield
        finally:
            self.control("POST", "/clock", {"freeze": False})

    def now(self) -> str:
        """Return the target's present instant."""
        return str(self.control("GET", "/clock")["now"])


def require_body(answer: Answer, status: int, what: str, *fields: str) -> JSON:
    """Return the body of an answer with the status, an object with the fields. Raises Unavailable for any other."""
    body = answer.json if answer.status == status else None
    if not isinstance(body, dict) or not set(fields) <= body.keys():
        raise Unavailable(f"{what} was answered {answer}")
    return body
