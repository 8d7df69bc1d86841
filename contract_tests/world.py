"""What a check finds arranged: an org with actors, sites and cameras, and ways to make more.

With a control plane every check gets an org of its own. Without one, checks share the configured org: what they
create there carries the run's prefix, is written to the ledger before it is used, and is removed in reverse order.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx

from contract_tests.actors import Actor, Answer, Recorder
from contract_tests.target import Target
from contract_tests.verdicts import Unavailable

API = "/api/v1"
EVENTS, ALERTS, RULES, GATEWAYS = f"{API}/events", f"{API}/alerts", f"{API}/alert-rules", f"{API}/gateways"
_NO_LIMIT = {"rate_limit_per_minute": 10_000_000, "rate_limit_burst": 10_000_000}
JSON = dict[str, Any]


@dataclass
class Session:
    """What all worlds of one run share: the target, the run's prefix, the ledger, the pace."""

    target: Target
    prefix: str
    http: httpx.Client
    ledger: Callable[[str], None] = lambda line: None
    pause: Callable[[], None] = lambda: None
    serial: Iterator[int] = field(default_factory=itertools.count)

    def control(self, method: str, path: str, body: JSON | None = None) -> Any:
        """Call the control plane. Raises Unavailable where there is none or it refuses."""
        prefix = self.target.config.control
        if prefix is None:
            raise Unavailable("this takes a control plane")
        response = self.http.request(method, f"{prefix}{path}", json=body)
        if not response.is_success:
            raise Unavailable(f"{method} {prefix}{path}: {response.status_code} {response.text[:200]}")
        return response.json() if response.content else None


