"""What a correct server may choose: one field for each question that the four pages leave open."""

import random
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args, get_type_hints

Served = Literal["absent", "served"]


@dataclass(frozen=True, kw_only=True)
class Choices:
    """The ways that one server takes; the first value of a field is our mock's way, the others are as correct.

    Routes that only other pages name (``Served``) are absent unless they are asked for.
    """

    # Lists and their filters
    total: Literal["matches", "page"] = "matches"
    order: Literal["newest", "oldest", "id"] = "newest"
    cursor: Literal["position", "offset"] = "position"
    last_page: Literal["exact", "may_be_empty"] = "exact"
    bad_cursor: Literal["refused", "first_page"] = "refused"
    cursor_of_other_filters: Literal["refused", "continued"] = "refused"
    limit_out_of_range: Literal["refused", "clamped"] = "refused"
    unknown_enum_value: Literal["refused", "ignored", "matches_nothing"] = "refused"
    malformed_filter: Literal["refused", "ignored"] = "refused"
    unknown_query_parameter: Literal["ignored", "refused"] = "ignored"
    query_refusal: Literal["400", "422"] = "400"
    plain_date_to: Literal["whole_day", "instant"] = "whole_day"
    plain_date_zone: Literal["utc", "local"] = "utc"
    date_bounds: Literal["closed", "half_open"] = "closed"
    rules_and_gateways: Literal["whole", "null_cursor", "paged"] = "whole"

    # Events
    unanalysed_texts: Literal["filled", "null"] = "filled"
    pending_clip: Literal["ready", "null"] = "ready"
    neighbours: Literal["feed", "camera"] = "feed"
    previous_event: Literal["older", "newer"] = "older"
    second_acknowledgement: Literal["latest", "first"] = "latest"
    null_notes: Literal["refused", "cleared"] = "refused"
    deleted_events: Literal["kept", "purged"] = "kept"
    export_paging: Literal["ignored", "honoured"] = "ignored"
    export_over_cap: Literal["refused", "cut"] = "refused"
    csv_cells: Literal["minimal", "quoted"] = "minimal"
    attachment: Literal["named", "bare"] = "named"

    # Alerts and alert rules
    viewer_alerts: Literal["org", "granted"] = "org"
    viewer_rules: Literal["org", "granted"] = "org"
    alert_scope_error: Literal["404", "403"] = "404"
    alert_rule_name: Literal["at_firing", "current"] = "at_firing"
    acknowledgement_entries: Literal["one", "two"] = "one"
    rule_answer: Literal["all", "example"] = "all"
    rule_enabled: Literal["writable", "read_only"] = "writable"
    empty_rule_patch: Literal["refused", "accepted"] = "refused"
    unknown_body_field: Literal["refused", "ignored"] = "refused"
    min_confidence_elsewhere: Literal["refused", "dropped"] = "refused"
    custom_tags_elsewhere: Literal["kept", "dropped", "refused"] = "kept"
    recipients: Literal["checked", "any_text", "email_only"] = "checked"

    # Gateways
    status_after_pairing: Literal["offline", "registered", "online"] = "offline"
    redeemed_and_expired: Literal["409", "410"] = "409"
    code_length: Literal["400", "404"] = "400"
    foreign_site: Literal["400", "404"] = "400"
    pairing_retry_after: Literal["present", "absent"] = "present"
    mixed_gateway_patch: Literal["refused", "ignored"] = "refused"
    gateway_scope_error: Literal["404", "403"] = "404"
    unset_texts: Literal["null", "empty"] = "null"
    telemetry_unreported: Literal["nulls", "404"] = "nulls"
    gateway_key_on_rest: Literal["403", "401"] = "403"
    socket_key: Literal["bearer", "query", "first_message"] = "bearer"
    socket_refusal: Literal["close", "http"] = "close"
    socket_frames: Literal["acknowledged", "silent", "other_format"] = "acknowledged"
    socket_end: Literal["offline", "unchanged"] = "offline"
    second_socket: Literal["replaces", "coexists"] = "replaces"
    disabled_socket: Literal["refused", "admitted"] = "refused"

    # Every answer
    camera_filter_out_of_scope: Literal["403", "empty"] = "403"
    second_delete: Literal["404", "204"] = "404"
    malformed_id: Literal["400", "404"] = "400"
    other_methods: Literal["405", "404"] = "405"
    check_order: Literal["role input object", "role object input", "object role input"] = "role input object"
    error_body: Literal["full", "code_alone"] = "full"
    request_id_header: Literal["X-Request-Id", "none"] = "X-Request-Id"
    rate_limit_headers: Literal["X-RateLimit", "none"] = "X-RateLimit"
    retry_after: Literal["seconds", "date"] = "seconds"
    json_type: Literal["plain", "charset"] = "plain"
    times: Literal["z", "offset", "fraction"] = "z"
    body_media_type: Literal["checked", "ignored"] = "checked"
    unusual_characters: Literal["refused", "accepted"] = "refused"
    openapi_access: Literal["public", "token"] = "public"
    openapi_type: Literal["application/yaml", "text/plain"] = "application/yaml"
    further_fields: Literal["absent", "present"] = "absent"

    # Routes of other pages
    single_reads: Served = "absent"
    alert_changes: Served = "absent"
    camera_routes: Served = "absent"
    site_routes: Served = "absent"
    user_routes: Served = "absent"
    webhook_routes: Served = "absent"
    login_route: Served = "absent"
    health_route: Served = "absent"

    @classmethod
    def ours(cls, **chosen: Any) -> "Choices":
        """Return the choices that our mock makes too, but for those that are chosen."""
        return _checked(replace(cls(), **chosen))

    @classmethod
    def other(cls, **chosen: Any) -> "Choices":
        """Return choices none of which our mock makes, but for those that are chosen."""
        others: dict[str, Any] = {name: found[1] for name, found in values().items() if name not in further_routes()}
        return _checked(replace(cls(**others), **chosen))

    @classmethod
    def random(cls, seed: int, **chosen: Any) -> "Choices":
        """Return the choices of a seed, but for those that are chosen."""
        source = random.Random(seed)
        picked: dict[str, Any] = {name: source.choice(found) for name, found in values().items()}
        return _checked(replace(cls(**picked), **chosen))

    @classmethod
    def named(cls, text: str, **chosen: Any) -> "Choices":
        """Return the choices named ours, other, or by a seed. Raises ValueError."""
        if text in ("ours", "other"):
            return cls.ours(**chosen) if text == "ours" else cls.other(**chosen)
        return cls.random(int(text), **chosen)


def values() -> dict[str, tuple[str, ...]]:
    """Return the values that each field may have, our mock's first."""
    hints = get_type_hints(Choices)
    return {field.name: get_args(hints[field.name]) for field in fields(Choices)}


def further_routes() -> list[str]:
    """Return the fields that say whether a route of another page is served."""
    return [name for name, found in values().items() if found == get_args(Served)]


def _checked(choices: Choices) -> Choices:
    """Return the choices. Raises ValueError for a value that its field does not have."""
    for name, found in values().items():
        if getattr(choices, name) not in found:
            raise ValueError(f"{name} is one of {', '.join(found)}, not {getattr(choices, name)!r}")
    return choices
