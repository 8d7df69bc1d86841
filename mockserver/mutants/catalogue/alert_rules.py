"""Mutants about alert rules as a whole: roles, the list, creating, changing and deleting."""

from functools import partial
from itertools import count
from typing import Any

from mockserver.domain import access
from mockserver.domain.alerts import AlertStatus
from mockserver.domain.errors import Forbidden, NotFound, Unauthenticated
from mockserver.mutants.operators.alerts import after_rule_deletion
from mockserver.mutants.operators.document import role, success
from mockserver.mutants.operators.isolation import found_anywhere, listing_all_orgs
from mockserver.mutants.operators.lists import list_envelope
from mockserver.mutants.operators.operations import answering, serving, undone
from mockserver.mutants.operators.patches import (
    AnyFunction,
    Original,
    around,
    dropped,
    for_each,
    mutant,
    returning,
    stateful,
)
from mockserver.mutants.operators.refusals import code_of, refused_as, refusing, status_of, tolerating
from mockserver.mutants.operators.values import TIMES, at_most, changed, each, having, lacking, record, renamed
from mockserver.operations import alert_rules
from mockserver.store.kinds import ALERT_RULES

_LIST_FIELDS = alert_rules._LISTED
_CREATED_FIELDS = (*_LIST_FIELDS, "camera_ids", "created_at")

_list_answer = partial(answering, "listAlertRules")
_create_answer = partial(answering, "createAlertRule")
_view = partial(returning, alert_rules._view)


@stateful
def _admit_one_refused_in_twenty() -> AnyFunction:
    """Admit one in twenty of the callers whose role is too low."""
    refusals = count(1)

    def authorise(original: Original, *args: Any) -> None:
        try:
            original(*args)
        except Forbidden:
            if next(refusals) % 20:
                raise

    return authorise


MUTANTS = (
    mutant("RU-01/all-orgs-listed", listing_all_orgs("listAlertRules")),
    mutant("RU-01/any-orgs-rule", found_anywhere(ALERT_RULES), "RU-51"),
    *for_each("RU-02/{}", ("operator", "owner"), partial(role, "listAlertRules")),
    mutant("RU-03/bare", _list_answer(lambda body: body["data"])),
    *list_envelope("listAlertRules", fields="RU-03", total="RU-03"),
    mutant("RU-03/items", _list_answer(renamed("data", "items"))),
    mutant("RU-03/total-one-less", _list_answer(changed(total=lambda total: total - 1))),
    mutant("RU-03/partial-content", success("listAlertRules", 206)),
    mutant("RU-04/next-cursor", _list_answer(having(next_cursor=None))),
    mutant("RU-04/twenty", _list_answer(changed(data=at_most(20))), "RU-03"),
    mutant("RU-04/hundred", _list_answer(changed(data=at_most(100))), "RU-03"),
    *for_each("RU-05/no-{}", _LIST_FIELDS, partial(dropped, lambda: alert_rules._LISTED)),
    mutant("RU-05/always-enabled", _list_answer(changed(data=each(having(enabled=True)))), "RU-54"),
    mutant("RU-05/always-300", _list_answer(changed(data=each(having(cooldown_sec=300))))),
    mutant("RU-06/public", role("listAlertRules", "public")),
    mutant("RU-06/forbidden", around(access.authenticate, refused_as(Unauthenticated, Forbidden("Access denied.")))),
    mutant("RU-06/other-code", code_of(Unauthenticated, "unauthorized")),
    *for_each("RU-07/{}", ("admin", "owner"), partial(role, "createAlertRule")),
    mutant("RU-07/viewer", role("createAlertRule", "viewer"), "RU-42"),
    mutant("RU-08/200", success("createAlertRule", 200)),
    mutant("RU-08/not-stored", serving("createAlertRule", undone(ALERT_RULES))),
    mutant("RU-08/one-id", _create_answer(having(id="f5e4d3c2-b1a0-4f9e-8d7c-6b5a4e3d2c1b"))),
    mutant("RU-42/unauthenticated", around(access.authorise, refused_as(Forbidden, Unauthenticated()))),
    mutant("RU-42/now-and-then-let-in", around(access.authorise, _admit_one_refused_in_twenty), "RU-53", "RU-57"),
    mutant("RU-42/other-code", code_of(Forbidden, "access_denied"), "RU-53", "RU-57"),
    mutant("RU-42/hidden", status_of(Forbidden, 404), "RU-53", "RU-57"),
    *for_each("RU-43/no-{}", _CREATED_FIELDS, lambda name: _create_answer(lacking(name))),
    mutant("RU-43/always-300", _create_answer(having(cooldown_sec=300))),
    mutant("RU-43/first-camera", _create_answer(changed(camera_ids=at_most(1)))),
    mutant("RU-43/name-in-capitals", _create_answer(changed(name=str.upper))),
    mutant("RU-44/said-to-be-off", _view(changed(enabled=lambda enabled: False))),
    mutant("RU-44/enabled-as-text", _view(changed(enabled=lambda enabled: "true"))),
    *for_each("RU-45/{}", ("day", "epoch"), lambda form: _create_answer(changed(created_at=TIMES[form]))),
    *for_each("RU-46/{}", ("admin", "owner"), partial(role, "updateAlertRule")),
    mutant("RU-46/viewer", role("updateAlertRule", "viewer"), "RU-53"),
    mutant("RU-51/forbidden", refusing("updateAlertRule", NotFound, Forbidden("Access denied."))),
    mutant("RU-51/other-code", code_of(NotFound, "rule_not_found"), "RU-58"),
    *for_each("RU-55/{}", ("admin", "owner"), partial(role, "deleteAlertRule")),
    mutant("RU-55/viewer", role("deleteAlertRule", "viewer"), "RU-57"),
    mutant("RU-55/not-done", serving("deleteAlertRule", undone(ALERT_RULES))),
    mutant("RU-56/200", success("deleteAlertRule", 200)),
    mutant("RU-56/202", success("deleteAlertRule", 202)),
    mutant("RU-57/let-in-now-and-then", around(access.authorise, _admit_one_refused_in_twenty)),
    mutant("RU-58/any-orgs-rule", found_anywhere(ALERT_RULES)),
    mutant("RU-58/forbidden", refusing("deleteAlertRule", NotFound, Forbidden("Access denied."))),
    mutant("RU-58/nothing-said", serving("deleteAlertRule", tolerating(NotFound))),
    mutant("RU-59/unnamed", after_rule_deletion(record(rule_name="")), "AL-33"),
    mutant("RU-59/resolved", after_rule_deletion(record(status=AlertStatus.RESOLVED))),
)
