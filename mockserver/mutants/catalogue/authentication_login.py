"""Mutants about logging in."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver import asgi
from mockserver.asgi import Scope, header
from mockserver.domain import errors, sessions
from mockserver.domain.sessions import ClientType
from mockserver.domain.users import User
from mockserver.http import pipeline
from mockserver.mutants.operators.document import field, moved, required, retyped, role, success
from mockserver.mutants.operators.operations import asking
from mockserver.mutants.operators.patches import (
    Change,
    Mutants,
    Original,
    Patch,
    around,
    for_each,
    mutant,
    once_in,
    replaced,
    returning,
    together,
)
from mockserver.mutants.operators.refusals import code_of, status_of
from mockserver.mutants.operators.values import changed, copied, lacking, record, with_fields, without_fields
from mockserver.operations import authentication
from mockserver.operations.call import Call, WithHeaders
from mockserver.store.kinds import USERS

MUTANTS = Mutants()
_USER_FIELDS = ("id", "email", "display_name", "role", "org_id")
_field = partial(field, "Login")


def _token_answer(change: Change) -> Patch:
    """Change the bodies of logins and refreshes, with or without a cookie."""

    def body(found: Any) -> Any:
        return WithHeaders(change(found.result), found.headers) if isinstance(found, WithHeaders) else change(found)

    return returning(authentication._token_answer, body)


def _token_answer_to(client: ClientType, change: Callable[[Any, str], Any]) -> Patch:
    """Change the answers to one type of client; ``change`` gets the answer and the refresh token."""

    def defect(original: Original, call: Call, session: Any, more: Any) -> Any:
        found = original(call, session, more)
        if session.client_type is not client:
            return found
        mobile = original(call, replace(session, client_type=ClientType.MOBILE), more)
        return change(found, mobile["refresh_token"])

    return around(authentication._token_answer, defect)


def _cookie(change: Callable[[str], str]) -> Patch:
    """Change the text of the refresh cookie."""
    return returning(authentication._cookie, lambda found: (found[0], change(found[1])))


def _password(accepted: Callable[[str, str], bool]) -> Patch:
    """Accept a login by other rules: ``accepted`` gets the password of the user and the one that is sent."""

    async def find(call: Call, email: str) -> User | None:
        found = await call.tx.find_all(USERS, email)
        return next((user for user in found if accepted(user.password or "", call.body["password"])), None)

    return replaced(lambda: authentication._find_user, find)


def _equal_or_once_in(interval: int) -> Callable[[str, str], bool]:
    """Return a condition that also accepts one wrong password in ``interval``."""
    due = once_in(interval)
    return lambda right, sent: right == sent or due()


async def _email_is_known(call: Call) -> bool:
    """Whether a user of any org has the email of a login."""
    return bool(await call.tx.find_all(USERS, call.body["email"].lower()))


def _mobile_or_web(call: Call) -> Call:
    """Treat any client_type but mobile as web."""
    return call if call.body.get("client_type") == "mobile" else with_fields(client_type="web")(call)


def _completed(call: Call) -> Call:
    """Add what a login lacks: an unknown email, a wrong password."""
    return with_fields(**{"email": "nobody@example.com", "password": "x", **call.body})(call)


@MUTANTS.defect("AUTH-02/any-scheme", of=asgi.bearer_token, within=pipeline)
def _any_scheme(original: Original, scope: Scope) -> str | None:
    """Accept a token with another scheme than Bearer, or with none."""
    value = header(scope, b"authorization")
    return value.decode("latin-1").rpartition(" ")[2] if value else None


@MUTANTS.defect("AUTH-02/in-the-query", of=asgi.bearer_token, within=pipeline)
def _token_in_the_query(original: Original, scope: Scope) -> Any:
    """Accept a token in the query parameter access_token."""
    name, _, value = scope["query_string"].decode("latin-1").partition("=")
    return value if name == "access_token" else original(scope)


@MUTANTS.defect("AUTH-10/unknown-is-not-found", of="login")
async def _unknown_is_not_found(original: Original, call: Call) -> Any:
    """Answer 404 for an unknown email."""
    if not await _email_is_known(call):
        raise errors.NotFound("user")
    return await original(call)


@MUTANTS.defect("AUTH-10/revealed-by-the-message", of="login")
async def _revealed_by_the_message(original: Original, call: Call) -> Any:
    """Answer a wrong password with another message than an unknown email."""
    answer = await original(call)
    if isinstance(answer, errors.InvalidCredentials) and await _email_is_known(call):
        answer.message = "The password is wrong."
    return answer


@MUTANTS.defect("AUTH-11/for-good", of="updateUser")
async def _disabled_for_good(original: Original, call: Call) -> Any:
    """Ignore enabled in a change of a disabled user."""
    user = await call.get(USERS, "user")
    return await original(call if user.enabled else without_fields("enabled")(call))


@MUTANTS.defect("AUTH-12/known-emails-alone", "RL-03", of="login")
async def _known_emails_are_limited(original: Original, call: Call) -> Any:
    """Limit the attempts with known emails only."""
    return await original(call) if await _email_is_known(call) else errors.InvalidCredentials()


MUTANTS += (
    *for_each(
        "AUTH-01/{}-elsewhere",
        ("login", "refresh", "logout", "me"),
        lambda name: moved(f"/api/v1/auth/{name}", f"/api/auth/{name}"),
    ),
    mutant("AUTH-02/public-logout", role("logout", "public")),
    mutant("AUTH-03/guarded", role("login", "viewer"), "AUTH-01"),
    *for_each("AUTH-04/{}", (255, 257), lambda length: _field("password", maxLength=length)),
    mutant("AUTH-04/empty", _field("password", minLength=0)),
    mutant("AUTH-04/two-at-least", _field("password", minLength=2)),
    mutant("AUTH-04/any-email", retyped("Login", "email", type="string")),
    mutant("AUTH-04/plain-emails-alone", _field("email", pattern="^[a-z0-9.@-]+$")),
    mutant("AUTH-04/any-length", _field("email", maxLength=1000)),
    mutant("AUTH-05/remembered-always", asking("login", with_fields(remember_me=True))),
    mutant("AUTH-05/never-remembered", asking("login", without_fields("remember_me"))),
    *for_each("AUTH-05/{}-days", (6, 8), lambda days: replaced(lambda: sessions._LIFETIME, timedelta(days=days))),
    *for_each(
        "AUTH-05/{}-days-remembered",
        (29, 31),
        lambda days: replaced(lambda: sessions._REMEMBERED_LIFETIME, timedelta(days=days)),
    ),
    mutant("AUTH-05/until-the-browser-closes", _cookie(lambda text: text.partition("; Max-Age")[0])),
    mutant(
        "AUTH-06/an-app-unless-it-says-so",
        asking("login", lambda call: with_fields(**{"client_type": "mobile", **call.body})(call)),
    ),
    mutant("AUTH-06/no-apps", _field("client_type", enum=["web"])),
    mutant("AUTH-06/no-browsers", _field("client_type", enum=["mobile"])),
    mutant("AUTH-06/anything", together(retyped("Login", "client_type"), asking("login", _mobile_or_web))),
    mutant("AUTH-07/for-scripts", _cookie(lambda text: text.replace(" HttpOnly;", ""))),
    mutant(
        "AUTH-07/in-the-body-too",
        _token_answer_to(
            ClientType.WEB, lambda found, token: WithHeaders({**found.result, "refresh_token": token}, found.headers)
        ),
        "AUTH-06",
    ),
    mutant("AUTH-07/no-cookie", _token_answer_to(ClientType.WEB, lambda found, token: found.result)),
    mutant(
        "AUTH-07/cookie-for-apps",
        _token_answer_to(
            ClientType.MOBILE,
            lambda found, token: WithHeaders(found, [authentication._cookie(token, timedelta(days=7))]),
        ),
    ),
    mutant("AUTH-07/nothing-for-apps", _token_answer(lacking("refresh_token")), "AUTH-06"),
    *for_each("AUTH-08/no-{}", ("access_token", "expires_at", "user"), lambda name: _token_answer(lacking(name))),
    *for_each(
        "AUTH-08/no-{}-of-the-user", _USER_FIELDS, lambda name: returning(authentication._user_view, lacking(name))
    ),
    *for_each("AUTH-08/{}", (201, 204), partial(success, "login")),
    mutant("AUTH-08/name-for-email", returning(authentication._user_view, copied(email="display_name"))),
    mutant("AUTH-08/over-already", _token_answer(changed(expires_at=lambda at: at - timedelta(days=1)))),
    *for_each(
        "AUTH-09/{}-alone",
        ("email", "password"),
        lambda name: together(required("Login", name), asking("login", _completed)),
    ),
    mutant("AUTH-09/422", status_of(errors.InvalidInput, 422)),
    mutant("AUTH-09/another-word", code_of(errors.InvalidInput, "validation_failed")),
    mutant("AUTH-10/auth-required", code_of(errors.InvalidCredentials, "auth_required")),
    mutant("AUTH-10/403", status_of(errors.InvalidCredentials, 403)),
    mutant("AUTH-10/any-case", _password(lambda right, sent: right.lower() == sent.lower())),
    mutant("AUTH-10/a-part-is-enough", _password(lambda right, sent: right.startswith(sent))),
    mutant("AUTH-10/blanks-are-cut", _password(lambda right, sent: right == sent.strip())),
    mutant("AUTH-10/let-in-now-and-then", _password(_equal_or_once_in(20))),
    mutant("AUTH-11/let-in", returning(authentication._find_user, lambda user: user and record(enabled=True)(user))),
    *for_each(
        "AUTH-11/{}",
        ("invalid-credentials", "forbidden"),
        lambda code: code_of(errors.AccountDisabled, code.replace("-", "_")),
    ),
    mutant("AUTH-11/401", status_of(errors.AccountDisabled, 401)),
    mutant("AUTH-12/never", replaced(lambda: sessions.MAX_ATTEMPTS, 10**6), "RL-03"),
    mutant("AUTH-12/403", status_of(errors.RateLimited, 403)),
    mutant("AUTH-12/another-word", code_of(errors.RateLimited, "too_many_attempts")),
    *for_each("RL-03/{}-attempts", (4, 6), partial(replaced, lambda: sessions.MAX_ATTEMPTS)),
    *for_each(
        "RL-03/{}-minutes",
        (14, 16),
        lambda minutes: replaced(lambda: sessions._ATTEMPTS_WINDOW, timedelta(minutes=minutes)),
    ),
    mutant("RL-03/one-count-for-all", around(sessions.attempts_id, lambda original, email: original(""))),
)
