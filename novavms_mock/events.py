"""Events and alerts that happen on request, and the deliveries of webhooks that follow."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypedDict, Unpack

from novavms_mock.control import Control

_MAX_DELIVERIES = 10_000


class EventFields(TypedDict, total=False):
    """The fields of ``POST /_mock/orgs/{id}/events``; those that are left out are made up."""

    camera_id: str
    trigger_type: Literal["motion", "ai_tag", "manual"]
    ai_status: Literal["pending", "completed", "skipped", "failed"]
    summary: str
    narrative: str
    tags: Sequence[str]
    confidence: float
    zones: Sequence[str]
    starred: bool
    seed: int


class AlertFields(TypedDict, total=False):
    """The fields of ``POST /_mock/orgs/{id}/alerts``."""

    rule_id: str
    camera_id: str
    status: Literal["new", "acknowledged", "resolved"]
    seed: int


class Events:
    """The events and alerts of one org."""

    def __init__(self, control: Control, org_id: str) -> None:
        self._control = control
        self._path = f"/orgs/{org_id}"

    def record(
        self,
        count: int = 1,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        **event: Unpack[EventFields],
    ) -> list[str]:
        """Record events, which fire alert rules, and return their ids.

        They are spread over the time from ``start`` to ``end``, or happen now. Raises MockError.
        """
        return self._record("events", count, start, end, event)

    def record_alerts(
        self,
        count: int = 1,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        **alert: Unpack[AlertFields],
    ) -> list[str]:
        """Record alerts of a rule, the newest enabled one if none is named, and return their ids."""
        return self._record("alerts", count, start, end, alert)

    def _record(
        self, what: str, count: int, start: datetime | None, end: datetime | None, fields: Mapping[str, Any]
    ) -> list[str]:
        times = {name: time.isoformat() for name, time in (("from", start), ("to", end)) if time is not None}
        answer = self._control.post(f"{self._path}/{what}", {"count": count, **times, **fields})
        return [str(made) for made in answer["data"]]


class Deliveries:
    """The messages to the webhooks of one org."""

    def __init__(self, control: Control, org_id: str) -> None:
        self._control = control
        self._org_id = org_id

    def all(self, **criteria: str) -> list[dict[str, Any]]:
        """Return them, oldest first; ``state`` and ``webhook`` choose some."""
        chosen = {"org": self._org_id, "limit": _MAX_DELIVERIES, **criteria}
        found: list[dict[str, Any]] = self._control.get("/deliveries", chosen)["data"]
        return found[::-1]

    def replay(self, delivery_id: str) -> None:
        """Attempt one again."""
        self._control.post(f"/deliveries/{delivery_id}/replay")
