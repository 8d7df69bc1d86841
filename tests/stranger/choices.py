"""What a correct server may choose: one field for each question that the four pages leave open."""

import random
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args, get_type_hints

Served = Literal["absent", "served"]


@dataclass(frozen=True, kw_only=True)
class Choices:
    """The ways that one server takes; the first value of a field is our mock's way, the others are as correct.

    An id beside a field is the rule that has decided it for our mock, though no page does.
    Routes that only other pages name (``Served``) are absent unless they are asked for.
    """

    # Lists and their filters
    total: Literal["matches", "page"] = "matches"  # AS-55
    order: Literal["newest", "oldest", "id"] = "newest"  # AS-50 to AS-54
    cursor: Literal["position", "offset"] = "position"  # AS-69
    last_page: Literal["exact", "may_be_empty"] = "exact"
    bad_cursor: Literal["refused", "first_page"] = "refused"  # AS-59 to AS-61
    cursor_of_other_filters: Literal["refused", "continued"] = "refused"  # AS-62
    limit_out_of_range: Literal["refused", "clamped"] = "refused"  # AS-63
    unknown_enum_value: Literal["refused", "ignored", "matches_nothing"] = "refused"  # AS-66
    malformed_filter: Literal["refused", "ignored"] = "refused"  # AS-64, AS-67
    unknown_query_parameter: Literal["ignored", "refused"] = "ignored"  # AS-68
    query_refusal: Literal["400", "422"] = "400"
    plain_date_to: Literal["whole_day", "instant"] = "whole_day"  # AS-57
    plain_date_zone: Literal["utc", "local"] = "utc"  # AS-56
    date_bounds: Literal["closed", "half_open"] = "closed"
    rules_and_gateways: Literal["whole", "null_cursor", "paged"] = "whole"  # AS-13, AS-14

    # Events
    unanalysed_texts: Literal["filled", "null"] = "filled"
    pending_clip: Literal["ready", "null"] = "ready"
    neighbours: Literal["feed", "camera"] = "feed"  # AS-71, AS-72
    previous_event: Literal["older", "newer"] = "older"  # AS-71, AS-72
    second_acknowledgement: Literal["latest", "first"] = "latest"  # AS-96
    null_notes: Literal["refused", "cleared"] = "refused"
    deleted_events: Literal["kept", "purged"] = "kept"
    export_paging: Literal["ignored", "honoured"] = "ignored"  # AS-15, AS-16
    export_over_cap: Literal["refused", "cut"] = "refused"  # AS-18
    csv_cells: Literal["minimal", "quoted"] = "minimal"
    attachment: Literal["named", "bare"] = "named"

    # Alerts and alert rules
    viewer_alerts: Literal["org", "granted"] = "org"  # AS-24
    viewer_rules: Literal["org", "granted"] = "org"  # AS-25
    alert_scope_error: Literal["404", "403"] = "404"
    alert_rule_name: Literal["at_firing", "current"] = "at_firing"
    acknowledgement_entries: Literal["one", "two"] = "one"
    rule_answer: Literal["all", "example"] = "all"
    rule_enabled: Literal["writable", "read_only"] = "writable"  # AS-01 to AS-03
    empty_rule_patch: Literal["refused", "accepted"] = "refused"
    unknown_body_field: Literal["refused", "ignored"] = "refused"  # AS-82
    min_confidence_elsewhere: Literal["refused", "dropped"] = "refused"  # AS-80
    custom_tags_elsewhere: Literal["kept", "dropped", "refused"] = "kept"  # AS-81
    recipients: Literal["checked", "any_text", "email_only"] = "checked"  # AS-77 to AS-79

    # Gateways
    status_after_pairing: Literal["offline", "registered", "online"] = "offline"  # AS-42
    redeemed_and_expired: Literal["409", "410"] = "409"  # AS-46
    code_length: Literal["400", "404"] = "400"  # AS-47
    foreign_site: Literal["400", "404"] = "400"  # AS-48, AS-49
    pairing_retry_after: Literal["present", "absent"] = "present"  # AS-74
    mixed_gateway_patch: Literal["refused", "ignored"] = "refused"  # AS-82
    gateway_scope_error: Literal["404", "403"] = "404"  # AS-22
    unset_texts: Literal["null", "empty"] = "null"
    telemetry_unreported: Literal["nulls", "404"] = "nulls"  # AS-94
    gateway_key_on_rest: Literal["403", "401"] = "403"  # AS-23
    socket_key: Literal["bearer", "query", "first_message"] = "bearer"  # AS-83
    socket_refusal: Literal["close", "http"] = "close"  # AS-84, AS-85
    socket_frames: Literal["acknowledged", "silent", "other_format"] = "acknowledged"  # AS-87 to AS-89
    socket_end: Literal["offline", "unchanged"] = "offline"  # AS-44
    second_socket: Literal["replaces", "coexists"] = "replaces"  # AS-93
    disabled_socket: Literal["refused", "admitted"] = "refused"  # AS-86

    # Every answer
    camera_filter_out_of_scope: Literal["403", "empty"] = "403"  # AS-21
    second_delete: Literal["404", "204"] = "404"  # AS-75
    malformed_id: Literal["400", "404"] = "400"  # AS-65
    other_methods: Literal["405", "404"] = "405"  # AS-34
    check_order: Literal["role input object", "role object input", "object role input"] = (
        "role input object"  # AS-37, AS-38
    )
    error_body: Literal["full", "code_alone"] = "full"  # AS-26 to AS-28
    request_id_header: Literal["X-Request-Id", "none"] = "X-Request-Id"  # AS-29, AS-30
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
    single_reads: Served = "absent"  # AS-11, AS-12
    alert_changes: Served = "absent"  # AS-04 to AS-10
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
