"""No token, code or credential is left in anything that the suite writes."""

import json
import re
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.outcomes import fold
from contract_tests.output.redaction import Redactor, secrets_of, secrets_of_cookies
from contract_tests.report import html, junit, summary, writer
from contract_tests.report.journal import Report
from tests.contract_tests import factories
from tests.contract_tests.factories import CODE, TOKEN

LETTERS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=5, max_size=40)
#: Secrets of no known form; the last has every character that some way of writing must escape.
SECRETS = ("9d2f61c07ab34e58", "opaque+secret/value==", """q"u'o\\te&<%> \tü≠""")
redact, scrub = Redactor().redact, Redactor().scrub


@given(prefix=st.sampled_from(["sk_live_", "sk_test_", "gw_", "whsec_live_"]), ending=LETTERS)
def test_what_looks_like_a_token_keeps_four_letters(prefix: str, ending: str) -> None:
    token = prefix + ending
    for text in (
        f"Bearer {token}",
        json.dumps({"key": token}),
        f"https://x/?key={token}&a=1",
        f"Bearer%20{token}",
        f"req_{token}",
        json.dumps(f"header:\n{token}"),
    ):
        assert token not in redact(text)
        assert "…" in redact(text)
        assert f"{token[:4]}…" in redact(text) or len(token) < 13


@pytest.mark.parametrize("name", ["pairing_code", "api_key", "credential", "secret", "password", "token"])
@given(value=LETTERS)
def test_secret_fields_are_emptied_however_they_are_written(name: str, value: str) -> None:
    body = json.dumps({"kept": "yes", name: value})
    for text in (body, json.dumps({"body": body}), repr({name: value}), f"https://x/y?{name}={value}&kept=1"):
        assert (
            value not in redact(text).replace("kept", "").replace("yes", "") or value in f"https://x/y?bodykept1 {name}"
        )
        assert "kept" in redact(text) or "kept" not in text


@given(head=LETTERS, body=LETTERS, signature=LETTERS)
def test_what_looks_like_an_access_token_keeps_four_letters(head: str, body: str, signature: str) -> None:
    token = f"eyJ{head}.{body}.{signature}"
    for text in (f"Bearer {token}", json.dumps({"access_token": token}), f"found {token} and x{token}x"):
        assert token not in redact(text)
        assert f"{token[:4]}…" in redact(text)


@given(value=LETTERS)
def test_a_refresh_cookie_is_emptied(value: str) -> None:
    assert redact(f"theme=dark; novavms_refresh={value}; a=b") == "theme=dark; novavms_refresh=…; a=b"


def test_the_user_and_password_of_a_url_are_emptied() -> None:
    assert redact("https://ann:s3cret@x:8080/a?b=c@d") == "https://…@x:8080/a?b=c@d"


@pytest.mark.parametrize(
    "text",
    [
        f'{{"token": "{TOKEN}", "pairing_code": "{CODE}", "secret": "a…bcdefghijkl"}}',
        "Bearer eyJa.bcdefgh.ijk",
        "novavms_refresh=eyJa.bcdefgh.ijk",
        "\x1b[2J\n ::error::x ##[group]y ##vso[task]z \u202e\ufffe\ud800",
    ],
)
def test_redaction_happens_once(text: str) -> None:
    assert redact(redact(text)) == redact(text) != text
    assert scrub(json.loads(json.dumps(scrub([text])))) == [redact(text)]


@given(st.recursive(st.text("abc \n\t%&ü😀") | st.integers() | st.none(), lambda inner: st.lists(inner), max_leaves=8))
def test_a_value_without_secrets_is_unchanged(value: Any) -> None:
    assert scrub(value) == value


def spellings(secret: str) -> Iterator[str]:
    data = secret.encode()
    yield from (secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], json.dumps(json.dumps(secret))[3:-3])
    yield from (quote(secret), quote(secret, safe=""), quote_plus(secret), "".join(f"%{byte:02x}" for byte in data))
    yield re.sub("%..", lambda found: found[0].lower(), quote(secret, safe=""))
    yield from (data.hex(), data.hex().upper(), escape(secret))
    for encode in (b64encode, urlsafe_b64encode):
        yield from (encode(data).decode(), encode(data + b"\n").decode())


@pytest.mark.parametrize("around", ["{}", "glued{}glued", "Bearer%20{}", "header:\\n{}", "%22{}%22", "a\n{}\n"])
@pytest.mark.parametrize("secret", SECRETS)
def test_a_known_secret_is_cut_however_it_is_written_and_wherever_it_stands(secret: str, around: str) -> None:
    redactor = Redactor()
    assert redactor.learn([secret]) == [secret]
    assert redactor.learn([secret]) == []
    for spelling in spellings(secret):
        found = redactor.redact(around.format(spelling))
        assert "…" in found
        assert spelling[4:-4] not in found, spelling
        assert Redactor([secret]).scrub([{"a": around.format(spelling)}]) == [{"a": found}]
    assert redactor.redact(secret) == f"{secret[:4]}…"
    assert redactor.redact(secret[:-1]) == Redactor().redact(secret[:-1])


