"""The content of generated events: plausible summaries, tags and outcomes, chosen by a random generator."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random  # noqa: TID251 - the type of an argument; nothing is drawn here on its own
from typing import Any

from mockserver.domain.events import AiStatus, Trigger


@dataclass(frozen=True, slots=True)
class Scene:
    """What a camera may record: a summary, a longer narrative, and the tags that the AI analysis finds."""

    summary: str
    narrative: str
    tags: tuple[str, ...]


_SEEN_BY_AI = (
    Scene("Person carrying a box crosses the yard", "Somebody in work clothes walked from left to right with a box.",
          ("person", "package")),
    Scene("Delivery van stops at the gate", "A white van waited at the gate for about a minute and drove on.",
          ("vehicle", "van")),
    Scene("Forklift passes the loading bay", "A forklift with a raised pallet passed close to the bay doors.",
          ("vehicle", "forklift")),
    Scene("Two people talk by the entrance", "Two people stood at the entrance and went in together.", ("person",)),
    Scene("Bicycle left against the fence", "A cyclist got off, leaned the bicycle on the fence and left.",
          ("person", "bicycle")),
    Scene("Dog runs along the perimeter", "A dog without a leash ran along the fence and out of view.",
          ("animal", "dog")),
    Scene("Truck reverses into the dock", "An articulated truck reversed slowly into the second dock.",
          ("vehicle", "truck")),
    Scene("Person in a safety vest checks a door", "A guard in a reflective vest tried the door and walked on.",
          ("person", "vest")),
)  # fmt: skip
_SEEN_MOVING = (
    Scene("Motion near the fence", "Something moved along the fence; it is too dark to tell what.", ()),
    Scene("Motion in the corridor", "The light came on and a shadow crossed the corridor.", ()),
    Scene("Motion at the roller door", "The roller door shook in the wind.", ()),
    Scene("Motion in the car park", "Headlights swept across the car park.", ()),
)
_RECORDED_BY_HAND = (Scene("Recording started by hand", "Somebody started this recording from the live view.", ()),)
_SCENES = {Trigger.AI_TAG: _SEEN_BY_AI, Trigger.MOTION: _SEEN_MOVING, Trigger.MANUAL: _RECORDED_BY_HAND}

_TRIGGERS = {Trigger.MOTION: 55, Trigger.AI_TAG: 40, Trigger.MANUAL: 5}
_OUTCOMES = {AiStatus.COMPLETED: 80, AiStatus.SKIPPED: 10, AiStatus.FAILED: 6, AiStatus.PENDING: 4}
#: So many records are generated at once; what is large is generated in such parts, and other calls go on meanwhile.
PART_SIZE = 50
_ZONES = ("entrance", "perimeter", "yard")
_STORE = "https://storage.googleapis.com/bkt-cloud-ai"


def event_fields(rng: Random, event_id: str, at: datetime, chosen: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of one event at a time, but for org and camera; the fields in ``chosen`` are used as given."""
    trigger = chosen.get("trigger_type") or rng.choices(list(_TRIGGERS), list(_TRIGGERS.values()))[0]
    scene = rng.choice(_SCENES[trigger])
    outcome = rng.choices(list(_OUTCOMES), list(_OUTCOMES.values()))[0]
    before, length = timedelta(seconds=rng.randint(2, 10)), timedelta(seconds=rng.randint(12, 60))
    return {
        "id": event_id,
        "trigger_type": trigger,
        "triggered_at": at,
        "clip_start_at": at - before,
        "clip_end_at": at - before + length,
        "summary": scene.summary,
        "narrative": scene.narrative,
        "tags": scene.tags,
        "ai_status": AiStatus.COMPLETED if trigger is Trigger.AI_TAG else outcome,
        "confidence": round(rng.uniform(0.5, 0.99), 2) if trigger is Trigger.AI_TAG else None,
        "zones": (rng.choice(_ZONES),),
        "starred": rng.random() < 0.05,
        "snapshot_url": f"{_STORE}/{event_id}.jpg",
        "clip_url": f"{_STORE}/{event_id}.mp4",
        **chosen,
    }


def instants(rng: Random, count: int, since: datetime, until: datetime) -> list[datetime]:
    """Return ``count`` random times in whole seconds within a span, oldest first."""
    span = int((until - since).total_seconds())
    return [since + timedelta(seconds=offset) for offset in sorted(rng.randint(0, span) for _ in range(count))]


def instants_in_parts(rng: Random, count: int, since: datetime, until: datetime) -> Iterator[list[datetime]]:
    """Yield such times in lists of at most PART_SIZE, each from its share of the span."""
    span = int((until - since).total_seconds())
    for start in range(0, count, PART_SIZE):
        end = min(count, start + PART_SIZE)
        first, last = (since + timedelta(seconds=span * number // count) for number in (start, end))
        yield instants(rng, end - start, first, last)
