"""The pages of webhooks: endpoints of an org, deliveries to them with their attempts, and one more attempt."""

from tests.harness import Running, World
from tests.mockserver.console.pages import MARKUP, page, send
from tests.mockserver.control.calls import UNKNOWN
from tests.mockserver.http.steps import new_webhook

PATH = "/console/webhooks"


def failing(mock: Running) -> World:
    """Return an org on a mock with a stopped clock, with a delivery that has been attempted once in vain."""
    mock.control("POST", "/clock", json={"freeze": True})
    org = mock.org(name=MARKUP)
    new_webhook(org, name=MARKUP)
    org.record()
    mock.control("POST", "/clock", json={"advance": 1})
    return org


def test_the_webhooks_of_an_org_and_their_deliveries_are_listed(isolated: Running) -> None:
    org = failing(isolated)
    shown = page(isolated, f"{PATH}?org={org.id}")
    assert not shown.planted
    assert MARKUP in shown.text
    assert "Endpoints: 1" in shown.text
    assert "Deliveries: 1" in shown.text
    assert "secret" not in shown.text
    assert "pending" in shown.text
    assert "Deliveries: 0" in page(isolated, f"{PATH}?org={org.id}&state=failed").text
    assert page(isolated, f"{PATH}?org={UNKNOWN}", 404)
    isolated.control("DELETE", "/requests")
    for wrong, status in (("%2e%2e%2f%2e%2e", 404), ("%2e%2e", 400), ("x%0Ay", 400)):
        assert not page(isolated, f"{PATH}?org={wrong}", status).planted
    assert isolated.control("GET", "/requests")["total"] == 0, "no call of the API is made"
    assert page(isolated, PATH), "the first org"


def test_a_delivery_shows_its_attempts_and_is_sent_again(isolated: Running) -> None:
    org = failing(isolated)
    [delivery] = isolated.control("GET", f"/deliveries?org={org.id}")["data"]
    shown = page(isolated, f"{PATH}/deliveries/{delivery['id']}")
    assert "Attempts: 1" in shown.text
    assert delivery["body"] in shown.text
    again = send(isolated, f"{PATH}/deliveries/{delivery['id']}/replay")
    assert "Another attempt is made now." in again.text
    isolated.control("POST", "/clock", json={"advance": 0})
    assert "Attempts: 2" in page(isolated, f"{PATH}/deliveries/{delivery['id']}").text
    assert page(isolated, f"{PATH}/deliveries/{UNKNOWN}", 404)
    assert page(isolated, f"{PATH}/deliveries/none", 404)


def test_a_mock_without_orgs_has_no_webhooks(isolated: Running) -> None:
    for org in isolated.control("GET", "/orgs")["data"]:
        isolated.control("DELETE", f"/orgs/{org['org_id']}")
    assert "Endpoints: 0" in page(isolated, PATH).text
