"""Mutants about what each role may do."""

from mockserver.domain.access import Role
from mockserver.domain.errors import Forbidden
from mockserver.mutants.operators.document import least_role, role
from mockserver.mutants.operators.operations import asking, done_yet_refused, first, serving
from mockserver.mutants.operators.patches import Patch, for_each, mutant
from mockserver.mutants.operators.values import granted
from mockserver.operations.call import Call


def _refused_to(operation_id: str, *roles: Role) -> Patch:
    """Refuse an operation to roles that may call it."""

    async def check(call: Call) -> None:
        if call.caller.role in roles:
            raise Forbidden("This role may not do this.")

    return serving(operation_id, first(check))


MUTANTS = (
    *least_role("ROLE-05", "operator", "owner", arranging=["setSiteUsers"]),
    *for_each("ROLE-05/{}-not-by-owners", ("inviteUser", "setSiteUsers"), lambda name: _refused_to(name, Role.OWNER)),
    *least_role("ROLE-06", "operator", "owner"),
    *least_role("ROLE-07", "viewer", "admin"),
    *least_role("ROLE-08", "viewer", "admin"),
    mutant("ROLE-08/done-yet-refused", done_yet_refused("updateEvent", Role.VIEWER)),
    mutant("ROLE-09/operators-only", role("createLiveViewToken", "operator")),
    mutant("ROLE-09/events-by-operators-only", role("listEvents", "operator")),
    mutant("ROLE-09/every-site-live", asking("createLiveViewToken", granted(None))),
    mutant("ROLE-09/every-site-listed", asking("listEvents", granted(None))),
    mutant("ROLE-09/every-site-shown", asking("getEvent", granted(None))),
    mutant("ROLE-09/no-site-live", asking("createLiveViewToken", granted(frozenset()))),
    mutant("ROLE-09/not-by-admins", _refused_to("createLiveViewToken", Role.ADMIN)),
    *least_role("ROLE-11", "viewer", "admin"),
    mutant("ROLE-11/done-yet-refused", done_yet_refused("updateAlert", Role.VIEWER)),
)
