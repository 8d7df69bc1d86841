"""No path, query, form or cookie breaks a page: what cannot be used is a 4xx, and nothing is logged as a failure."""

import logging
import re
from random import Random
from urllib.parse import quote

import pytest

from mockserver.console.app import PAGES
from tests.harness import Running, running

REQUESTS = 200
ORG = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
TEXTS = (
    *(
        "",
        "x",
        "-1",
        "1e999",
        "nan",
        "\0",
        "ÿ",
        "<b>",
        "{{7*7}}",
        "{%",
        "0" * 3000,
        "9" * 400,
        "²",
        "null",
        "[]",
        '{"a":1}',
    ),
    *("../../x", "..", "%2e%2e", "\r\nX: y", "a?b#c", "fixture:acme", "scenario:", "a,b,,", "listEvents", "true"),
    *("2026-01-01T00:00:00Z", "00000000-0000-4000-8000-000000000000", ORG, "owner"),
)
#: Streams do not end, and a restart takes long.
LEFT_OUT = {("GET", "/_mock/console/journal/stream"), ("POST", "/_mock/console/mutants")}


def fields_of(running: Running) -> list[str]:
    """Return the names of all fields that the pages have."""
    client, names = running.client(), {"after", "limit", "own"}
    for method, path, _ in PAGES:
        if method == "GET" and (method, path) not in LEFT_OUT:
            text = client.get(path.replace("{id}", ORG).replace("{request_id}", "x")).text
            names |= set(re.findall(r'name="([\w.]+)"', text))
    return sorted(names)


@pytest.mark.slow
def test_no_input_breaks_a_page(caplog: pytest.LogCaptureFixture) -> None:
    draw = Random(1)
    with running(fixture="acme") as mock, caplog.at_level(logging.ERROR):
        names, client = fields_of(mock), mock.client()
        assert len(names) > 30
        for _ in range(REQUESTS):
            method, path, _ = draw.choice([one for one in PAGES if one[:2] not in LEFT_OUT])
            path = re.sub(r"\{\w+\}", lambda _: quote(draw.choice([*TEXTS, *[ORG] * 20]), safe=""), path)
            query, form = ({draw.choice(names): draw.choice(TEXTS) for _ in range(draw.randrange(5))} for _ in range(2))
            answer = client.request(method, path, params=query, data=form if method == "POST" else None)
            assert answer.status_code < 500, (method, path, query, form)
    assert [record.message for record in caplog.records] == []
