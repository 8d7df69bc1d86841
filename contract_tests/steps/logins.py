"""Logging in and what follows: attempts, refreshes, cookies, and forged tokens."""

import base64
import json
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from http.cookies import Morsel, SimpleCookie
from typing import Any

import httpx
import jwt

from contract_tests.actors import Actor, Answer
from contract_tests.steps import users
from contract_tests.steps.answers import JSON, parse_time
from contract_tests.verdicts import Unavailable
from contract_tests.world import API, LOGIN, World

REFRESH, LOGOUT, ME = f"{API}/auth/refresh", f"{API}/auth/logout", f"{API}/auth/me"
_WRONG_KEY = "a key that the service does not sign its tokens with, of sufficient length for each algorithm"


def new_credentials(world: World, **fields: Any) -> JSON:
    """Invite a user, an operator unless the fields say otherwise, and return email and password."""
    return users.credentials(users.invite(world, **fields))


def unknown_credentials(world: World) -> JSON:
    """Return an email and a password of no user of any org."""
    return {"email": users.new_invitation(world)["email"], "password": "Nobody-knows-1"}


def try_login(world: World, credentials: JSON, **fields: Any) -> Answer:
    """Try to log in with email and password, and return the answer, whatever it is."""
    return world.anonymous.post(LOGIN, {**credentials, **fields})


def logged_in(world: World, login: JSON | Answer) -> Actor:
    """Return an actor that sends the access token of a login or refresh."""
    return world.actor_with_token("logged-in user", str(login["access_token"]))


def refresh(world: World, token: str) -> Answer:
    """Send a refresh token in the body, as an app does."""
    return world.anonymous.post(REFRESH, {"refresh_token": token, "client_type": "mobile"})


def refresh_by_cookie(world: World, token: "Morsel[str]", **arguments: Any) -> Answer:
    """Send a refresh token in its cookie, as a browser does."""
    return world.anonymous.call("POST", REFRESH, headers={"Cookie": f"{token.key}={token.value}"}, **arguments)


def cookies(answer: Answer) -> "list[Morsel[str]]":
    """Return the cookies that an answer sets, the one with the longest value first."""
    jars = [SimpleCookie(text) for text in httpx.Headers(answer.headers).get_list("set-cookie")]
    return sorted((found for jar in jars for found in jar.values()), key=lambda found: -len(found.value))


def cookie_lifetime(world: World, cookie: "Morsel[str]") -> timedelta | None:
    """Return how long a browser keeps a cookie, None for the end of its session."""
    if cookie["max-age"]:
        return timedelta(seconds=int(cookie["max-age"]))
    if not cookie["expires"]:
        return None
    return parsedate_to_datetime(cookie["expires"]) - parse_time(world.now())


def forged_tokens(token: str) -> Mapping[str, str]:
    """Return tokens with the claims of an access token, or with a later expiry, that were never issued.

    The keys describe what is wrong with each. Raises Unavailable where access tokens are no JWTs.
    """
    try:
        payload = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        raise Unavailable("access tokens are no JWTs, so none can be forged") from None
    head, body, signature = token.split(".")
    later = _segment({**payload, "exp": payload["exp"] + 3600})
    unsigned = {name: f"{_segment({'alg': name, 'typ': 'JWT'})}.{body}." for name in ("none", "None", "NONE")}
    return {
        **{algorithm: jwt.encode(payload, _WRONG_KEY, algorithm) for algorithm in ("HS256", "HS384", "HS512")},
        **unsigned,
        "none, signed": f"{unsigned['none']}{signature}",
        "no signature": f"{head}.{body}.",
        "half a signature": f"{head}.{body}.{signature[: len(signature) // 2]}",
        "a later expiry": f"{head}.{later}.{signature}",
        "a signature alone": f"..{signature}",
        "two parts": f"{head}.{body}",
    }


def _segment(content: JSON) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()
