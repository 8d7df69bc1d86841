"""Ways to break sites and what is granted on them."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from mockserver.domain import errors
from mockserver.domain import sites as domain
from mockserver.mutants.operators.operations import first, serving
from mockserver.mutants.operators.patches import Patch, replaced
from mockserver.operations.call import Call
from mockserver.store.base import Query


def refusing_while(kind: Any, where: Callable[[Call], Any]) -> Patch:
    """Let deleteSite be refused for what is no hindrance."""

    async def check(call: Call) -> None:
        if await call.tx.count(Query(kind, call.org_id, where(call))):
            raise errors.SiteInUse(0, 1)

    return serving("deleteSite", first(check))


def timezones(known: Callable[[str], bool]) -> Patch:
    """Return a patch of which time zones are known."""

    def require(name: str) -> None:
        if not known(name):
            raise errors.InvalidInput({"timezone": ["is not known"]})

    return replaced(lambda: domain.require_timezone, require)


def unchanged(user: Any, site_id: str) -> Any:
    """Return the user unchanged, whatever was granted or revoked."""
    return user


def revoke_all(user: Any, site_id: str) -> Any:
    """Revoke all of the user's sites."""
    return replace(user, site_ids=()) if site_id in user.site_ids else user
