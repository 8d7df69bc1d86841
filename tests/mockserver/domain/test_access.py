from collections.abc import Callable

import pytest

from mockserver.domain.access import ANONYMOUS, Caller, Role, authenticate, authorise, require_sites
from mockserver.domain.errors import Forbidden, Unauthenticated

LOW_TO_HIGH = [Role.VIEWER, Role.OPERATOR, Role.ADMIN, Role.OWNER]


def caller_with(role: Role | None, sites: frozenset[str] | None = None) -> Caller:
    return Caller(key_id="key", org_id="org", role=role, sites=sites)


def allowed(check: Callable[[], None]) -> bool:
    try:
        check()
    except Forbidden:
        return False
    return True


@pytest.mark.parametrize("minimum", LOW_TO_HIGH)
@pytest.mark.parametrize("role", LOW_TO_HIGH)
def test_role_may_what_lower_roles_may(role: Role, minimum: Role) -> None:
    expected = LOW_TO_HIGH.index(role) >= LOW_TO_HIGH.index(minimum)
    assert role.includes(minimum) is expected
    assert allowed(lambda: authorise(caller_with(role), minimum)) is expected


def test_refusal_names_the_role_needed() -> None:
    with pytest.raises(Forbidden, match="admin"):
        authorise(caller_with(Role.OPERATOR), Role.ADMIN)


def test_gateway_key_has_no_permissions() -> None:
    assert not allowed(lambda: authorise(caller_with(None), Role.VIEWER))


def test_caller_without_key_is_unauthenticated() -> None:
    with pytest.raises(Unauthenticated):
        authenticate(ANONYMOUS)


def test_caller_with_key_is_authenticated() -> None:
    authenticate(caller_with(None))


def test_caller_without_a_list_of_sites_sees_all() -> None:
    assert caller_with(Role.OWNER).sees("anywhere")


def test_viewer_sees_granted_sites_only() -> None:
    viewer = caller_with(Role.VIEWER, frozenset({"here", "there"}))
    assert viewer.sees("here")
    assert not viewer.sees("elsewhere")


def test_viewer_without_sites_sees_none() -> None:
    assert not caller_with(Role.VIEWER, frozenset()).sees("here")


@pytest.mark.parametrize(("sites", "passes"), [(["here"], True), (["here", "elsewhere"], False), ([], True)])
def test_all_sites_must_be_granted(sites: list[str], passes: bool) -> None:
    viewer = caller_with(Role.VIEWER, frozenset({"here"}))
    assert allowed(lambda: require_sites(viewer, sites)) is passes
