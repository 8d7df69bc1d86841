"""Tests of ``yard``. Each has an org of its own on the mock: no test sees what another does."""

import pytest
import yard

from novavms import NovaVMSClient
from novavms_mock import Org, Receiver


@pytest.mark.novavms(events=250)
def test_every_page_of_a_list_is_read(client: NovaVMSClient) -> None:
    assert len(set(yard.event_ids(client))) == 250


def test_an_unavailable_server_is_asked_again_when_it_says_so(novavms_org: Org, client: NovaVMSClient) -> None:
    novavms_org.faults.add("listEvents", answer={"status": 503, "retry_after": 1}, times=1)
    assert yard.event_ids(client) == []
    first, second = novavms_org.requests.where(operation="listEvents")
    assert (second.at - first.at).total_seconds() >= 1


def test_a_viewer_learns_whom_to_ask(novavms_org: Org) -> None:
    with NovaVMSClient(novavms_org.viewer.token, base_url=novavms_org.base_url) as client:
        assert yard.rename_site(client, novavms_org.sites[0]["id"], "North") == "ask an admin to rename it"


def test_the_reason_is_sent_with_the_change(novavms_org: Org, client: NovaVMSClient) -> None:
    yard.rename_site(client, novavms_org.sites[0]["id"], "North")
    novavms_org.requests.where(method="PATCH", header=("X-Reason", "renamed in the yard")).assert_called(times=1)


def test_a_message_of_a_webhook_names_its_camera(
    novavms_org: Org, novavms_webhooks: Receiver, client: NovaVMSClient
) -> None:
    hook = client.webhooks.create(name="Yard", url="https://yard.example.com/hook", event_types=["event"])
    novavms_org.events.record(camera_id=novavms_org.cameras[1]["id"])
    (message,) = novavms_webhooks.wait()
    assert yard.camera_of(message.body, message.headers, hook.secret) == novavms_org.cameras[1]["id"]


def test_a_code_that_has_expired_is_explained(novavms_org: Org, client: NovaVMSClient) -> None:
    code = client.gateways.generate_pairing_code(name="Dock", site_id=novavms_org.sites[0]["id"])
    novavms_org.clock.advance(minutes=11)
    assert yard.connect_gateway(client, code.pairing_code) == "the code has expired, make another"