class World:
    """An org as a check sees it."""

    def __init__(self, session: Session, recorder: Recorder, described: JSON) -> None:
        self.session = session
        self.recorder = recorder
        self._described = described
        self._undo: list[Callable[[], object]] = []

    @classmethod
    def make(cls, session: Session, recorder: Recorder, fixture: str = "small") -> "World":
        """Return a fresh org where the target has a control plane, else the configured one."""
        if session.target.config.control is None:
            return cls(session, recorder, _configured(session))
        described = session.control("POST", "/orgs", {"fixture": fixture})
        world = cls(session, recorder, described)
        world._undo.append(lambda: session.control("DELETE", f"/orgs/{world.org_id}"))
        world.settings(**_NO_LIMIT)
        return world

    def fresh(self) -> "World":
        """Return one more org, removed together with this one."""
        world = World.make(self.session, self.recorder)
        self._undo.append(world.close)
        return world

    def close(self) -> None:
        """Remove what was made here, the last thing first."""
        for undo in reversed(self._undo):
            with suppress(Unavailable, httpx.HTTPError):
                undo()
        self._undo.clear()

    # Who calls

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
        """A viewer, to whom some sites are granted and others not."""
        return self.actor("viewer")

    @property
    def anonymous(self) -> Actor:
        """Nobody: no credential at all."""
        return self.holding("anonymous", None)

    @property
    def intruder(self) -> Actor:
        """Somebody with a credential that was never issued."""
        return self.holding("intruder", "sk_live_neverissued0000")

    @cached_property
    def outside(self) -> "World":
        """Another org, with its own operator."""
        if self.session.target.config.control is None:
            outsider = self.session.target.config.actors.get("outsider")
            if outsider is None:
                raise Unavailable("the target file names no outsider")
            actors = {"operator": {"token": outsider.token, "site_ids": []}}
            return World(self.session, self.recorder, {"org_id": "", "actors": actors})
        return self.fresh()

    def actor(self, role: str) -> Actor:
        """Return who has the role. Raises Unavailable."""
        described = self._described["actors"].get(role)
        if described is None:
            raise Unavailable(f"there is no {role}")
        return self.holding(role, described["token"])

    def holding(self, name: str, token: str | None) -> Actor:
        """Return an actor with a token of its own, such as a gateway's key."""
        return Actor(name, token, self.session.http, self.recorder, self.session.pause)

    # What is there

    @property
    def org_id(self) -> str:
        """The id of the org."""
        return str(self._described["org_id"])

    @property
    def user_ids(self) -> Mapping[str, str]:
        """The user behind each role."""
        return {role: actor["user_id"] for role, actor in self._described["actors"].items() if "user_id" in actor}

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
        """Return the ids of the cameras, of one site if named."""
        found = self._described.get("cameras", [])
        return [camera["id"] for camera in found if site_id in (None, camera["site_id"])]

    def site_of(self, camera_id: str) -> str:
        """Return the site of a camera."""
        return next(camera["site_id"] for camera in self._described["cameras"] if camera["id"] == camera_id)

    # Making things

    def name(self, noun: str) -> str:
        """Return a name that tells whose it is: the run's prefix and a serial number."""
        return f"{self.session.prefix} {noun} {next(self.session.serial)}"

    def record(self, count: int = 1, **chosen: Any) -> list[str]:
        """Record events and return their ids, oldest first."""
        recorded = self.session.control("POST", f"/orgs/{self.org_id}/events", {"count": count, **chosen})
        return list(recorded["data"])

    def raise_alerts(self, count: int = 1, **chosen: Any) -> list[str]:
        """Let a rule fire and return the ids of its alerts; the rule is made when the org has none."""
        if "rule_id" not in chosen:
            chosen["rule_id"] = self.rule()["id"]
        return list(self.session.control("POST", f"/orgs/{self.org_id}/alerts", {"count": count, **chosen})["data"])

    def rule(self, **fields: Any) -> JSON:
        """Create an alert rule and return it. Raises Unavailable when the target refuses."""
        recipients = [{"type": "email", "target": "suite@example.com"}]
        body = {"name": self.name("rule"), "trigger_type": "motion", "recipients": recipients, **fields}
        return self._create(RULES, body, 201, "id")

    def register(self, **fields: Any) -> JSON:
        """Generate a pairing code and return the answer: id, pairing_code, expires_at, status."""
        body = {"name": self.name("gateway"), "site_id": self.sites[0], **fields}
        return self._create(f"{GATEWAYS}/generate-pairing-code", body, 201, "id", under=GATEWAYS)

    def pair(self, **fields: Any) -> JSON:
        """Register and pair a gateway and return the pairing's answer: gateway_id, api_key, …"""
        code = self.register(**fields)["pairing_code"]
        answer = self.anonymous.post(f"{GATEWAYS}/pair", {"pairing_code": code})
        return _arranged(answer, 200, "pairing a gateway")

    def settings(self, **changed: int) -> None:
        """Change the org's limits."""
        self.session.control("PUT", f"/orgs/{self.org_id}/settings", changed)

    def advance(self, seconds: float) -> None:
        """Let time pass on the target."""
        self.session.control("POST", "/clock", {"advance": seconds})

    def now(self) -> str:
        """Return the target's present instant."""
        return str(self.session.control("GET", "/clock")["now"])

    def _create(self, path: str, body: JSON, status: int, key: str, under: str | None = None) -> JSON:
        self.session.ledger(f"POST {path} {body.get('name', '')}")
        created = _arranged(self.operator.post(path, body), status, f"POST {path}")
        if self.session.target.config.control is None:
            created_at = f"{under or path}/{created[key]}"
            self.session.ledger(f"DELETE {created_at}")
            self._undo.append(lambda: self.operator.delete(created_at))
        return created


def _arranged(answer: Answer, status: int, what: str) -> JSON:
    if answer.status != status:
        raise Unavailable(f"{what} was answered {answer}")
    return dict(answer.json)


def _configured(session: Session) -> JSON:
    """Return the org of the target file as the control plane would describe one."""
    actors = {
        role: {"token": actor.token, "site_ids": list(actor.site_ids)}
        for role, actor in session.target.config.actors.items()
        if role != "outsider"
    }
    return {"org_id": "", "actors": actors}
