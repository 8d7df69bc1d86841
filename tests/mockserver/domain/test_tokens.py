import base64
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain import tokens
from mockserver.domain.tokens import Purpose
from tests.factories import NOON, ORG, session, uuid

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
LATER = NOON + timedelta(minutes=15)


def issued(purpose: Purpose = Purpose.ACCESS) -> str:
    return tokens.issue(session(), purpose, NOON, LATER, KEY)


def claims(**changed: Any) -> dict[str, Any]:
    payload = jwt.decode(issued(), options={"verify_signature": False})
    return {name: value for name, value in {**payload, **changed}.items() if value is not None}


def test_token_has_the_claims_of_its_session() -> None:
    read = tokens.read(issued(), Purpose.ACCESS, NOON, KEY)
    assert read is not None
    assert (read.sub, read.org, read.sid, read.jti) == (uuid(6), ORG, uuid(7), "first")
    assert (read.iat, read.exp) == (NOON.timestamp(), LATER.timestamp())
    assert jwt.get_unverified_header(issued())["alg"] == "HS256"


@pytest.mark.parametrize(("seconds", "valid"), [(-1, True), (0, False), (3600, False)])
def test_token_is_valid_until_it_expires_by_the_clock_of_the_mock(seconds: int, valid: bool) -> None:
    read = tokens.read(issued(), Purpose.ACCESS, LATER + timedelta(seconds=seconds), KEY)
    assert (read is not None) is valid


@pytest.mark.parametrize("purpose", Purpose)
def test_token_is_valid_for_its_purpose_only(purpose: Purpose) -> None:
    for asked in Purpose:
        assert (tokens.read(issued(purpose), asked, NOON, KEY) is not None) is (asked is purpose)


def test_token_of_another_key_is_refused() -> None:
    assert tokens.read(issued(), Purpose.ACCESS, NOON, OTHER_KEY) is None


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_token_of_another_algorithm_is_refused(algorithm: str) -> None:
    token = jwt.encode(claims(), KEY * 2, algorithm)
    assert tokens.read(token, Purpose.ACCESS, NOON, KEY * 2) is None


def test_unsigned_token_is_refused() -> None:
    assert tokens.read(jwt.encode(claims(), "", "none"), Purpose.ACCESS, NOON, KEY) is None
    head, body, _ = issued().split(".")
    assert tokens.read(f"{head}.{body}.", Purpose.ACCESS, NOON, KEY) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "somebody"},
        {"iss": None},
        {"aud": "novavms"},
        {"aud": None},
        {"aud": ["novavms-api"]},
        {"exp": None},
        {"exp": "soon"},
        {"iat": None},
        {"sub": None},
        {"sub": 5},
        {"org": None},
        {"sid": None},
        {"jti": None},
    ],
)
def test_token_with_other_claims_is_refused(changed: dict[str, Any]) -> None:
    assert tokens.read(jwt.encode(claims(), KEY, "HS256"), Purpose.ACCESS, NOON, KEY) is not None
    plain = ".".join(part(value) for value in ({"alg": "HS256", "typ": "JWT"}, claims(**changed)))
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(plain.encode(), KEY)
    token = f"{plain}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"
    assert tokens.read(token, Purpose.ACCESS, NOON, KEY) is None


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@given(st.text(max_size=200) | st.from_regex(r"[\w-]{0,40}\.[\w-]{0,40}\.[\w-]{0,40}", fullmatch=True))
def test_any_other_text_is_refused(text: str) -> None:
    assert tokens.read(text, Purpose.ACCESS, NOON, KEY) is None


def test_deeply_nested_header_is_refused() -> None:
    head = base64.urlsafe_b64encode(b"[" * 100_000).decode()
    assert tokens.read(f"{head}.x.x", Purpose.ACCESS, NOON, KEY) is None


def test_org_is_read_without_verification() -> None:
    assert tokens.org_of(issued()) == ORG
    deep = base64.urlsafe_b64encode(b"[" * 100_000).decode()
    for text in ("", "x", "x.y.z", f"x.{part([])}.z", f"x.{part({'sub': ORG})}.z", f"x.{deep}.z"):
        assert tokens.org_of(text) == ""
