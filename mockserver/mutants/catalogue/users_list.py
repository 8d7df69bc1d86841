"""Mutants about the list of users."""

from functools import partial

from mockserver.domain import errors
from mockserver.mutants.operators.document import moved, role
from mockserver.mutants.operators.isolation import of_any_org
from mockserver.mutants.operators.lists import items, list_envelope, page_size, rows, total_of_page
from mockserver.mutants.operators.operations import answering
from mockserver.mutants.operators.patches import dropped, for_each, mutant
from mockserver.mutants.operators.refusals import code_of, refusing, status_of
from mockserver.mutants.operators.values import (
    TIMES,
    at_most,
    backwards,
    bare_list,
    changed,
    cut,
    having,
    ordered_by,
    renamed,
)
from mockserver.operations import users as operations
from mockserver.store.kinds import USERS

_PATH = "/api/v1/users"
_ON_ONE_USER = ("getUser", "updateUser", "deleteUser", "listUserSessions")
_items = partial(items, "listUsers")
_FIELDS = ("display_name", "role", "enabled", "created_at", "email")


MUTANTS = (
    mutant("USR-01/moved", moved(_PATH, "/api/v1/members"), "USR-03"),
    mutant("USR-01/sessions-moved", moved(f"{_PATH}/{{id}}/sessions", f"{_PATH}/{{id}}/logins")),
    *for_each("USR-01/{}-open", ("getUser", "listUserSessions"), lambda name: role(name, "viewer")),
    *for_each("USR-01/{}-owners-only", ("getUser", "listUsers"), lambda name: role(name, "owner")),
    *page_size(default="USR-02", lower="USR-02", upper="USR-02"),
    mutant("USR-02/one-fewer", rows("listUsers", at_most(19))),
    *list_envelope("listUsers", fields="USR-02", total="USR-02", cursor="USR-02"),
    mutant("USR-02/total-of-the-page", total_of_page("listUsers")),
    mutant("USR-02/bare-list", answering("listUsers", bare_list)),
    mutant("USR-02/items", answering("listUsers", renamed("data", "items")), "USR-03"),
    mutant("USR-02/one-twice", rows("listUsers", lambda found: [*found[:-1], *found[:1]])),
    *for_each("USR-03/no-{}", _FIELDS, partial(dropped, lambda: operations._LISTED)),
    *for_each("USR-03/{}", TIMES, lambda form: _items(changed(created_at=TIMES[form]))),
    mutant("USR-03/all-enabled", _items(having(enabled=True))),
    mutant("USR-03/all-operators", _items(having(role="operator"))),
    mutant("USR-03/short-names", _items(changed(display_name=cut(8)))),
    mutant("USR-03/masked-emails", _items(having(email="…@example.com"))),
    mutant("USR-04/operators-too", role("listUsers", "operator"), "USR-01"),
    mutant("USR-04/public", role("listUsers", "public"), "USR-01"),
    mutant("USR-04/not-found", status_of(errors.Forbidden, 404)),
    mutant("USR-04/denied", code_of(errors.Forbidden, "denied")),
    mutant("USR-04/unauthorized", code_of(errors.Unauthenticated, "unauthorized")),
    mutant("USR-04/unauthenticated-is-forbidden", status_of(errors.Unauthenticated, 403)),
    mutant("AS-141/oldest-first", answering("listUsers", changed(data=backwards))),
    mutant("AS-141/by-name", answering("listUsers", changed(data=ordered_by("display_name")))),
    *for_each("AS-155/{}-all-orgs", _ON_ONE_USER, lambda name: of_any_org(name, USERS)),
    *for_each(
        "AS-155/{}-forbidden", _ON_ONE_USER, lambda name: refusing(name, errors.NotFound, errors.Forbidden("No."))
    ),
)
