import inspect
import json
import pickle
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

import novavms
from novavms import models
from novavms._core.values import Model, OpenEnum
from novavms.errors import UnsupportedOperationError
from novavms.models import (
    AlertStatus,
    AlertTimeline,
    Camera,
    CameraDetail,
    CameraStatus,
    Event,
    EventDetail,
    EventList,
    NewWebhook,
    PairedGateway,
)
from tests.sdk.clients import answering, scripted
from tests.sdk.clients import json as answer

ROOT = Path(__file__).parents[2]
DOCUMENT = yaml.safe_load((ROOT / "spec" / "openapi.yaml").read_text(encoding="utf-8"))
CAMERA = {
    "id": "550e8400-e29b-41d4-a716-446655440000",
    "name": "Dock",
    "site_id": "b5e9f3a1-2c4d-4e6f-8a1b-3c5d7e9f1a2b",
    "gateway_id": None,
    "connection_mode": "direct",
    "type": "rtsp",
    "status": "online",
    "active_tier": "main",
}


def test_the_version_is_that_of_the_api() -> None:
    assert novavms.__version__ == DOCUMENT["info"]["version"]


def test_a_field_of_a_newer_server_is_kept_beside_the_known_ones() -> None:
    camera = Camera.model_validate({**CAMERA, "firmware": "9.1"})
    assert camera.name == "Dock"
    assert camera.model_dump(mode="json") == {**CAMERA, "firmware": "9.1"}


def test_a_value_of_a_newer_server_survives_as_text(kind: str) -> None:
    page = {"data": [{**CAMERA, "status": "hibernating"}], "next_cursor": None, "total": 1}
    with scripted(kind, answering(answer(200, page))) as client:
        camera = client.do(lambda it: it.cameras.list()).data[0]
        assert camera.status == "hibernating"
        assert camera.status != CameraStatus.ONLINE
        assert f"{camera.status}" == str(camera.status) == camera.status.value == "hibernating"
        assert json.dumps(camera.status) == '"hibernating"'
        client.do(lambda it: it.cameras.list(status=camera.status))
        assert client.requests[1].url.query == b"status=hibernating"


def test_a_known_value_is_a_member_and_equal_to_its_text() -> None:
    camera = Camera.model_validate(CAMERA)
    assert camera.status == "online"
    assert camera.status is CameraStatus.ONLINE
    assert f"{camera.name} ({camera.status})" == "Dock (online)"
    assert f"{camera.status:>8}" == "  online"
    assert {"online": 1}[camera.status] == 1
    assert {CameraStatus.ONLINE: 1}["online"] == 1  # type: ignore[index]


@pytest.mark.parametrize("status", ["new", "escalated"])
def test_a_value_survives_pickling_and_is_the_same_text(status: str) -> None:
    twin = pickle.loads(pickle.dumps(AlertStatus(status)))
    assert twin == AlertStatus(status) == status
    assert {AlertStatus(status)} == {twin}
    assert len(AlertStatus) == 3


def test_a_value_that_is_not_text_is_refused() -> None:
    with pytest.raises(ValueError, match="7 is not a valid AlertStatus"):
        AlertStatus(7)


def test_an_action_of_a_newer_server_does_not_break_a_timeline() -> None:
    entries = [
        {"at": "2026-04-21T02:14:00Z", "action": "fired", "actor": None},
        {"at": "2026-04-21T02:15:00Z", "action": "escalated", "actor": "Avery Quinn", "level": 2},
        {"at": "2026-04-21T02:16:00Z", "action": "status_changed", "actor": "Avery Quinn", "to": "resolved"},
    ]
    timeline = AlertTimeline.model_validate({"alert_id": CAMERA["id"], "entries": entries})
    assert [entry.action for entry in timeline.entries] == ["fired", "escalated", "status_changed"]
    assert [entry.to for entry in timeline.entries] == [None, None, AlertStatus.RESOLVED]


def test_the_model_of_a_full_object_extends_that_of_a_list_item() -> None:
    assert issubclass(CameraDetail, Camera)
    assert issubclass(EventDetail, Event)
    assert issubclass(NewWebhook, models.Webhook)
    assert issubclass(models.AlertRuleDetail, models.AlertRule)
    assert issubclass(models.GatewayDetail, models.Gateway)


def test_times_have_their_zone() -> None:
    session = {
        "id": "x",
        "user_agent": None,
        "created_at": "2026-04-20T08:30:00Z",
        "last_used_at": "2026-04-20T08:30:00Z",
    }
    assert models.Session.model_validate(session).created_at == datetime(2026, 4, 20, 8, 30, tzinfo=UTC)


def test_a_model_cannot_be_changed() -> None:
    camera = Camera.model_validate(CAMERA)
    with pytest.raises(UnsupportedOperationError, match="cannot be set"):
        camera.name = "Gate"


def test_secrets_are_not_shown_when_a_model_is_printed() -> None:
    ice = {"urls": ["turn:turn.test"], "username": "u", "credential": "hidden"}
    paired = PairedGateway.model_validate(
        {"gateway_id": "g", "api_key": "gw_hidden", "org_id": "o", "ice_servers": [ice]}
    )
    assert paired.api_key == "gw_hidden"
    assert "hidden" not in f"{paired!r} {paired}"


def test_every_answer_of_the_document_is_a_model_or_a_value() -> None:
    named = {
        name for name, kind in vars(models).items() if inspect.isclass(kind) and kind.__module__ == models.__name__
    }
    named.remove("RecipientDict")
    assert all(issubclass(getattr(models, name), Model | OpenEnum) for name in named)
    lists = {name for name in DOCUMENT["components"]["schemas"] if re.fullmatch(r"[A-Z]\w+List", name)} - {"ApiKeyList"}
    assert {"Camera", "Event", "AlertRule", "Recipient", "Webhook", "User", "Site", "Gateway", "Alert"} | lists <= named


def test_a_page_has_data_cursor_and_total() -> None:
    page = EventList.model_validate({"data": [], "next_cursor": None, "total": 0})
    assert (page.data, page.next_cursor, page.total) == ([], None, 0)
