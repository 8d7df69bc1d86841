from collections.abc import Callable

import pytest

from mockserver.domain.access import ANONYMOUS, Caller, Role, authenticate, authorise, require_sites
from mockserver.domain.errors import Forbidden, Unauthenticated

LOW_TO_HIGH = [Role.VIEWER, Role.OPERATOR, Role.ADMIN, Role.OWNER]


def person(role: Role | None, sites: frozenset[str] | None = None) -> Caller:
    return Caller(key_id="key", org_id="org", role=role, sites=sites)


def allowed(check: Callable[[], None]) -> bool:
    try:
        check()
    except Forbidden:
        return False
    return True


@pytest.mark.parametrize("least", LOW_TO_HIGH)
@pytest.mark.parametrize("role", LOW_TO_HIGH)
def test_role_may_what_lower_roles_may(role: Role, least: Role) -> None:
    expected = LOW_TO_HIGH.index(role) >= LOW_TO_HIGH.index(least)
    assert role.includes(least) is expected
    assert allowed(lambda: authorise(person(role), least)) is expected


def test_refusal_names_the_role_needed() -> None:
    with pytest.raises(Forbidden, match="admin"):
        authorise(person(Role.OPERATOR), Role.ADMIN)


def test_gateway_key_may_nothing() -> None:
    assert not allowed(lambda: authorise(person(None), Role.VIEWER))


def test_caller_without_key_is_unauthenticated() -> None:
    with pytest.raises(Unauthenticated):
        authenticate(ANONYMOUS)


def test_caller_with_key_is_authenticated() -> None:
    authenticate(person(None))


def test_caller_without_limit_sees_all_sites() -> None:
    assert person(Role.OWNER).sees("anywhere")


def test_viewer_sees_granted_sites_only() -> None:
    viewer = person(Role.VIEWER, frozenset({"here", "there"}))
    assert viewer.sees("here")
    assert not viewer.sees("elsewhere")


def test_viewer_without_sites_sees_none() -> None:
    assert not person(Role.VIEWER, frozenset()).sees("here")


@pytest.mark.parametrize(("sites", "passes"), [(["here"], True), (["here", "elsewhere"], False), ([], True)])
def test_every_site_must_be_granted(sites: list[str], passes: bool) -> None:
    viewer = person(Role.VIEWER, frozenset({"here"}))
    assert allowed(lambda: require_sites(viewer, sites)) is passes
