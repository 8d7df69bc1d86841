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
from mockserver.mutants.operators.values import at_most, bare_list, changed, granted, having
from mockserver.operations import gateways

_LIST_PATH = "/api/v1/gateways"
_GATEWAY_PATH = f"{_LIST_PATH}/{{id}}"
_TELEMETRY_PATH = f"{_GATEWAY_PATH}/telemetry"

_list_answer = partial(answering, "listGateways")

MUTANTS = (
    mutant("GW-01/list-moved", moved(_LIST_PATH, "/api/v1/gateway")),
    mutant("GW-01/telemetry-moved", moved(_TELEMETRY_PATH, f"{_GATEWAY_PATH}/status"), "GW-06"),
    mutant("GW-03/heartbeat-route", route(f"{_GATEWAY_PATH}/heartbeat", "post", "sendHeartbeat", "public")),
    mutant("GW-03/telemetry-taken", route(_TELEMETRY_PATH, "post", "sendHeartbeat", "public")),
    *for_each("GW-07/{}s-only", ("operator", "admin"), partial(role, "listGateways")),
    mutant("GW-08/every-site", asking("listGateways", granted(None))),
    mutant("GW-08/no-site", asking("listGateways", granted(frozenset()))),
    mutant("GW-09/all-orgs", listing_all_orgs("listGateways")),
    *list_envelope("listGateways", fields="GW-10"),
    mutant("GW-10/bare-list", _list_answer(bare_list)),
    mutant("GW-10/202", success("listGateways", 202)),
    mutant("GW-11/cursor", _list_answer(having(next_cursor=None))),
    mutant("GW-11/twenty", _list_answer(changed(data=at_most(20))), "GW-10"),
    *for_each("GW-12/no-{}", gateways._LISTED[1:], partial(dropped, lambda: gateways._LISTED)),
    mutant("GW-13/created-at", replaced(lambda: gateways._LISTED, gateways._DETAILED)),
    mutant("GW-14/public", role("listGateways", "public")),
    mutant("GW-14/another-word", code_of(errors.Unauthenticated, "unauthorized"), "GW-56"),
    mutant("GW-14/forbidden", status_of(errors.Unauthenticated, 403), "GW-56"),
    mutant("GW-15/let-in", around(access.authorise, admit_roleless)),
)
