"""Mutants about the list of gateways."""

from functools import partial

from mockserver.domain import access, errors
from mockserver.mutants.operators.document import moved, role, route, success
from mockserver.mutants.operators.gateways import admit_roleless
from mockserver.mutants.operators.isolation import listing_all_orgs
from mockserver.mutants.operators.lists import list_envelope
from mockserver.mutants.operators.operations import answering, asking
from mockserver.mutants.operators.patches import around, dropped, for_each, mutant, replaced
from mockserver.mutants.operators.refusals import code_of, status_of
from mockserver.mutants.operators.values import at_most, changed, granted, having
from mockserver.operations import gateways as operations

LIST, ONE = "/api/v1/gateways", "/api/v1/gateways/{id}"


TELEMETRY = f"{ONE}/telemetry"


MUTANTS = (
    mutant("GW-01/list-moved", moved(LIST, "/api/v1/gateway")),
    mutant("GW-01/telemetry-moved", moved(TELEMETRY, f"{ONE}/status"), "GW-06"),
    mutant("GW-03/heartbeat-route", route(f"{ONE}/heartbeat", "post", "beat", "public")),
    mutant("GW-03/telemetry-taken", route(TELEMETRY, "post", "beat", "public")),
    *for_each("GW-07/{}s-only", ("operator", "admin"), partial(role, "listGateways")),
    mutant("GW-08/every-site", asking("listGateways", granted(None))),
    mutant("GW-08/no-site", asking("listGateways", granted(frozenset()))),
    mutant("GW-09/all-orgs", listing_all_orgs("listGateways")),
    *list_envelope("listGateways", fields="GW-10", total="GW-10"),
    mutant("GW-10/bare-list", answering("listGateways", lambda answer: answer["data"])),
    mutant("GW-10/202", success("listGateways", 202)),
    mutant("GW-11/cursor", answering("listGateways", having(next_cursor=None))),
    mutant("GW-11/twenty", answering("listGateways", changed(data=at_most(20)))),
    *for_each("GW-12/no-{}", operations._LISTED[1:], partial(dropped, lambda: operations._LISTED)),
    mutant("GW-13/created-at", replaced(lambda: operations._LISTED, operations._DETAILED)),
    mutant("GW-14/public", role("listGateways", "public")),
    mutant("GW-14/another-word", code_of(errors.Unauthenticated, "unauthorized"), "GW-56"),
    mutant("GW-14/forbidden", status_of(errors.Unauthenticated, 403), "GW-56"),
    mutant("GW-15/let-in", around(access.authorise, admit_roleless)),
    mutant("GW-15/unauthorised", status_of(errors.Forbidden, 401)),
)
