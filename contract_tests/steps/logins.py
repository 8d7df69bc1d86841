"""Logging in and what comes of it: attempts, sessions, cookies, and tokens that nobody issued."""

import base64
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http.cookies import Morsel, SimpleCookie
from typing import Any

import httpx
import jwt

from contract_tests.actors import Actor, Answer
from contract_tests.steps import users
from contract_tests.verdicts import Unavailable
from contract_tests.world import API, LOGIN, World

REFRESH, LOGOUT, ME = f"{API}/auth/refresh", f"{API}/auth/logout", f"{API}/auth/me"
JSON = dict[str, Any]
_NOT_THE_KEY = "a key that the service does not sign its tokens with, of sufficient length for each algorithm"


def somebody(world: World, **fields: Any) -> JSON:
    """Return email and password of somebody invited, an operator unless the fields say otherwise."""
    return users.credentials(users.invite(world, **fields))


def behind(world: World, role: str) -> JSON:
    """Return email and password of whom the role's key acts as. Raises Unavailable."""
    described = world._described["actors"].get(role, {})
    if not {"email", "password"} <= described.keys():
        raise Unavailable(f"nobody tells the password of the {role}")
    return {name: described[name] for name in ("email", "password")}


def nobody(world: World) -> JSON:
    """Return email and password of somebody who is not in any org."""
    return {"email": users.stranger(world)["email"], "password": "Nobody-knows-1"}


def attempt(world: World, person: JSON, **fields: Any) -> Answer:
    """Try to log in with an email and a password."""
    return world.anonymous.post(LOGIN, {**person, **fields})


def logged_in(world: World, told: JSON | Answer) -> Actor:
    """Return who holds the access token of an answer."""
    return world.holding("somebody logged in", str(told["access_token"]))


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


def lifetime(world: World, cookie: "Morsel[str]") -> timedelta | None:
    """Return how long a cookie is kept, None where it ends with the browser."""
    if cookie["max-age"]:
        return timedelta(seconds=int(cookie["max-age"]))
    if not cookie["expires"]:
        return None
    return parsedate_to_datetime(cookie["expires"]) - datetime.fromisoformat(world.now())


def forgeries(token: str) -> Mapping[str, str]:
    """Return tokens that say what an access token says, or more, and were never issued, by what is wrong with them.

    Raises Unavailable where access tokens are no JWTs.
    """
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        raise Unavailable("access tokens are not of the kind that can be forged") from None
    head, body, signature = token.split(".")
    later = _segment({**claims, "exp": claims["exp"] + 3600})
    unsigned = {name: f"{_segment({'alg': name, 'typ': 'JWT'})}.{body}." for name in ("none", "None", "NONE")}
    return {
        **{algorithm: jwt.encode(claims, _NOT_THE_KEY, algorithm) for algorithm in ("HS256", "HS384", "HS512")},
        **unsigned,
        "none, signed": f"{unsigned['none']}{signature}",
        "no signature": f"{head}.{body}.",
        "half a signature": f"{head}.{body}.{signature[: len(signature) // 2]}",
        "a later expiry": f"{head}.{later}.{signature}",
        "nothing but a signature": f"..{signature}",
        "two parts": f"{head}.{body}",
    }


def _segment(content: JSON) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()
