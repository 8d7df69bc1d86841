"""The world on a target without a control plane: the org of the target file, which others use at the same time.

Checks use what reading finds there, create what they need to change, and remove it again.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, NoReturn

from contract_tests import document
from contract_tests.actors import Actor, Recorder, TargetError
from contract_tests.expectations import require_limit
from contract_tests.session import Session
from contract_tests.shared_target.discovery import OrgDiscovery, rows_of
from contract_tests.shared_target.known import KnownIds, UserIds
from contract_tests.shared_target.ledger import HOME, OUTSIDE
from contract_tests.shared_target.own_events import OwnEvents
from contract_tests.shared_target.waiting import ShortWaits, Waiting
from contract_tests.shared_target.write_guard import WriteGuard, org_of
from contract_tests.verdicts import Unavailable, Violation
from contract_tests.world import ALERTS, CAMERAS, EVENTS, JSON, World

#: The rules by which a list has nothing of another org.
_ISOLATION_RULES = {EVENTS: "EV-02", ALERTS: "AL-02"}
#: What was found out of an org, by the name of its discovery.
Discovered = Mapping[str, Mapping[str, Any]]
_SCOPE_FIELDS = {"scope_type", "site_ids", "camera_ids"}
_READERS = ("owner", "admin", "operator", "viewer")
_PAGE_SIZE = 100


@dataclass(kw_only=True)
class SharedSession(Session):
    """A session with a target that is shared: its calls are guarded; ``wait`` waits for some seconds."""

    guard: WriteGuard
    wait: Callable[[float], None] = time.sleep
    short_waits: ShortWaits = field(default_factory=ShortWaits)

    def renewed(self) -> "SharedSession":
        """Return a session with the same target that has learnt nothing of it and created nothing there."""
        old = self.guard
        guard = WriteGuard(old.config, self.http, old.ledger, old.throttle, old.exclusive, recorder=old.recorder)
        shared: dict[str, Any] = {"seed": self.seed, "fuzz": self.fuzz, "serial": self.serial, "wait": self.wait}
        return SharedSession(self.target, self.prefix, self.http, self.throttle, guard=guard, **shared)

    @cached_property
    def home(self) -> OrgDiscovery:
        """The org of most actors, as far as it can be read. Raises Unavailable."""
        self.reader()
        granted = [site for actor in self.target.config.actors.values() for site in actor.site_ids]
        return OrgDiscovery(self.guard.actors_of(HOME, document.ROLES), granted)

    @cached_property
    def outside(self) -> OrgDiscovery:
        """The org of the actor outsider, as far as it can be read. Raises Unavailable."""
        if "outsider" not in self.target.config.actors:
            raise Unavailable("the target file has no actor outsider")
        return OrgDiscovery(self.guard.actors_of(OUTSIDE, ()))

    def discover(self) -> Discovered:
        """Find out what most checks start from, and return it for other sessions with the same target."""
        with suppress(Unavailable, Violation, TargetError):  # checks that need it say what is wrong
            _ = self.described, self.home.users, self.described_outside
        return {name: vars(org) for name in ("home", "outside") if (org := vars(self).get(name))}

    def know(self, discovered: Discovered) -> None:
        """Take over what another session has found out."""
        for name, found in discovered.items():
            org: OrgDiscovery = getattr(self, name)
            vars(org).update({part: value for part, value in found.items() if part not in vars(org)})

    @cached_property
    def waiting(self) -> Waiting:
        """What waits for checks that would move the clock of our own mock."""
        return Waiting(self.target.config.wait_for_expiry, self.wait, self.guard.exclusive.release, self.short_waits)

    @cached_property
    def own_events(self) -> Mapping[str, OwnEvents]:
        """The events that the run makes, by org."""
        return {org: OwnEvents(self.guard, self.wait, org) for org in (HOME, OUTSIDE)}

    @cached_property
    def rule_cameras(self) -> dict[str, list[str]]:
        """The camera that the alert rules of an org are for that need one, by org; none where none can be added."""
        return {}

    @cached_property
    def described(self) -> JSON:
        """The org, in the form of a control plane's answer."""
        actors = {
            role: {"token": actor.token, "site_ids": list(actor.site_ids)}
            for role, actor in self.target.config.actors.items()
            if role != "outsider"
        }
        return _described(self.home, actors)

    @cached_property
    def described_outside(self) -> JSON:
        """The org of the actor outsider, in the same form. Raises Unavailable."""
        found = self.outside
        return _described(found, {"operator": {"token": self.target.config.actors["outsider"].token, "site_ids": []}})

    def reader(self) -> Actor:
        """Return the actor with the highest role. Raises Unavailable."""
        for role in _READERS:
            if role in self.target.config.actors:
                return self._actor(role)
        raise Unavailable(f"the target file has no actor among {', '.join(_READERS)}")

    def _actor(self, name: str) -> Actor:
        token = self.target.config.actors[name].token
        hooks = self.guard.in_org(org_of(name))
        return Actor(name, token, self.http, self.guard.recorder, self.throttle, hooks)


