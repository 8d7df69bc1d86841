"""No token, code or credential is left in anything that the suite writes."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.outcomes import fold
from contract_tests.redaction import redact, scrub, secrets
from contract_tests.report import html, junit, summary, writer
from contract_tests.report.journal import Report
from tests.contract_tests import factories
from tests.contract_tests.factories import CODE, TOKEN

LETTERS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=5, max_size=40)


@given(prefix=st.sampled_from(["sk_live_", "sk_test_", "gw_", "whsec_live_"]), ending=LETTERS)
def test_a_token_keeps_its_prefix_and_last_four_letters(prefix: str, ending: str) -> None:
    for text in (
        f"Bearer {prefix}{ending}",
        json.dumps({"key": prefix + ending}),
        f"https://x/?key={prefix}{ending}&a=1",
    ):
        assert prefix + ending not in redact(text)
        assert f"{prefix}…{ending[-4:]}" in redact(text)


@pytest.mark.parametrize("name", ["pairing_code", "api_key", "credential", "secret", "password", "token"])
@given(value=LETTERS)
def test_secret_fields_are_emptied_however_they_are_written(name: str, value: str) -> None:
    body = json.dumps({"kept": "yes", name: value})
    for text in (body, json.dumps({"body": body}), repr({name: value}), f"https://x/y?{name}={value}&kept=1"):
        assert value not in redact(text).replace("kept", "").replace("yes", "") or value in "https://x/y?bodykept1"
        assert "kept" in redact(text) or "kept" not in text


@given(head=LETTERS, body=LETTERS, signature=LETTERS)
def test_an_access_token_keeps_its_last_four_letters(head: str, body: str, signature: str) -> None:
    token = f"eyJ{head}.{body}.{signature}"
    for text in (f"Bearer {token}", json.dumps({"access_token": token}), f"found {token} and {token}x"):
        assert token not in redact(text)
        assert body not in redact(text).replace("Bearer access_token found and", "") or len(body) < 13
        assert f"eyJ…{signature[-4:]}" in redact(text)


@given(value=LETTERS)
def test_a_refresh_cookie_is_emptied(value: str) -> None:
    assert redact(f"theme=dark; novavms_refresh={value}; a=b") == "theme=dark; novavms_refresh=…; a=b"


@pytest.mark.parametrize(
    "text",
    [
        f'{{"token": "{TOKEN}", "pairing_code": "{CODE}"}}',
        "Bearer eyJa.bcdefgh.ijk",
        "novavms_refresh=eyJa.bcdefgh.ijk",
    ],
)
def test_redaction_happens_once(text: str) -> None:
    assert redact(redact(text)) == redact(text) != text


@given(st.recursive(st.text() | st.integers() | st.none(), lambda inner: st.lists(inner), max_leaves=8))
def test_a_value_without_secrets_is_unchanged(value: Any) -> None:
    assert scrub(value) == value


def test_texts_that_cannot_be_written_are_made_fit() -> None:
    assert scrub({"actual": ["\ud800"]}) == {"actual": ["?"]}


def test_a_known_secret_is_redacted_everywhere() -> None:
    token = "eyJhbGciOiJIUzI1NiJ9.payload.signature"
    assert scrub([f"Bearer {token}", {"a": f"x{token}y"}], [token]) == ["Bearer …ture", {"a": "x…turey"}]
    assert scrub(f"the code {CODE}", [*secrets(f'{{"pairing_code": "{CODE}"}}')]) == "the code …"


@pytest.mark.parametrize("token", ["a", "admin", "x+/y", "$1\\"])
def test_a_short_token_goes_where_credentials_stand_and_nowhere_else(token: str) -> None:
    sent = {"authorization": f"Bearer {token}", "url": f"http://x/api/v1/events?key={quote(token, safe='')}&limit=1"}
    assert scrub(sent, [token]) == {"authorization": "Bearer …", "url": "http://x/api/v1/events?key=…&limit=1"}
    for header in ("authorization", "x-api-key"):
        assert scrub({header: token}, [token]) == {header: "…"}
    assert scrub([f"headers {{'authorization': 'Token {token}'}}"], [token]) == ["headers {'authorization': 'Token …'}"]
    kept = {"actor": token, "actual": f'200 {{"name":"{token}"}}', "said": f"an {token} a day", "b": f"Bearer {token}x"}
    assert scrub(kept, [token]) == kept


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
    writer.write_journal(tmp_path, factories.run(), [leaking()], complete=True)
    writer.write_views(report, tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {
        *("journal.jsonl", "report.json", "report.html", "junit.xml", "summary.md")
    }
    for file in tmp_path.iterdir():
        text = file.read_text(encoding="utf-8")
        for secret in (TOKEN, CODE, "turnsecret"):
            assert secret not in text, f"{secret} in {file.name}"


def test_no_view_lets_a_secret_through_by_the_way_it_quotes() -> None:
    report = Report(factories.run(), fold([scrub(leaking())], [factories.rule("EV-27")]), complete=True)
    for text in (html.render(report), junit.render(report), summary.render(report), json.dumps(report.as_json())):
        assert not [secret for secret in (TOKEN, CODE, "turnsecret") if secret in text]
