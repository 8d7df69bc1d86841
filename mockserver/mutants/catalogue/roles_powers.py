"""Mutants about what each role may do."""

from mockserver.domain import errors
from mockserver.domain.access import Role
from mockserver.mutants.operators.document import role
from mockserver.mutants.operators.operations import asking, done_yet_refused, first, serving
from mockserver.mutants.operators.patches import Patch, for_each, mutant
from mockserver.mutants.operators.values import granted
from mockserver.operations.call import Call

_USERS = (
    "listUsers", "inviteUser", "getUser", "updateUser", "deleteUser", "listUserSessions", "revokeUserSession",
)  # fmt: skip


_SITES = ("createSite", "updateSite", "deleteSite", "listSiteUsers", "setSiteUsers")


_KEYS = ("rotateWebhookSecret", "listServiceAccountKeys")


_DEVICES = (
    "generatePairingCode", "updateGateway", "deleteGateway", "createCamera", "updateCamera", "deleteCamera",
    "triggerCamera", "createAlertRule", "updateAlertRule", "deleteAlertRule", "createWebhook", "updateWebhook",
    "deleteWebhook",
)  # fmt: skip


def _refused_to(name: str, *roles: Role) -> Patch:
    """Refuse an operation to roles that may."""

    async def check(call: Call) -> None:
        if call.caller.role in roles:
            raise errors.Forbidden("Not by this role.")

    return serving(name, first(check))


MUTANTS = (
    *for_each("ROLE-05/{}-by-operators", (*_USERS, *_SITES), lambda name: role(name, "operator")),
    *for_each("ROLE-05/{}-by-owners-only", (*_USERS, *_SITES[:-1]), lambda name: role(name, "owner")),
    *for_each("ROLE-05/{}-not-by-owners", ("inviteUser", "setSiteUsers"), lambda name: _refused_to(name, Role.OWNER)),
    *for_each("ROLE-06/{}-by-operators", _KEYS, lambda name: role(name, "operator")),
    *for_each("ROLE-06/{}-by-owners-only", _KEYS, lambda name: role(name, "owner")),
    *for_each("ROLE-07/{}-by-viewers", _DEVICES, lambda name: role(name, "viewer")),
    *for_each("ROLE-07/{}-by-admins-only", _DEVICES, lambda name: role(name, "admin")),
    mutant("ROLE-08/viewers-too", role("updateEvent", "viewer")),
    mutant("ROLE-08/admins-only", role("updateEvent", "admin")),
    mutant("ROLE-08/done-yet-refused", done_yet_refused("updateEvent", Role.VIEWER)),
    mutant("ROLE-09/operators-only", role("createLiveViewToken", "operator")),
    mutant("ROLE-09/events-by-operators-only", role("listEvents", "operator")),
    mutant("ROLE-09/every-site-live", asking("createLiveViewToken", granted(None))),
    mutant("ROLE-09/every-site-listed", asking("listEvents", granted(None))),
    mutant("ROLE-09/every-site-shown", asking("getEvent", granted(None))),
    mutant("ROLE-09/no-site-live", asking("createLiveViewToken", granted(frozenset()))),
    mutant("ROLE-09/not-by-admins", _refused_to("createLiveViewToken", Role.ADMIN)),
    mutant("ROLE-11/viewers-too", role("updateAlert", "viewer")),
    mutant("ROLE-11/done-yet-refused", done_yet_refused("updateAlert", Role.VIEWER)),
    mutant("ROLE-11/admins-only", role("updateAlert", "admin")),
)