class SharedWorld(World):
    """The configured org as a check sees it."""

    shared = True
    _org = HOME

    def __init__(self, session: SharedSession, recorder: Recorder) -> None:
        super().__init__(session, recorder, session.described)
        self._shared = session

    def close(self) -> None:
        """Remove what was created here."""
        super().close()
        self._shared.guard.remove_created()

    def fresh(self, *, limited: bool = False) -> NoReturn:
        """There is no other org. Raises Unavailable."""
        raise Unavailable("needs an org of its own")

    def actor_with_token(self, name: str, token: str | None) -> Actor:
        """Return an actor who is kept from changing what is not the run's."""
        hooks = self._shared.guard.in_org(self._org)
        return Actor(name, token, self.session.http, self.recorder, self.session.throttle, hooks)

    @property
    def expired(self) -> Actor:
        """The actor ``expired`` of the target file. Raises Unavailable."""
        return self.actor("expired")

    @cached_property
    def outside(self) -> World:
        """The org of the actor ``outsider``, who is its only known actor. Raises Unavailable."""
        world = SharedWorld(self._shared, self.recorder)
        world._org = OUTSIDE
        world._described = self._shared.described_outside
        world._reader, world._users = world.operator, {}
        return world

    @cached_property
    def _reader(self) -> Actor:
        return self._shared.reader()

    @cached_property
    def _users(self) -> Mapping[str, Mapping[str, str]]:
        return self._shared.home.users

    @property
    def user_ids(self) -> Mapping[str, str]:
        """The ids of the users that the tokens belong to, by role, as far as the target says it."""
        return UserIds({role: user["user_id"] for role, user in self._users.items()})

    def display_name(self, role: str) -> str:
        """Return the display name of the user with the role. Raises Unavailable."""
        name = self._users.get(role, {}).get("display_name")
        if name is None:
            raise Unavailable(f"needs the display name of the {role}, and the target does not say whose its token is")
        return str(name)

    @property
    def sites(self) -> list[str]:
        """The sites that are known, those granted to the viewer first."""
        return KnownIds(super().sites, "site")

    @property
    def granted(self) -> list[str]:
        """The sites granted to the viewer."""
        return KnownIds(super().granted, "granted site")

    def cameras(self, site_id: str | None = None) -> list[str]:
        """Return the ids of the cameras that are known, of one site if named."""
        return KnownIds(super().cameras(site_id), "camera")

    def owns(self, path: str, item: JSON) -> bool:
        """Whether the run created an item of a list, or the item's name has the prefix of the run."""
        name = str(item.get("name", item.get("display_name", "")))
        return f"{path}/{item['id']}" in self._shared.guard.created or name.startswith(self._shared.prefix)

    def record(self, count: int = 1, **chosen: Any) -> list[str]:
        """Return the latest events that exist, oldest first. Raises Unavailable for too few, or chosen fields."""
        if chosen.keys() - {"camera_id"}:
            raise Unavailable("events with chosen fields need a control plane")
        return self._latest(EVENTS, "triggered_at", count, **chosen)

    def own_event(self) -> str:
        """Return the id of the run's event that checks change, neither acknowledged nor starred. Raises Unavailable."""
        own = self._shared.own_events[self._org]
        permitted = self.session.target.config.events_mutable and self._org == HOME
        return own.one_to_change(self.operator, self.camera, existing=permitted)

    def new_event(self, **camera: Any) -> str:
        """Make an event of a new camera at a site granted to the viewer, and return its id. Raises Unavailable."""
        return self._shared.own_events[self._org].new(self.operator, partial(self.camera, **camera))

    def rule_fields(self, fields: JSON) -> JSON:
        """Return what a new rule needs beside some fields, so that nothing that others do makes it fire.

        It is for a camera of the run, or, if the fields say what it is for or there is none, for an AI tag of the run.
        """
        cameras = [] if _SCOPE_FIELDS & fields.keys() else self._rule_cameras()
        if not cameras:
            return {"trigger_type": "ai_tag", "custom_tags": [self.name("tag")]}
        return {"trigger_type": "motion", "scope_type": "specific_cameras", "camera_ids": cameras}

    def _rule_cameras(self) -> list[str]:
        """Return the camera that rules of this org are for, added when it is first needed and kept until the end.

        None is added where cameras cannot be listed, as it could not be found again if its creation got no answer.
        """
        found = self._shared.rule_cameras
        if self._org not in found:
            found[self._org] = []
            with suppress(Unavailable):
                if self._reader.get(CAMERAS, limit=1).is_(200):
                    found[self._org].append(str(self.camera()["id"]))
                    self._shared.guard.lasting.add(f"{CAMERAS}/{found[self._org][0]}")
        return found[self._org]

    def fired_rule(self) -> JSON:
        """Make an alert rule and an event that fires it, and return the rule. Raises Unavailable."""
        if not self.session.target.config.alerts_may_stay:
            raise Unavailable(
                'needs an alert of the run\'s own, which no documented call deletes: alerts = "may stay" permits it'
            )
        found: list[JSON] = []

        def new_camera() -> JSON:
            camera = self.camera()
            scope = {"scope_type": "specific_cameras", "camera_ids": [camera["id"]]}
            found.append(self.rule(trigger_type="manual", cooldown_sec=0, **scope))
            self._shared.guard.ledger.record_staying(f"the alert of rule {found[0]['id']}")
            return camera

        self._shared.own_events[self._org].new(self.operator, new_camera)
        return found[0]

    def raise_alerts(self, count: int = 1, **chosen: Any) -> list[str]:
        """Return the latest alerts that exist, oldest first. Raises Unavailable for too few, or chosen fields."""
        if chosen:
            raise Unavailable("alerts with chosen fields need a control plane")
        return self._latest(ALERTS, "fired_at", count)

    def advance(self, seconds: float) -> None:
        """Wait, if the target file allows it or it is a moment. Raises Unavailable."""
        self._shared.waiting.wait(seconds)

    @contextmanager
    def frozen_clock(self) -> Iterator[None]:
        """Leave the clock alone: what is cut fine by moving it works by waiting too."""
        yield

    def now(self) -> str:
        """Return the time of this machine; preflight has compared it with the target's."""
        return self._shared.waiting.now().isoformat().replace("+00:00", "Z")

    def _latest(self, path: str, time_field: str, count: int, **params: Any) -> list[str]:
        limit = min(max(count, 1), _PAGE_SIZE)
        answer = self._reader.get(path, limit=limit, **params)
        require_limit(path, limit, answer)
        found = rows_of(path, answer)[:count]
        if len(found) < count:
            raise Unavailable(f"{path} has {len(found)} objects, and the check needs {count}")
        self._require_own(path, found)
        return [row["id"] for row in sorted(found, key=lambda row: str(row.get(time_field)))]

    def _require_own(self, path: str, found: Sequence[JSON]) -> None:
        """Raise Violation when the other org lists some of the objects too, of which a check would be misled."""
        with suppress(Unavailable):
            other = self._shared.outside if self._org == HOME else self._shared.home
            foreign = {row.get("id") for row in other.listed(path) or ()}
            if both := [row["id"] for row in found if row["id"] in foreign]:
                raise Violation(_ISOLATION_RULES[path], "no object in the lists of two orgs", f"{both} in {path}")


def _described(found: OrgDiscovery, actors: JSON) -> JSON:
    """Return an org in the form of a control plane's answer."""
    sites = [{"id": site} for site in found.sites]
    return {"org_id": "", "actors": actors, "sites": sites, "cameras": found.cameras}
