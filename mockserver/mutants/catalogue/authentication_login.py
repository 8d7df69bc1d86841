"""Mutants about logging in."""

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
from mockserver.mutants.operators.operations import asking, first, serving
from mockserver.mutants.operators.patches import (
    Change,
    Original,
    Patch,
    around,
    every,
    for_each,
    mutant,
    replaced,
    returning,
    together,
)
from mockserver.mutants.operators.refusals import code_of, status_of
from mockserver.mutants.operators.values import changed, copied, lacking, record, with_fields, without_fields
from mockserver.operations import authentication
from mockserver.operations.call import Call, WithHeaders
from mockserver.store.kinds import USERS

AUTH = "/api/v1/auth"


_login = partial(serving, "login")


_field = partial(field, "Login")


_disabled = partial(code_of, errors.AccountDisabled)


_PERSON = ("id", "email", "display_name", "role", "org_id")


def body(change: Change) -> Patch:
    """Change the bodies of logins and refreshes, with a cookie or without."""

    def tokens(found: Any) -> Any:
        return WithHeaders(change(found.result), found.headers) if isinstance(found, WithHeaders) else change(found)

    return returning(authentication._token_answer, tokens)


def cookies(change: Any) -> Patch:
    """Change the text of the refresh cookie."""
    return returning(authentication._cookie, lambda found: (found[0], change(found[1])))


def _whoever(law: Any) -> Patch:
    """Let a login succeed for a user with the email for whom this holds, by user and password."""

    async def whose(call: Call, email: str) -> User | None:
        found = await call.tx.find_all(USERS, email)
        return next((user for user in found if law(user.password or "", call.body["password"])), None)

    return replaced(lambda: authentication._find_user, whose)


def _now_and_then(often: int) -> Any:
    due = every(often)
    return lambda right, sent: right == sent or due()


async def _unknown_told_apart(call: Call) -> None:
    if not await call.tx.find_all(USERS, call.body["email"].lower()):
        raise errors.NotFound("user")


def _known_client(call: Call) -> Call:
    return call if call.body.get("client_type") == "mobile" else with_fields(client_type="web")(call)


def _filled(call: Call) -> Call:
    return with_fields(**{"email": "nobody@example.com", "password": "x", **call.body})(call)


async def _told_apart(original: Original, call: Call) -> Any:
    answer = await original(call)
    if isinstance(answer, errors.InvalidCredentials) and await call.tx.find_all(USERS, call.body["email"].lower()):
        answer.message = "The password is wrong."
    return answer


def _for_a(client: ClientType, change: Any) -> Any:
    """Change the answer to one kind of client; the change gets the answer and the refresh token."""

    def defect(original: Original, call: Call, session: Any, more: Any) -> Any:
        found = original(call, session, more)
        if session.client_type is not client:
            return found
        other = original(call, replace(session, client_type=ClientType.MOBILE), more)
        return change(found, other["refresh_token"])

    return around(authentication._token_answer, defect)


def _any_scheme(scope: Scope) -> str | None:
    value = header(scope, b"authorization")
    return value.decode("latin-1").rpartition(" ")[2] if value else None


def _in_the_query(original: Original, scope: Scope) -> Any:
    name, _, value = scope["query_string"].decode("latin-1").partition("=")
    return value if name == "access_token" else original(scope)


async def _let_in_though_disabled(original: Original, call: Call, email: str) -> Any:
    user = await original(call, email)
    return user and record(enabled=True)(user)


async def _disabled_for_good(original: Original, call: Call) -> Any:
    user = await call.get(USERS, "user")
    return await original(call if user.enabled else without_fields("enabled")(call))


async def _known_emails_alone(original: Original, call: Call) -> Any:
    known = await call.tx.find_all(USERS, call.body["email"].lower())
    return await original(call) if known else errors.InvalidCredentials()


