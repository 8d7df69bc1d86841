"""The world on a target without a control plane: the org of the target file, which others use at the same time.

What is needed is found there by reading; what the suite makes is removed again, and nothing else is changed.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NoReturn, SupportsIndex, overload

from contract_tests.actors import Actor, Answer, Recorder, TargetTrouble
from contract_tests.session import Session
from contract_tests.shared_target.write_guard import Custody
from contract_tests.verdicts import Unavailable, Violation
from contract_tests.world import ALERTS, EVENTS, GATEWAYS, JSON, World

_READERS = ("owner", "admin", "operator", "viewer")
#: A page of events for each site is enough to learn of cameras.
_PAGE = 100
_LONGEST_WAIT = 15 * 60


@dataclass(kw_only=True)
class SharedSession(Session):
    """A session with care for what is there."""

    custody: Custody
    wait: Callable[[float], None] = time.sleep

    @cached_property
    def described(self) -> JSON:
        """The org as the control plane would describe one, as far as it can be read."""
        actors = {
            role: {"token": actor.token, "site_ids": list(actor.site_ids)}
            for role, actor in self.target.config.actors.items()
        }
        sites = self._sites(actors)
        cameras = {camera: site for site in sites for camera in self._cameras(site)}
        return {
            "org_id": "",
            "actors": actors,
            "sites": [{"id": site} for site in sites],
            "cameras": [{"id": camera, "site_id": site} for camera, site in cameras.items()],
        }

    def reader(self) -> Actor:
        """Return who sees most. Raises Unavailable."""
        actors = self.target.config.actors
        for role in _READERS:
            if role in actors:
                return Actor(role, actors[role].token, self.http, self.custody.recorder, self.pause, self.custody)
        raise Unavailable("the target file names nobody of the org")

    def _sites(self, actors: JSON) -> list[str]:
        granted = [site for actor in actors.values() for site in actor["site_ids"]]
        with_gateway = [row.get("site_id") for row in _rows(self.reader().get(GATEWAYS))]
        return list(dict.fromkeys(site for site in (*granted, *with_gateway) if isinstance(site, str)))

    def _cameras(self, site: str) -> list[str]:
        found = _rows(self.reader().get(EVENTS, site_id=site, limit=_PAGE))
        return sorted({row["camera_id"] for row in found if row.get("camera_deleted") is False and "camera_id" in row})


class SharedWorld(World):
    """The configured org as a check sees it."""

    shared = True

    def __init__(self, session: SharedSession, recorder: Recorder) -> None:
        described = session.described
        actors = {role: actor for role, actor in described["actors"].items() if role != "outsider"}
        super().__init__(session, recorder, {**described, "actors": actors})
        self._shared = session

    def close(self) -> None:
        """Remove what was made here."""
        super().close()
        self._shared.custody.clear()

    def fresh(self) -> NoReturn:
        """There is no other org. Raises Unavailable."""
        raise Unavailable("this takes an org of its own")

    def fresh_with_default_limits(self) -> NoReturn:
        """There is no other org. Raises Unavailable."""
        self.fresh()

    def actor_with_token(self, name: str, token: str | None) -> Actor:
        """Return an actor who is kept from changing what is not the run's."""
        return Actor(name, token, self.session.http, self.recorder, self.session.pause, self._shared.custody)

    @property
    def expired(self) -> Actor:
        """Who has an expired key by the target file. Raises Unavailable."""
        return self.actor("expired")

    @cached_property
    def outside(self) -> World:
        """The other org, of which only its operator is known. Raises Unavailable."""
        outsider = self._shared.described["actors"].get("outsider")
        if outsider is None:
            raise Unavailable("the target file names no outsider")
        world = SharedWorld(self._shared, self.recorder)
        world._described = {"org_id": "", "actors": {"operator": outsider}}
        world._reader = world.operator
        return world

    @cached_property
    def _reader(self) -> Actor:
        return self._shared.reader()

    @property
    def user_ids(self) -> Mapping[str, str]:
        """Nobody says who is behind the tokens."""
        return _Unknown("who is behind the tokens")

    @property
    def sites(self) -> list[str]:
        """The sites that are known, those granted to the viewer first."""
        return _Known(super().sites, "site")

    @property
    def granted(self) -> list[str]:
        """The sites granted to the viewer."""
        return _Known(super().granted, "granted site")

    def cameras(self, site_id: str | None = None) -> list[str]:
        """Return the ids of the cameras that events name, of one site if named."""
        return _Known(super().cameras(site_id), "camera")

    def owns(self, path: str, item: JSON) -> bool:
        """Whether the run made an item of a list, or it bears the run's name."""
        name = str(item.get("name", item.get("display_name", "")))
        return f"{path}/{item['id']}" in self._shared.custody.made or name.startswith(self._shared.prefix)

    def record(self, count: int = 1, **chosen: Any) -> list[str]:
        """Return the latest events that are there, oldest first. Raises Unavailable when they cannot be had so."""
        if chosen.keys() - {"camera_id"}:
            raise Unavailable("events of one's choice take a control plane")
        return self._there(EVENTS, "triggered_at", count, **chosen)

    def raise_alerts(self, count: int = 1, **chosen: Any) -> list[str]:
        """Return the latest alerts that are there, oldest first. Raises Unavailable when they cannot be had so."""
        if chosen:
            raise Unavailable("alerts of one's choice take a control plane")
        return self._there(ALERTS, "fired_at", count)

    def advance(self, seconds: float) -> None:
        """Wait, where the target file allows that. Raises Unavailable."""
        if not self.session.target.config.wait_for_expiry or seconds > _LONGEST_WAIT:
            raise Unavailable("this takes a control plane, or patience")
        self._shared.wait(max(0.0, seconds))

    @contextmanager
    def frozen_clock(self) -> Iterator[None]:
        """Leave the clock alone: what is cut fine by moving it works by waiting too."""
        yield

    def now(self) -> str:
        """Return the present instant; preflight has compared the clocks."""
        return datetime.now(UTC).isoformat().replace("+00:00", "Z")

    def _there(self, path: str, moment: str, count: int, **params: Any) -> list[str]:
        found = _rows(self._reader.get(path, limit=min(max(count, 1), _PAGE), **params))[:count]
        if len(found) < count:
            raise Unavailable(f"{path} has {len(found)} of the {count} that this takes")
        return [row["id"] for row in sorted(found, key=lambda row: str(row.get(moment)))]


class _Known(list[str]):
    """What is known of one kind; to look for more than there is disables a check rather than breaking it."""

    def __init__(self, found: list[str], noun: str) -> None:
        super().__init__(found)
        self._noun = noun

    @overload
    def __getitem__(self, index: SupportsIndex) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: SupportsIndex | slice) -> str | list[str]:
        try:
            return super().__getitem__(index)
        except IndexError:
            raise Unavailable(f"no such {self._noun} is known; {len(self)} are") from None


class _Unknown(dict[str, str]):
    """A table of what cannot be known."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self._what = what

    def __missing__(self, key: str) -> str:
        raise Unavailable(f"nobody says {self._what}")


def _rows(answer: Answer) -> list[JSON]:
    try:
        found = answer["data"]
        return [dict(row) for row in found]
    except (Violation, TypeError, ValueError):
        raise TargetTrouble(f"there is nothing to work with: {answer}") from None
