"""The signature of a failure is the same in every run, and another one for another failure."""

import pytest

from contract_tests.gate import signatures


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("200 {'data': ['a']}", "200 {'data': ['b', 'c']}"),
        ('404 {"error":"not_found","request_id":"req_1"}', '404 {"error":"not_found","request_id":"req_2"}'),
        ("limit=7 gave 8 items", "limit=12 gave 13 items"),
        ("the event 7c9e6679-7425-40de-944b-e07fc1f90ae7", "the event 1919e93a-d117-45ad-8988-93101c593af5"),
        ("at 2026-04-21T12:00:00Z", "at 2026-04-22T01:02:03.5+02:00"),
        ("the name 'ct1 Ünïcode'", "the name 'ct2 x'"),
        ("['a', 'b']", "['c']"),
        ("the code Q7W2ZK", "the code A1B2C3"),
    ],
)
def test_what_differs_from_run_to_run_does_not_count(one: str, same: str) -> None:
    assert signatures.normalised(one) == signatures.normalised(same)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("200 {}", "201 {}"),
        ('400 {"error":"validation_error"}', '400 {"error":"invalid"}'),
        ("total 'acknowledged'", "total 'starred'"),
        ("the name", "the notes"),
    ],
)
def test_another_failure_has_another_signature(one: str, other: str) -> None:
    failures = [{"expected": "x", "actual": text} for text in (one, other)]
    assert signatures.of(failures[0]) != signatures.of(failures[1])