MUTANTS = (
    *for_each(
        "AUTH-01/{}-elsewhere",
        ("login", "refresh", "logout", "me"),
        lambda name: moved(f"{AUTH}/{name}", f"/api/auth/{name}"),
    ),
    *for_each("AUTH-02/public-{}", ("logout",), lambda name: role(name, "public")),
    mutant("AUTH-02/any-scheme", replaced(lambda: asgi.bearer_token, _any_scheme, within=pipeline)),
    mutant("AUTH-02/in-the-query", around(asgi.bearer_token, _in_the_query, within=pipeline)),
    mutant("AUTH-03/guarded", role("login", "viewer"), "AUTH-01"),
    *for_each("AUTH-04/{}", (255, 257), lambda most: _field("password", maxLength=most)),
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
    mutant("AUTH-05/until-the-browser-closes", cookies(lambda text: text.partition("; Max-Age")[0])),
    mutant(
        "AUTH-06/an-app-unless-it-says-so",
        asking("login", lambda call: with_fields(**{"client_type": "mobile", **call.body})(call)),
    ),
    mutant("AUTH-06/no-apps", _field("client_type", enum=["web"])),
    mutant("AUTH-06/no-browsers", _field("client_type", enum=["mobile"])),
    mutant("AUTH-06/anything", together(retyped("Login", "client_type"), asking("login", _known_client))),
    mutant("AUTH-07/for-scripts", cookies(lambda text: text.replace(" HttpOnly;", ""))),
    mutant(
        "AUTH-07/in-the-body-too",
        _for_a(
            ClientType.WEB, lambda found, token: WithHeaders({**found.result, "refresh_token": token}, found.headers)
        ),
        "AUTH-06",
    ),
    mutant("AUTH-07/no-cookie", _for_a(ClientType.WEB, lambda found, token: found.result)),
    mutant(
        "AUTH-07/cookie-for-apps",
        _for_a(
            ClientType.MOBILE,
            lambda found, token: WithHeaders(found, [authentication._cookie(token, timedelta(days=7))]),
        ),
    ),
    mutant("AUTH-07/nothing-for-apps", body(lacking("refresh_token")), "AUTH-06"),
    *for_each("AUTH-08/no-{}", ("access_token", "expires_at", "user"), lambda name: body(lacking(name))),
    *for_each("AUTH-08/no-{}-of-the-user", _PERSON, lambda name: returning(authentication._user_view, lacking(name))),
    *for_each("AUTH-08/{}", (201, 204), partial(success, "login")),
    mutant("AUTH-08/name-for-email", returning(authentication._user_view, copied(email="display_name"))),
    mutant("AUTH-08/over-already", body(changed(expires_at=lambda at: at - timedelta(days=1)))),
    *for_each(
        "AUTH-09/{}-alone",
        ("email", "password"),
        lambda name: together(required("Login", name), asking("login", _filled)),
    ),
    mutant("AUTH-09/422", status_of(errors.InvalidInput, 422)),
    mutant("AUTH-09/another-word", code_of(errors.InvalidInput, "validation_failed")),
    mutant("AUTH-10/unknown-is-not-found", _login(first(_unknown_told_apart))),
    mutant("AUTH-10/told-by-the-message", _login(_told_apart)),
    mutant("AUTH-10/auth-required", code_of(errors.InvalidCredentials, "auth_required")),
    mutant("AUTH-10/403", status_of(errors.InvalidCredentials, 403)),
    mutant("AUTH-10/any-case", _whoever(lambda right, sent: right.lower() == sent.lower())),
    mutant("AUTH-10/a-part-is-enough", _whoever(lambda right, sent: right.startswith(sent))),
    mutant("AUTH-10/blanks-are-cut", _whoever(lambda right, sent: right == sent.strip())),
    mutant("AUTH-10/let-in-now-and-then", _whoever(_now_and_then(20))),
    mutant("AUTH-11/let-in", around(authentication._find_user, _let_in_though_disabled)),
    mutant("AUTH-11/invalid-credentials", _disabled("invalid_credentials")),
    mutant("AUTH-11/forbidden", _disabled("forbidden")),
    mutant("AUTH-11/401", status_of(errors.AccountDisabled, 401)),
    mutant("AUTH-11/for-good", serving("updateUser", _disabled_for_good)),
    mutant("AUTH-12/never", replaced(lambda: sessions.MAX_ATTEMPTS, 10**6), "RL-03"),
    mutant("AUTH-12/403", status_of(errors.RateLimited, 403)),
    mutant("AUTH-12/another-word", code_of(errors.RateLimited, "too_many_attempts")),
    mutant("AUTH-12/known-emails-alone", _login(_known_emails_alone), "RL-03"),
    *for_each("RL-03/{}-attempts", (4, 6), partial(replaced, lambda: sessions.MAX_ATTEMPTS)),
    *for_each(
        "RL-03/{}-minutes",
        (14, 16),
        lambda minutes: replaced(lambda: sessions._ATTEMPTS_WINDOW, timedelta(minutes=minutes)),
    ),
    mutant("RL-03/one-count-for-all", around(sessions.attempts_id, lambda original, email: original(""))),
)
