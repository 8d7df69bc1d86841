"""Edits of the page ``tests/data/docs/alerts.md``: those that a comparison must name, and neutral ones."""

from dataclasses import dataclass

LIST, TIMELINE, CREATE = "GET /api/v1/alerts\n", "GET /api/v1/alerts/{id}/timeline\n", "POST /api/v1/alert-rules\n"
RULES, CHANGE, DELETE = (
    "GET /api/v1/alert-rules\n",
    "PATCH /api/v1/alert-rules/{id}\n",
    "DELETE /api/v1/alert-rules/{id}\n",
)
OPENING = "# Alerts\n"


@dataclass(frozen=True)
class Edit:
    """An edit after a heading; subject and a part of the text of what is found, and rules that the change touches."""

    heading: str
    old: str
    new: str
    subject: str
    says: str
    rules: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.subject}: {self.says}"

    def made(self, text: str) -> str:
        """Return the edited page."""
        before, heading, after = text.partition(self.heading)
        assert self.old in after, self
        return before + heading + after.replace(self.old, self.new, 1)


def _edit(heading: str, old: str, new: str, subject: str, says: str, *rules: str) -> Edit:
    return Edit(heading, old, new, subject, says, frozenset(rules))


EDITS = [
    # role, version, site scope
    _edit(LIST, "role:** viewer", "role:** operator", "listAlerts role", "role operator", "AL-03"),
    _edit(CREATE, "role:** operator", "role:** admin", "createAlertRule role", "role admin", "RU-07"),
    _edit(DELETE, "role:** operator", "role:** public", "deleteAlertRule role", "role public", "RU-55"),
    _edit(TIMELINE, "v1.1", "v1.0", "getAlertTimeline since", "since v1.0", "AL-21"),
    _edit(RULES, "role:** viewer", "role:** viewer (site-scoped)", "listAlertRules site scope", "site-scoped", "RU-02"),
    # bounds
    _edit(LIST, "1-100", "1-200", "listAlerts limit", "up to 200", "AL-14"),
    _edit(LIST, "1-100", "0-100", "listAlerts limit", "from 0", "AL-14"),
    _edit(CREATE, "1-100 chars", "1-64 chars", "createAlertRule name", "up to 64", "RU-10"),
    _edit(CREATE, "0-3600", "0-7200", "createAlertRule cooldown_sec", "up to 7200", "RU-32"),
    _edit(CREATE, "0.0-1.0", "0.5-1.0", "createAlertRule min_confidence", "from 0.5", "RU-17"),
    _edit(CREATE, "1-25 recipients", "1-50 recipients", "createAlertRule recipients", "up to 50", "RU-35"),
    # defaults
    _edit(LIST, "int | 20", "int | 50", "listAlerts limit", "default 50", "AL-13"),
    _edit(CREATE, "int | 300", "int | 600", "createAlertRule cooldown_sec", "default 600", "RU-31"),
    _edit(CREATE, "enum | always", "enum | custom", "createAlertRule schedule_type", "default custom", "RU-29"),
    _edit(CREATE, "bool | true", "bool | false", "createAlertRule enabled", "default false"),
    _edit(CREATE, "uuid[] | []", "uuid[] | —", "createAlertRule site_ids", "default none", "RU-22"),
    # codes
    _edit(LIST, "| auth_required", "| unauthorized", "listAlerts 401", "error unauthorized", "AL-19"),
    _edit(CREATE, "| 403 |", "| 402 |", "createAlertRule 402", "402 forbidden", "RU-42"),
    _edit(CHANGE, "validation_error", "validation_failed", "updateAlertRule 400", "validation_failed", "RU-50"),
    _edit(DELETE, "Response 204", "Response 200", "deleteAlertRule response", "response 200", "RU-56"),
    _edit(CREATE, "Response 201", "Response 200", "createAlertRule response", "response 200", "RU-08"),
    # values of enumerations, types, conditions
    _edit(LIST, "new, acknowledged, resolved", "new, acknowledged, closed", "listAlerts status", "closed", "AL-05"),
    _edit(CREATE, "motion, ai_tag, manual", "motion, ai_tag", "createAlertRule trigger_type", "ai_tag", "RU-12"),
    _edit(CREATE, "always, custom |", "always, custom, never |", "createAlertRule schedule_type", "never", "RU-30"),
    _edit(LIST, "`rule_id` | uuid", "`rule_id` | int", "listAlerts rule_id", "type int", "AL-04"),
    _edit(CREATE, "trigger_type=ai_tag", "trigger_type=motion", "createAlertRule custom_tags", "motion", "RU-15"),
    _edit(CREATE, "ai_tag only", "manual only", "createAlertRule min_confidence", "manual only", "RU-19"),
    _edit(CREATE, "{type, target}", "{type, address}", "createAlertRule recipients", "address", "RU-35"),
    # examples
    _edit(LIST, '"status": "new"', '"status": "open"', "listAlerts 200 example", "open", "AL-16"),
    _edit(LIST, '"fired_at": "2026-05-02T', '"fired_at": "02.05.2026T', "listAlerts 200 example", "fired_at", "AL-18"),
    _edit(CREATE, '"cooldown_sec": 60,', "", "createAlertRule 201 example", "cooldown_sec", "RU-43"),
    _edit(RULES, '"enabled": true', '"active": true', "listAlertRules 200 example", "active", "RU-05"),
    _edit(LIST, "?status=new&limit=5", "?state=new&limit=5", "listAlerts curl", "parameter state"),
    _edit(CHANGE, '{"cooldown_sec":120}', '{"cooldown_sec":-1}', "updateAlertRule curl", "cooldown_sec", "RU-52"),
    _edit(CHANGE, "rules.update(", "rules.modify(", "updateAlertRule client call", "alert_rules.modify", "RU-52"),
    _edit(LIST, "dateFrom:", "fromDate:", "listAlerts client call", "from_date"),
    # removed rows, new rows, sentences
    _edit(LIST, "| `limit` | int | 20 | 1-100 |\n", "", "listAlerts limit", "does not name it", "AL-13", "AL-14"),
    _edit(
        CREATE,
        "| 404 | not_found | The org has no such camera or site |\n",
        "",
        "createAlertRule 404",
        "no such row",
        "RU-40",
    ),
    _edit(DELETE, "Empty body.", "Returns the deleted rule.", "deleteAlertRule 204 example", "Returns"),
    _edit(
        DELETE,
        "stay in the history.",
        "stay in the history. A backup is kept for 7 days.",
        "DELETE /api/v1/alert-rules/{id}",
        "backup",
    ),
]
_ROW = "| `rule_id` | uuid | — | Alerts of this rule |\n"
_STATUS_ROW = "| `status` | enum | — | new, acknowledged, resolved |\n"
_FORBIDDEN, _UNKNOWN = (
    "| 403 | forbidden | The role is too low |\n",
    "| 404 | not_found | The org has no such camera or site |\n",
)
NEUTRAL = [
    # order
    _edit(LIST, _ROW + _STATUS_ROW, _STATUS_ROW + _ROW, "order", "rows of parameters"),
    _edit(CREATE, _FORBIDDEN + _UNKNOWN, _UNKNOWN + _FORBIDDEN, "order", "rows of errors"),
    _edit(
        LIST, '"next_cursor": null,\n  "total": 1', '"total": 1,\n  "next_cursor": null', "order", "keys of an example"
    ),
    _edit(LIST, "new, acknowledged, resolved", "resolved, new, acknowledged", "order", "values"),
    _edit(
        CREATE,
        "all_cameras, specific_sites, specific_cameras",
        "specific_sites, all_cameras, specific_cameras",
        "order",
        "more",
    ),
    _edit(CREATE, "{type, target}", "{target, type}", "order", "members"),
    # white space
    _edit(LIST, "\n\n**Since", "\n\n\n\n**Since", "white space", "empty lines"),
    _edit(LIST, "| `limit` | int | 20 | 1-100 |", "|  `limit`  |  int  |  20  |  1-100  |", "white space", "in cells"),
    _edit(LIST, '  "total": 1\n', '      "total":   1\n', "white space", "in an example"),
    _edit(CREATE, "1-25 recipients", "1 - 25 recipients", "white space", "in a range"),
    _edit(CREATE, "type, target}", "type,target}", "white space", "in members"),
    _edit(LIST, "200\n\n```json\n{", "200\n\n```json\n\n{", "white space", "before an example"),
    # markup
    _edit(LIST, "`rule_id`", "rule_id", "markup", "no code"),
    _edit(LIST, "**Since:**", "Since:", "markup", "not bold"),
    _edit(CHANGE, "POST /api/v1/alert-rules takes", "`POST /api/v1/alert-rules` takes", "markup", "code"),
    # prose without a rule
    _edit(
        OPENING,
        "Our support team is glad to help with either.",
        "Whatever is unclear, ask our support.",
        "wording",
        "opening",
    ),
    _edit(OPENING, "glad to help", "happy to help", "wording", "one word"),
    _edit(LIST, "Too many requests", "Slow down", "wording", "of an error"),
    _edit(CREATE, "Further conditions", "More conditions", "wording", "of a constraint"),
    _edit(CREATE, "Names of zones", "Zones by name", "wording", "of another constraint"),
]
#: Edits written after the comparison was: what it did with them had not been looked at.
FURTHER = [
    _edit(TIMELINE, "role:** viewer", "role:** operator", "getAlertTimeline role", "role operator", "AL-21"),
    _edit(CREATE, "string | — | 1-100", "string | — | 3-100", "createAlertRule name", "from 3", "RU-10"),
    _edit(CREATE, "| 400 | validation_error", "| 422 | validation_error", "createAlertRule 422", "422", "RU-09"),
    _edit(LIST, "RFC3339 or YYYY-MM-DD", "RFC3339 or DD.MM.YYYY", "listAlerts date_from", "DD.MM.YYYY"),
    _edit(CREATE, "scope_type=specific_sites", "scope_type=all_cameras", "createAlertRule site_ids", "all_cameras"),
    _edit(TIMELINE, '"action": "fired"', '"action": "raised"', "getAlertTimeline 200 example", "raised"),
    _edit(DELETE, "-X DELETE", "-X POST", "deleteAlertRule curl", "POST"),
    _edit(CHANGE, "stays as it was.", "stays as it was. Only an owner may do so.", CHANGE.strip(), "owner"),
    _edit(RULES, "of the org.", "of the org. At most 500 rules exist.", RULES.strip(), "500"),
    _edit(LIST, "page by page.", "page by page. Alerts of deleted webhooks are left out.", LIST.strip(), "webhooks"),
]
FURTHER_NEUTRAL = [
    _edit(OPENING, "Our support team is glad to help with either.", "", "prose", "left out"),
    _edit(OPENING, "with either.", "with either. Have fun!", "prose", "greeting"),
    _edit(OPENING, "with either.", "with either. If you cannot find it, please write to us.", "prose", "address"),
    _edit(LIST, "The token is missing or wrong", "No valid token was sent", "wording", "of an error"),
    _edit(LIST, "Alerts of this rule", "Narrows the list to one rule", "wording", "of a filter"),
    _edit(CREATE, "The org has no such camera or site", "Camera or site is not of the org", "wording", "not found"),
    _edit(CREATE, "1-100 chars", "1-100 characters", "wording", "of a unit"),
    _edit(CREATE, "Whether it fires", "On or off", "wording", "of a switch"),
    _edit(RULES, "Lists every alert rule of the org.", "Lists every alert rule in the org.", "wording", "preposition"),
    _edit(CHANGE, "Returns the changed rule.", "The rule as it is now.", "wording", "of an answer"),
]
