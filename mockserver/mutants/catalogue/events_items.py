"""Mutants about the fields of events."""

from mockserver.mutants.operators.events import detail, item, listed
from mockserver.mutants.operators.patches import JSON, Change, Patch, mutant
from mockserver.mutants.operators.values import TIMES, changed, copied, having, lacking, sometimes


def _url_beginning(scheme: str) -> Patch:
    return item(changed(snapshot_url=lambda url: url.replace("https://", scheme)))


def _triggered_at(change: Change) -> Patch:
    return item(changed(triggered_at=change))


def _duration(change: Change) -> Patch:
    return detail(changed(duration_sec=change))


def _unacknowledged(change: Change) -> Patch:
    """Change events that are not acknowledged."""
    return detail(lambda fields: fields if fields["acknowledged"] else change(fields))


def _missing_neighbours(value: Change) -> Patch:
    """Show something in place of the neighbours that an event does not have."""

    def filled(fields: JSON) -> JSON:
        names = ("prev_event_id", "next_event_id")
        return fields | {name: fields[name] or value(fields) for name in names}

    return detail(filled)


MUTANTS = (
    mutant("EV-33/no-snapshot", item(lacking("snapshot_url"))),
    mutant("EV-33/no-mark-of-deleted-cameras", item(lacking("camera_deleted"))),
    mutant("EV-33/sometimes-no-tags", item(sometimes(lacking("tags"), 10))),
    mutant("EV-34/narrative", listed(having(narrative=""))),
    mutant("EV-34/clip", listed(having(clip_url="https://example.com/clip"))),
    mutant("EV-34/notes", listed(having(notes=None))),
    mutant("EV-35/short-id", item(changed(camera_id=lambda value: value[:-1]))),
    mutant("EV-35/no-zone", _triggered_at(TIMES["no-zone"])),
    mutant("EV-35/seconds-of-the-epoch", _triggered_at(lambda at: at.timestamp())),
    mutant("EV-35/joined-tags", item(changed(tags=",".join))),
    mutant("EV-35/tags-null", item(changed(tags=lambda tags: tags or None))),
    mutant("EV-35/starred-as-number", item(changed(starred=int))),
    mutant("EV-35/acknowledged-null", item(changed(acknowledged=lambda value: value or None))),
    mutant("EV-36/http", _url_beginning("http://")),
    mutant("EV-36/relative", _url_beginning("/")),
    mutant("EV-36/null-on-its-own", detail(having(snapshot_url=None))),
    mutant("EV-37/true", item(having(camera_deleted=True))),
    mutant("EV-37/null", item(having(camera_deleted=None))),
    mutant("EV-37/true-on-its-own", detail(having(camera_deleted=True))),
    mutant("EV-37/sometimes-true", item(sometimes(having(camera_deleted=True), 5))),
    mutant("EV-44/no-narrative", detail(having(narrative=None))),
    mutant("EV-44/summary-for-narrative", detail(copied(narrative="summary"))),
    mutant("EV-44/no-clip", detail(having(clip_url=None))),
    mutant("EV-44/path-of-the-clip", detail(lambda fields: fields | {"clip_url": f"/clips/{fields['id']}"})),
    mutant("EV-44/no-neighbours", detail(having(prev_event_id=None, next_event_id=None))),
    mutant("EV-44/one-neighbour", detail(having(next_event_id=None))),
    mutant("EV-44/same-neighbour", detail(copied(next_event_id="prev_event_id"))),
    mutant("EV-45/no-source", detail(lacking("recording_source"))),
    mutant("EV-45/no-end", detail(lacking("clip_end_at"))),
    mutant("EV-45/another-summary", detail(copied(summary="narrative"))),
    mutant("EV-46/one-more", _duration(lambda seconds: seconds + 1)),
    mutant("EV-46/one-less", _duration(lambda seconds: seconds - 1)),
    mutant("EV-46/milliseconds", _duration(lambda seconds: seconds * 1000)),
    mutant("EV-46/text", _duration(str)),
    mutant("EV-46/always-30", _duration(lambda seconds: 30)),
    mutant("EV-47/at-the-end", detail(copied(clip_end_at="clip_start_at"))),
    mutant("EV-47/starts-at-the-end", detail(copied(clip_start_at="clip_end_at"))),
    mutant("EV-47/backwards", detail(copied(clip_start_at="clip_end_at", clip_end_at="clip_start_at"))),
    mutant("EV-48/acknowledged", item(having(acknowledged=True))),
    mutant("EV-48/by-nobody", _unacknowledged(having(acknowledged_by=""))),
    mutant("EV-48/at-once", _unacknowledged(copied(acknowledged_at="triggered_at"))),
    mutant("EV-49/empty", detail(changed(notes=lambda notes: notes or ""))),
    mutant("EV-49/summary", detail(lambda fields: fields | {"notes": fields["notes"] or fields["summary"]})),
    mutant("EV-50/itself", _missing_neighbours(lambda fields: fields["id"])),
    mutant("EV-50/empty", _missing_neighbours(lambda fields: "")),
    mutant("EV-50/ring", _missing_neighbours(lambda fields: fields["prev_event_id"] or fields["next_event_id"])),
    mutant("EV-51/no-codec", detail(having(clip_codec=None))),
    mutant("EV-51/empty-codec", detail(having(clip_codec=""))),
    mutant("EV-51/no-source", detail(having(recording_source=None))),
    mutant("EV-51/number-as-source", detail(having(recording_source=1))),
)
