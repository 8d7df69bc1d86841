"""Wrong laws about what an event looks like."""

from typing import Any

from mockserver.mutants.base import mutant
from mockserver.mutants.events_parts import JSON, detail, having, item, lacking, listed, sometimes


def _https(scheme: str) -> Any:
    return lambda fields: fields | {"snapshot_url": fields["snapshot_url"].replace("https://", scheme)}


def _time(change: Any) -> Any:
    return lambda fields: fields | {"triggered_at": change(fields["triggered_at"])}


def _shorter(name: str) -> Any:
    return lambda fields: fields | {name: fields[name][:-1]}


def _longer_by(seconds: int) -> Any:
    return lambda fields: fields | {"duration_sec": fields["duration_sec"] + seconds}


def _unless_acknowledged(**values: Any) -> Any:
    return lambda fields: fields if fields["acknowledged"] else fields | values


def _neighbours(change: Any) -> Any:
    """Put something in the place of the neighbours that an event does not have."""

    def filled(fields: JSON) -> JSON:
        names = ("prev_event_id", "next_event_id")
        return fields | {name: fields[name] or change(fields) for name in names}

    return detail(filled)


def _swapped(fields: JSON) -> JSON:
    return fields | {"clip_start_at": fields["clip_end_at"], "clip_end_at": fields["clip_start_at"]}


MUTANTS = (
    mutant("EV-33/no-snapshot", item(lacking("snapshot_url"))),
    mutant("EV-33/no-mark-of-deleted-cameras", item(lacking("camera_deleted"))),
    mutant("EV-33/one-more", listed(having(org_id="550e8400-e29b-41d4-a716-446655440000"))),
    mutant("EV-33/sometimes-no-tags", item(sometimes(lacking("tags"), 10))),
    mutant("EV-34/narrative", listed(having(narrative="")), "EV-33"),
    mutant("EV-34/clip", listed(having(clip_url="https://example.com/clip")), "EV-33"),
    mutant("EV-34/notes", listed(having(notes=None)), "EV-33"),
    mutant("EV-35/short-id", item(_shorter("camera_id"))),
    mutant("EV-35/offset", item(_time(lambda at: f"{at:%Y-%m-%dT%H:%M:%S}+00:00"))),
    mutant("EV-35/no-zone", item(_time(lambda at: f"{at:%Y-%m-%dT%H:%M:%S}"))),
    mutant("EV-35/seconds-of-the-epoch", item(_time(lambda at: at.timestamp()))),
    mutant("EV-35/joined-tags", item(lambda fields: fields | {"tags": ",".join(fields["tags"])})),
    mutant("EV-35/tags-null", item(lambda fields: fields | {"tags": fields["tags"] or None})),
    mutant("EV-35/starred-as-number", item(lambda fields: fields | {"starred": int(fields["starred"])})),
    mutant("EV-35/acknowledged-null", item(lambda fields: fields | {"acknowledged": fields["acknowledged"] or None})),
    mutant("EV-36/http", item(_https("http://"))),
    mutant("EV-36/relative", item(_https("/"))),
    mutant("EV-36/null-on-its-own", detail(having(snapshot_url=None))),
    mutant("EV-37/true", item(having(camera_deleted=True))),
    mutant("EV-37/null", item(having(camera_deleted=None))),
    mutant("EV-37/true-on-its-own", detail(having(camera_deleted=True))),
    mutant("EV-37/sometimes-true", item(sometimes(having(camera_deleted=True), 5))),
    mutant("EV-44/no-narrative", detail(having(narrative=None))),
    mutant("EV-44/summary-for-narrative", detail(lambda fields: fields | {"narrative": fields["summary"]})),
    mutant("EV-44/no-clip", detail(having(clip_url=None))),
    mutant("EV-44/path-of-the-clip", detail(lambda fields: fields | {"clip_url": f"/clips/{fields['id']}"})),
    mutant("EV-44/no-neighbours", detail(having(prev_event_id=None, next_event_id=None))),
    mutant("EV-44/one-neighbour", detail(having(next_event_id=None))),
    mutant("EV-44/same-neighbour", detail(lambda fields: fields | {"next_event_id": fields["prev_event_id"]})),
    mutant("EV-45/no-source", detail(lacking("recording_source"))),
    mutant("EV-45/no-end", detail(lacking("clip_end_at"))),
    mutant("EV-45/zones", detail(having(zones=[]))),
    mutant("EV-45/confidence", detail(having(confidence=None))),
    mutant("EV-45/another-summary", detail(lambda fields: fields | {"summary": fields["narrative"]})),
    mutant("EV-46/one-more", detail(_longer_by(1))),
    mutant("EV-46/one-less", detail(_longer_by(-1))),
    mutant("EV-46/milliseconds", detail(lambda fields: fields | {"duration_sec": fields["duration_sec"] * 1000})),
    mutant("EV-46/text", detail(lambda fields: fields | {"duration_sec": str(fields["duration_sec"])})),
    mutant("EV-46/always-30", detail(having(duration_sec=30))),
    mutant("EV-47/at-the-end", detail(lambda fields: fields | {"clip_end_at": fields["clip_start_at"]})),
    mutant("EV-47/starts-at-the-end", detail(lambda fields: fields | {"clip_start_at": fields["clip_end_at"]})),
    mutant("EV-47/backwards", detail(_swapped)),
    mutant("EV-48/acknowledged", item(having(acknowledged=True))),
    mutant("EV-48/by-nobody", detail(_unless_acknowledged(acknowledged_by=""))),
    mutant(
        "EV-48/at-once", detail(lambda fields: _unless_acknowledged(acknowledged_at=fields["triggered_at"])(fields))
    ),
    mutant("EV-49/empty", detail(lambda fields: fields | {"notes": fields["notes"] or ""})),
    mutant("EV-49/summary", detail(lambda fields: fields | {"notes": fields["notes"] or fields["summary"]})),
    mutant("EV-50/itself", _neighbours(lambda fields: fields["id"])),
    mutant("EV-50/empty", _neighbours(lambda fields: "")),
    mutant("EV-50/ring", _neighbours(lambda fields: fields["prev_event_id"] or fields["next_event_id"])),
    mutant("EV-51/no-codec", detail(having(clip_codec=None))),
    mutant("EV-51/empty-codec", detail(having(clip_codec=""))),
    mutant("EV-51/no-source", detail(having(recording_source=None))),
    mutant("EV-51/number-as-source", detail(having(recording_source=1))),
)
