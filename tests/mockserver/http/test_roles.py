"""Who may call what, by the roles that the document names."""

from collections.abc import Iterator

import pytest

from mockserver.domain.access import Role
from tests.harness import JSON, World, running
from tests.mockserver.http.operations import OPERATIONS, request
from tests.mockserver.http.steps import new_code, pair, refused

UNAUTHENTICATED = ("anonymous", "garbage", "expired")
#: Operations that store nothing: these callers have a key and no session, and live-view tokens are not stored.
WITHOUT_EFFECT = ("logout", "createLiveViewToken")


@pytest.fixture(scope="module")
def callers() -> Iterator[tuple[World, dict[str, str | None]]]:
    """An org on a mock whose clock is stopped, and the token of each kind of caller."""
    with running(fixture="small") as mock:
        mock.control("POST", "/clock", json={"freeze": True})
        mock.control("POST", "/clock", json={"freeze": True})
        world = mock.org()
        world.settings(rate_limit_burst=1_000_000)
        roles = {role: actor["token"] for role, actor in world.described["actors"].items()}
        gateway = pair(mock, new_code(world))["api_key"]
        snapshot = mock.control("GET", "/snapshot")
        owner = next(key for key in snapshot["data"]["api_keys"] if key["token"] == roles["owner"])
        expired = {
            **owner,
            "id": "00000000-0000-4000-8000-00000000dead",
            "token": "sk_live_expired",
            "created_at": "2020-01-01T00:00:00Z",
            "expires_at": snapshot["clock"]["now"],
        }
        snapshot["data"]["api_keys"].append(expired)
        mock.control("PUT", "/snapshot", json=snapshot)
        yield (
            world,
            {"anonymous": None, "garbage": "sk_live_nobody", "expired": "sk_live_expired", "gateway": gateway, **roles},
        )


def data(world: World) -> JSON:
    """Return everything that is stored once all deliveries are made, without the rate limits."""
    world.running.control("POST", "/clock", json={"advance": 0})
    stored: JSON = world.running.control("GET", "/snapshot")["data"]
    return {name: rows for name, rows in stored.items() if name != "buckets"}


@pytest.mark.parametrize("caller", [*UNAUTHENTICATED, "gateway", "viewer", "operator", "admin", "owner"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_answers_callers_of_the_documented_roles(
    callers: tuple[World, dict[str, str | None]], name: str, caller: str
) -> None:
    world, tokens = callers
    call = request(name, world)
    before = data(world)
    response = call.send(world.running.client(tokens[caller]))
    min_role = call.operation.min_role
    if min_role is None or (caller in {role.value for role in Role} and Role(caller).includes(min_role)):
        assert response.status_code == call.operation.success, response.text
        assert (data(world) != before) == (call.operation.method != "GET" and name not in WITHOUT_EFFECT)
    else:
        refused(response, 401 if caller in UNAUTHENTICATED else 403)
        assert data(world) == before


def test_roles_of_the_document_are_those_of_the_documentation() -> None:
    min_role: dict[str, set[str]] = {}
    for name, operation in OPERATIONS.items():
        min_role.setdefault(operation.min_role.value if operation.min_role else "public", set()).add(name)
    assert min_role["admin"] == {
        "deleteEvent", "listUsers", "inviteUser", "getUser", "updateUser", "deleteUser", "listUserSessions",
        "revokeUserSession", "listServiceAccountKeys", "createSite", "updateSite", "deleteSite", "listSiteUsers",
        "setSiteUsers", "rotateWebhookSecret",
    }  # fmt: skip
    assert min_role["viewer"] == {
        "listEvents", "getEvent", "listAlerts", "getAlert", "getAlertTimeline", "listAlertRules", "getAlertRule",
        "listGateways", "getGateway", "getGatewayTelemetry", "logout", "getMe", "listCameras", "getCamera",
        "getCameraSnapshot", "createLiveViewToken", "listSites", "getSite",
    }  # fmt: skip
    assert min_role["operator"] == {
        "updateEvent", "exportEvents", "updateAlert", "createAlertRule", "updateAlertRule", "deleteAlertRule",
        "generatePairingCode", "updateGateway", "deleteGateway", "createCamera", "updateCamera", "deleteCamera",
        "triggerCamera", "listWebhooks", "createWebhook", "getWebhook", "updateWebhook", "deleteWebhook", "testWebhook",
    }  # fmt: skip
    assert min_role.keys() == {"public", "viewer", "operator", "admin"}


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Basic {token}", "{token}", "Bearer {token}x", "Bearer {token} {token}", "Token {token}"],
)
def test_malformed_credential_is_refused(callers: tuple[World, dict[str, str | None]], header: str) -> None:
    world, tokens = callers
    headers = {"Authorization": header.format(token=tokens["owner"])}
    response = world.running.client().get("/api/v1/events", headers=headers)
    refused(response, 401)
    assert response.headers["www-authenticate"] == "Bearer"


def test_scheme_of_the_credential_is_case_insensitive(callers: tuple[World, dict[str, str | None]]) -> None:
    world, tokens = callers
    headers = {"Authorization": f"bEaReR {tokens['owner']}"}
    assert world.running.client().get("/api/v1/events", headers=headers).status_code == 200


def test_role_is_checked_before_the_body_and_the_object(callers: tuple[World, dict[str, str | None]]) -> None:
    world, _ = callers
    refused(world.viewer.patch("/api/v1/events/nonsense", content=b"{"), 403)
    refused(world.running.client().patch("/api/v1/events/nonsense", content=b"{"), 401)
    refused(world.operator.patch("/api/v1/events/nonsense", content=b"{"), 400)
