"""Ways to break sites and the grants of them."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from mockserver.domain import errors
from mockserver.domain import sites as domain
from mockserver.mutants.operators.operations import first, serving
from mockserver.mutants.operators.patches import JSON, Patch, replaced
from mockserver.operations.call import Call
from mockserver.store.base import Kind, Query


def refusing_while(kind: Kind[Any], where: Callable[[Call], JSON]) -> Patch:
    """Let deleteSite be refused while there are records of a kind; ``where`` returns their query for a call."""

    async def check(call: Call) -> None:
        if await call.tx.count(Query(kind, call.org_id, where(call))):
            raise errors.SiteInUse(0, 1)

    return serving("deleteSite", first(check))


def timezones(known: Callable[[str], bool]) -> Patch:
    """Accept the time zones that ``known`` returns True for, and no others: ``timezones(bool)``."""

    def require(name: str) -> None:
        if not known(name):
            raise errors.InvalidInput({"timezone": ["is not known"]})

    return replaced(lambda: domain.require_timezone, require)


def unchanged(user: Any, site_id: str) -> Any:
    """Return the user unchanged, in place of ``sites.grant`` or ``sites.revoke``."""
    return user


def revoke_all(user: Any, site_id: str) -> Any:
    """Revoke all sites of the user, in place of ``sites.revoke``."""
    return replace(user, site_ids=()) if site_id in user.site_ids else user
