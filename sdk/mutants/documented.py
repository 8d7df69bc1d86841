"""Wrong laws about the calls that the pages of the API show in Python."""

from typing import Any

from mutants.base import Mutant, for_each
from mutants.parts import answering, asking, elsewhere, no_verb, telling, without_sending

ONE = "*-*-*-*-*"
EVENT_FILTERS = ("camera_id", "site_id", "date_from", "date_to", "trigger_type", "ai_status", "starred")
ALERT_FILTERS = ("rule_id", "status", "date_from", "date_to", "limit")


def _dropping(where: str) -> Any:
    return lambda name: asking(where, **{name: None})


MUTANTS: dict[str, Mutant] = {
    **for_each("EV-94/list-without-{}", (*EVENT_FILTERS, "limit"), _dropping("GET /events")),
    **for_each("EV-94/export-without-{}", EVENT_FILTERS, _dropping("GET /events/export")),
    "EV-94/starred-capital": asking("GET /events", starred=lambda it: it and it.title()),
    "EV-94/days-as-times": asking("GET /events", date_from=lambda it: it and f"{it}T00:00:00Z"),
    "EV-94/filters-nobody-chose": asking("GET /events", starred=lambda it: it or "false"),
    **for_each("EV-94/no-{}", ("list", "get", "update", "export"), lambda name: no_verb("events", name)),
    "EV-94/no-delete": no_verb("events", "remove", "delete"),
    "EV-94/update-drops-notes": telling("PATCH /events/*", notes=None),
    "EV-94/update-drops-acknowledged": telling("PATCH /events/*", acknowledged=None),
    "EV-94/deletes-nothing": without_sending("DELETE /events/*"),
    "EV-94/another-event": elsewhere(f"GET /events/{ONE}", lambda _: "/events?limit=1"),
    "EV-96/text": answering("GET /events/export", bytes.decode),
    "EV-96/other-ends-of-lines": answering("GET /events/export", lambda it: it.replace(b"\r\n", b"\n")[:-1]),
    "EV-96/with-a-mark": answering("GET /events/export", lambda found: b"\xef\xbb\xbf" + found),
    "EV-96/in-latin": answering("GET /events/export", lambda found: found.decode().encode("latin-1", "replace")),
    "EV-96/an-array": answering("GET /events/export", bytearray),
    "EV-96/rows": answering("GET /events/export", lambda found: found.splitlines()),
    **for_each("AL-34/list-without-{}", ALERT_FILTERS, _dropping("GET /alerts")),
    **for_each("AL-34/no-{}", ("list", "timeline"), lambda name: no_verb("alerts", name)),
    "AL-34/timeline-backwards": answering(
        "GET */timeline", lambda told: told.model_copy(update={"entries": told.entries[::-1]})
    ),
    "AL-34/timeline-is-the-alert": elsewhere("GET */timeline", lambda path: path.removesuffix("/timeline")),
    **for_each("RU-60/no-{}", ("list", "create", "update"), lambda name: no_verb("rules", name)),
    "RU-60/no-delete": no_verb("rules", "remove", "delete"),
    **for_each(
        "RU-60/create-drops-{}",
        ("scope_type", "camera_ids", "schedule_type", "cooldown_sec"),
        lambda name: telling("POST /alert-rules", **{name: None}),
    ),
    "RU-60/update-does-nothing": without_sending("PATCH /alert-rules/*"),
    "RU-60/deletes-nothing": without_sending("DELETE /alert-rules/*"),
    "RU-60/in-camel-case": telling("POST /alert-rules", cooldown_sec=None, cooldownSec=600),
    **for_each(
        "GW-94/no-{}",
        ("list", "get", "generate_pairing_code", "pair", "telemetry", "update"),
        lambda name: no_verb("gateways", name),
    ),
    "GW-94/no-delete": no_verb("gateways", "remove", "delete"),
    "GW-94/pair-drops-version": telling("POST /gateways/pair", version=None),
    "GW-94/pair-drops-address": telling("POST /gateways/pair", local_ip=None),
    "GW-94/key-hidden": answering("POST /gateways/pair", lambda it: it.model_copy(update={"api_key": "…"})),
    "GW-94/update-does-nothing": without_sending("PATCH /gateways/*"),
    "GW-94/deletes-nothing": without_sending("DELETE /gateways/*"),
    "GW-94/telemetry-of-all": elsewhere("GET */telemetry", lambda _: "/gateways"),
    "GW-94/one-gateway-listed": answering("GET /gateways", lambda it: it.model_copy(update={"data": it.data[:1]})),
}