def test_of_a_known_secret_that_is_short_nothing_is_shown() -> None:
    assert Redactor([CODE]).redact(f"the code {CODE}") == "the code …"


def test_of_the_secrets_that_were_seen_the_last_are_known() -> None:
    redactor = Redactor(["configured-token"])
    redactor.learn(f"seen-secret-{number}" for number in range(1000))
    assert redactor.redact("configured-token seen-secret-999 seen-secret-0") == "conf… seen… seen-secret-0"


def test_a_target_cannot_change_a_verdict_by_what_it_gives_as_a_secret() -> None:
    found = factories.finding("AUTH-13", "disabled", actual="it is disabled for AUTH-13")
    line = factories.line(found, exchanges=[factories.exchange()])
    redactor = Redactor()
    redactor.learn(["AUTH-13", "disabled", "Events", line["check"], "operator"])
    assert redactor.scrub(line) == {**line, "findings": [{**found, "actual": "it is … for …"}]}


def test_redaction_takes_bounded_time() -> None:
    redactor = Redactor(f"{number:032x}" for number in range(100))
    redactor.learn(f"{number:032x}" for number in range(1000, 2000))
    started = time.perf_counter()
    for text in ("sk_live " * 500, "a" * 4000, "0" * 4000, "://" * 1000, "%25" * 1000, "eyJ" * 1000, "?a=" * 1000):
        redactor.redact(text)
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (f'{{"pairing_code": "{CODE}", "name": "x"}}', [CODE]),
        ('{"a": {"access_token":"one", "refresh_token" : "t\\"w\\u00f6"}, "tokens": "no"}', ["one", 't"wö']),
        ('{"secret": "bad \\x escape", "password": ""}', ["bad \\x escape", ""]),
        ('{"token": "cut', []),
    ],
)
def test_secrets_are_found_in_bodies(body: str, found: list[str]) -> None:
    assert [*secrets_of(body)] == found


def test_secrets_are_found_in_cookies() -> None:
    assert [*secrets_of_cookies("a=one; b=two==")] == ["one", "two=="]


@pytest.mark.parametrize("token", ["a", "admin", "x+/y", "$1\\"])
def test_a_short_token_goes_where_credentials_stand_and_nowhere_else(token: str) -> None:
    known = Redactor([token])
    sent = {"authorization": f"Bearer {token}", "url": f"http://x/api/v1/events?key={quote(token, safe='')}&limit=1"}
    assert known.scrub(sent) == {"authorization": "Bearer …", "url": "http://x/api/v1/events?key=…&limit=1"}
    for header in ("authorization", "x-api-key"):
        assert known.scrub({header: token}) == {header: "…"}
    assert known.scrub([f"headers {{'authorization': 'Token {token}'}}"]) == ["headers {'authorization': 'Token …'}"]
    kept = {"actor": token, "actual": f'200 {{"name":"{token}"}}', "said": f"an {token} a day", "b": f"Bearer {token}x"}
    assert known.scrub(kept) == kept


def leaking() -> dict[str, Any]:
    answer = json.dumps({"pairing_code": CODE, "api_key": f"gw_{TOKEN}", "ice_servers": [{"credential": "turnsecret"}]})
    return factories.line(
        factories.finding("EV-27", "fail", actual=f"201 {answer}", expected=f"no {TOKEN}"),
        example=f"test_pair(code={{'pairing_code': '{CODE}'}})",
        exchanges=[
            factories.exchange(method="POST", body=json.dumps({"pairing_code": CODE}), answer=answer),
            factories.exchange(
                url=f"http://x/api/v1/events?token={TOKEN}", headers={"authorization": f"Bearer {TOKEN}"}
            ),
        ],
    )


def test_no_view_of_a_report_holds_a_secret(tmp_path: Path) -> None:
    line = scrub(leaking())
    report = Report(factories.run(), fold([line], [factories.rule("EV-27")]), complete=True)
    factories.write_journal(tmp_path, factories.run(), [leaking()], complete=True)
    writer.write_views(report, tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {
        *("journal.jsonl", "report.json", "ctrf.json", "report.html", "junit.xml", "summary.md")
    }
    for file in tmp_path.iterdir():
        text = file.read_text(encoding="utf-8")
        for secret in (TOKEN, CODE, "turnsecret"):
            assert secret not in text, f"{secret} in {file.name}"


def test_no_view_lets_a_secret_through_by_the_way_it_quotes() -> None:
    report = Report(factories.run(), fold([scrub(leaking())], [factories.rule("EV-27")]), complete=True)
    for text in (html.render(report), junit.render(report), summary.render(report), json.dumps(report.as_json())):
        assert not [secret for secret in (TOKEN, CODE, "turnsecret") if secret in text]
