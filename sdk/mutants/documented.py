"""Mutants of the calls that the pages of the API show in Python."""

from mutants.operators import (
    ID,
    change_answer,
    change_body,
    change_path,
    change_query,
    no_verb,
    skip_sending,
    updated,
    without,
)
from mutants.patches import Mutant, for_each
from novavms.client import Alerts, Events, Gateways, Rules

EVENT_FILTERS = ("camera_id", "site_id", "date_from", "date_to", "trigger_type", "ai_status", "starred")
ALERT_FILTERS = ("rule_id", "status", "date_from", "date_to", "limit")
RULE_FIELDS = ("scope_type", "camera_ids", "schedule_type", "cooldown_sec")


def _no_filter(id: str, where: str, *filters: str) -> dict[str, Mutant]:
    return for_each(f"{id}-without-{{}}", filters, lambda name: change_query(where, **{name: None}))


MUTANTS: dict[str, Mutant] = {
    "SDK-03/export-of-any-day": change_query("GET /events/export", date_to=None),
    "SDK-03/export-in-capitals": change_answer("GET /events/export", bytes.upper),
    "SDK-03/gateways-renamed-otherwise": change_body("PATCH /gateways/*", name=lambda name: name and name.title()),
    "SDK-03/pairs-without-version": change_body("POST /gateways/pair", version=None),
    **_no_filter("EV-94/list", "GET /events", *EVENT_FILTERS, "limit"),
    **_no_filter("EV-94/export", "GET /events/export", *EVENT_FILTERS),
    "EV-94/starred-capital": change_query("GET /events", starred=lambda it: it and it.title()),
    "EV-94/days-as-times": change_query("GET /events", date_from=lambda it: it and f"{it}T00:00:00Z"),
    "EV-94/filters-nobody-chose": change_query("GET /events", starred=lambda it: it or "false"),
    **no_verb("EV-94", Events.list, Events.get, Events.update, Events.export),
    "EV-94/no-delete": without(Events.remove),
    "EV-94/update-drops-notes": change_body("PATCH /events/*", notes=None),
    "EV-94/update-drops-acknowledged": change_body("PATCH /events/*", acknowledged=None),
    "EV-94/deletes-nothing": skip_sending("DELETE /events/*"),
    "EV-94/another-event": change_path(f"GET /events/{ID}", lambda _: "/events?limit=1"),
    "EV-96/text": change_answer("GET /events/export", bytes.decode),
    "EV-96/other-ends-of-lines": change_answer("GET /events/export", lambda it: it.replace(b"\r\n", b"\n")[:-1]),
    "EV-96/with-a-mark": change_answer("GET /events/export", lambda found: b"\xef\xbb\xbf" + found),
    "EV-96/in-latin": change_answer("GET /events/export", lambda found: found.decode().encode("latin-1", "replace")),
    "EV-96/an-array": change_answer("GET /events/export", bytearray),
    "EV-96/rows": change_answer("GET /events/export", bytes.splitlines),
    **_no_filter("AL-34/list", "GET /alerts", *ALERT_FILTERS),
    **no_verb("AL-34", Alerts.list, Alerts.timeline),
    "AL-34/timeline-backwards": change_answer("GET */timeline", updated(entries=lambda entries: entries[::-1])),
    "AL-34/timeline-is-the-alert": change_path("GET */timeline", lambda path: path.removesuffix("/timeline")),
    **no_verb("RU-60", Rules.list, Rules.create, Rules.update),
    "RU-60/no-delete": without(Rules.remove),
    **for_each("RU-60/create-drops-{}", RULE_FIELDS, lambda name: change_body("POST /alert-rules", **{name: None})),
    "RU-60/update-does-nothing": skip_sending("PATCH /alert-rules/*"),
    "RU-60/deletes-nothing": skip_sending("DELETE /alert-rules/*"),
    "RU-60/in-camel-case": change_body("POST /alert-rules", cooldown_sec=None, cooldownSec=600),
    **no_verb("GW-94", Gateways.list, Gateways.get, Gateways.update),
    **no_verb("GW-94", Gateways.generate_pairing_code, Gateways.pair, Gateways.telemetry),
    "GW-94/no-delete": without(Gateways.remove),
    "GW-94/pair-drops-version": change_body("POST /gateways/pair", version=None),
    "GW-94/pair-drops-address": change_body("POST /gateways/pair", local_ip=None),
    "GW-94/key-hidden": change_answer("POST /gateways/pair", updated(api_key=lambda _: "…")),
    "GW-94/update-does-nothing": skip_sending("PATCH /gateways/*"),
    "GW-94/deletes-nothing": skip_sending("DELETE /gateways/*"),
    "GW-94/telemetry-of-all": change_path("GET */telemetry", lambda _: "/gateways"),
    "GW-94/one-gateway-listed": change_answer("GET /gateways", updated(data=lambda items: items[:1])),
}
