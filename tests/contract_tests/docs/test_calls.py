import pytest

from contract_tests.docs import calls


@pytest.mark.parametrize(
    ("text", "namespace", "verb", "arguments"),
    [
        ('client.events.list(starred=True, date_from="2026-05-01")', "events", "list", ("starred", "date_from")),
        (
            "await novavms.alertRules.create({ siteIds: ['a:b'], recipients: [{ type: 'x' }] })",
            "alert_rules",
            "create",
            None,
        ),
        ("client.events.get(')', notes='(a=1')", "events", "get", ("notes",)),
        ("client.events.update(id, flag == other)", "events", "update", ()),
        ("client.events.list(limit=5\nclosed = other(a=1)", "events", "list", ("limit",)),
    ],
)
def test_a_call_is_found_with_its_named_arguments(
    text: str, namespace: str, verb: str, arguments: tuple[str, ...] | None
) -> None:
    [(begin, *found, _)] = calls.find(text)
    expected = ("site_ids", "recipients") if arguments is None else arguments
    assert (text[begin:].startswith(("client", "novavms")), found) == (True, [namespace, verb, expected])


def test_calls_without_end_take_no_time() -> None:
    assert len(list(calls.find("client.alerts.list(limit=1, client.events.list(x=2,\n" * 1000))) == 2000
