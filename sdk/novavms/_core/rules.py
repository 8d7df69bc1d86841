"""The verbs of ``client.rules``, also ``client.alert_rules``: when an event becomes an alert, and who is notified."""

from collections.abc import Mapping, Sequence

from novavms._core.answers import into, nothing
from novavms._core.call import NOT_GIVEN, Call, CallOptions, Id, ListCall, NotGiven, Unpack, changed, checked, given
from novavms.models import (
    AlertRuleDetail,
    AlertRulePage,
    AsyncAlertRulePage,
    Recipient,
    RecipientDict,
    ScheduleTypeLike,
    ScopeTypeLike,
    TriggerTypeLike,
)


def list(**options: Unpack[CallOptions]) -> ListCall[AlertRulePage, AsyncAlertRulePage]:
    """Return all rules, newest first, on one page."""
    return ListCall("GET", "/alert-rules", into(AlertRulePage), read_awaited=into(AsyncAlertRulePage), options=options)


def get(id: Id, /, **options: Unpack[CallOptions]) -> Call[AlertRuleDetail]:
    """Return one rule in full."""
    return Call("GET", f"/alert-rules/{checked(id)}", into(AlertRuleDetail), options=options)


def create(
    *,
    name: str,
    trigger_type: TriggerTypeLike,
    recipients: Sequence[Recipient | RecipientDict],
    custom_tags: Sequence[str] | NotGiven | None = None,
    min_confidence: float | NotGiven | None = None,
    scope_type: ScopeTypeLike | NotGiven | None = None,
    site_ids: Sequence[Id] | NotGiven | None = None,
    camera_ids: Sequence[Id] | NotGiven | None = None,
    zones_filter: Sequence[str] | NotGiven | None = None,
    schedule_type: ScheduleTypeLike | NotGiven | None = None,
    cooldown_sec: int | NotGiven | None = None,
    conditions_json: Mapping[str, object] | NotGiven | None = None,
    enabled: bool | NotGiven | None = None,
    **options: Unpack[CallOptions],
) -> Call[AlertRuleDetail]:
    """Make a rule that notifies 1 to 25 ``recipients``, each ``{"type": "email", "target": address}``. For operators.

    ``custom_tags`` is required for the trigger ai_tag, ``site_ids`` and ``camera_ids`` for the scope of that name.
    ``min_confidence`` is from 0.0 to 1.0, ``cooldown_sec`` from 0 to 3600 s, 300 if left out.
    """
    watched = given(scope_type=scope_type, site_ids=site_ids, camera_ids=camera_ids, zones_filter=zones_filter)
    matched = given(custom_tags=custom_tags, min_confidence=min_confidence, conditions_json=conditions_json)
    timing = given(schedule_type=schedule_type, cooldown_sec=cooldown_sec, enabled=enabled)
    needed = given(name=name, trigger_type=trigger_type, recipients=recipients)
    return Call(
        "POST", "/alert-rules", into(AlertRuleDetail), body={**needed, **watched, **matched, **timing}, options=options
    )


def update(
    id: Id,
    /,
    *,
    name: str | NotGiven = NOT_GIVEN,
    trigger_type: TriggerTypeLike | NotGiven = NOT_GIVEN,
    recipients: Sequence[Recipient | RecipientDict] | NotGiven = NOT_GIVEN,
    custom_tags: Sequence[str] | NotGiven = NOT_GIVEN,
    min_confidence: float | NotGiven = NOT_GIVEN,
    scope_type: ScopeTypeLike | NotGiven = NOT_GIVEN,
    site_ids: Sequence[Id] | NotGiven = NOT_GIVEN,
    camera_ids: Sequence[Id] | NotGiven = NOT_GIVEN,
    zones_filter: Sequence[str] | NotGiven = NOT_GIVEN,
    schedule_type: ScheduleTypeLike | NotGiven = NOT_GIVEN,
    cooldown_sec: int | NotGiven = NOT_GIVEN,
    conditions_json: Mapping[str, object] | NotGiven = NOT_GIVEN,
    enabled: bool | NotGiven = NOT_GIVEN,
    **options: Unpack[CallOptions],
) -> Call[AlertRuleDetail]:
    """Change the given fields of a rule, with the same meaning as in ``create``. For operators."""
    watched = changed(scope_type=scope_type, site_ids=site_ids, camera_ids=camera_ids, zones_filter=zones_filter)
    matched = changed(custom_tags=custom_tags, min_confidence=min_confidence, conditions_json=conditions_json)
    timing = changed(schedule_type=schedule_type, cooldown_sec=cooldown_sec, enabled=enabled)
    basics = changed(name=name, trigger_type=trigger_type, recipients=recipients)
    body = {**basics, **watched, **matched, **timing}
    return Call("PATCH", f"/alert-rules/{checked(id)}", into(AlertRuleDetail), body=body, options=options)


def remove(id: Id, /, **options: Unpack[CallOptions]) -> Call[None]:
    """Delete a rule; alerts that it fired stay. For operators."""
    return Call("DELETE", f"/alert-rules/{checked(id)}", nothing, options=options)


def enable(id: Id, /, **options: Unpack[CallOptions]) -> Call[AlertRuleDetail]:
    """Let a rule fire again. For operators."""
    return update(id, enabled=True, **options)


def disable(id: Id, /, **options: Unpack[CallOptions]) -> Call[AlertRuleDetail]:
    """Keep a rule from firing. For operators."""
    return update(id, enabled=False, **options)
