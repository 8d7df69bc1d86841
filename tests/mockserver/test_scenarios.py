"""Every packaged scenario is as its description says."""

from pathlib import Path

import pytest

from mockserver import fixtures
from tests.process import Served, serve

SMALL_OWNER = "sk_live_small_owner"


def scenario_busy_week(served: Served) -> None:
    assert served.get("/api/v1/events", SMALL_OWNER).json()["total"] == 10_000
    assert served.get("/api/v1/alerts", SMALL_OWNER).json()["total"] > 100


def scenario_gateway_flapping(served: Served) -> None:
    def status_after(seconds: int) -> str:
        served.control("POST", "/clock", json={"advance": seconds})
        return str(served.get("/api/v1/gateways", SMALL_OWNER).json()["data"][0]["status"])

    served.control("POST", "/clock", json={"freeze": True})
    assert [status_after(seconds) for seconds in (30, 10, 20, 3600, 40)] == [
        "online", "offline", "online", "online", "offline",
    ]  # fmt: skip


def scenario_webhook_receiver_down(served: Served) -> None:
    data = served.control("GET", "/snapshot").json()["data"]
    assert [len(delivery["attempts"]) for delivery in data["deliveries"]] == [6, 2]
    assert data["webhooks"][0]["url"].startswith("https://127.0.0.1")


def scenario_code_about_to_expire(served: Served) -> None:
    body = {"pairing_code": "EXP7RE"}
    served.control("POST", "/clock", json={"advance": 31})
    assert served.request("POST", "/api/v1/gateways/pair", json=body).status_code == 410
    served.control("POST", "/reset")
    served.control("POST", "/clock", json={"advance": 25})
    assert served.request("POST", "/api/v1/gateways/pair", json=body).status_code == 200


def scenario_export_at_cap(served: Served) -> None:
    assert served.get("/api/v1/events/export", SMALL_OWNER).text.count("\n") == 201
    org_id = served.control("GET", "/orgs").json()["data"][0]["org_id"]
    served.control("POST", f"/orgs/{org_id}/events")
    assert served.get("/api/v1/events/export", SMALL_OWNER).status_code == 413


def scenario_five_codes_active(served: Served) -> None:
    site = served.control("GET", "/orgs").json()["data"][0]["sites"][0]["id"]
    body = {"name": "G", "site_id": site}
    path = "/api/v1/gateways/generate-pairing-code"
    refused = served.request("POST", path, SMALL_OWNER, json=body)
    assert refused.status_code == 429
    wait = int(refused.headers["retry-after"])
    assert 100 < wait <= 120
    served.control("POST", "/clock", json={"advance": wait})
    assert served.request("POST", path, SMALL_OWNER, json=body).status_code == 201


def scenario_quiet_site(served: Served) -> None:
    for path in ("events", "alerts"):
        assert served.get(f"/api/v1/{path}", SMALL_OWNER).json()["total"] == 0


def scenario_rate_limit_one_left(served: Served) -> None:
    answers = [served.get("/api/v1/events", SMALL_OWNER) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert 50 < int(answers[1].headers["retry-after"]) <= 60


def scenario_viewer_without_sites(served: Served) -> None:
    for path in ("events", "gateways"):
        assert served.get(f"/api/v1/{path}", "sk_live_small_viewer").json()["total"] == 0
    assert served.get("/api/v1/gateways", SMALL_OWNER).json()["total"] == 1


@pytest.mark.parametrize("name", fixtures.scenarios())
def test_scenario_is_as_described(tmp_path: Path, name: str) -> None:
    with serve(tmp_path, "--scenario", name, "--strict-responses") as served:
        globals()[f"scenario_{name.replace('-', '_')}"](served)
        assert served.stop() == 0
