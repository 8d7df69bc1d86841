"""The API reference: the viewer, the document that it shows, and the actors that it calls as."""

import asyncio
import hashlib
from pathlib import Path

import httpx

from mockserver.console import reference
from mockserver.mock import Mock
from mockserver.server.mounting import Mounted
from mockserver.settings import Settings
from tests.harness import Running, running
from tests.mockserver.console.pages import MARKUP, Page, page

VIEWER = Path(reference.__file__).parent / "static" / "swagger-ui"
#: The files of swagger-ui-dist 5.35.0.
FILES = {
    "swagger-ui-bundle.js": "e6a898692f2d768e807c3ba4626068a69a2c5dd960dd6c76f3e4d3a3de180af2",
    "swagger-ui.css": "5ed08757e53da3e026d6cbecc61fe5d43585c9560b302d534ad56692519a273d",
}


def test_the_viewer_is_the_published_one_with_its_licence() -> None:
    assert {name: hashlib.sha256((VIEWER / name).read_bytes()).hexdigest() for name in FILES} == FILES
    assert "Apache License" in (VIEWER / "LICENSE").read_text(encoding="utf-8")
    assert "SmartBear" in (VIEWER / "NOTICE").read_text(encoding="utf-8")
    assert {path.name for path in VIEWER.iterdir()} == {
        *FILES, "LICENSE", "NOTICE", "swagger-ui-bundle.js.LICENSE.txt"
    }  # fmt: skip


def test_every_actor_of_an_org_can_be_chosen(shared: Running) -> None:
    world = shared.org(name=MARKUP)
    found = page(shared, f"/reference?org={world.id}&actor=viewer")
    assert not found.planted
    assert MARKUP in found.attributes("optgroup", "label")
    offered = [given for tag, given in found.tags if tag == "option"]
    tokens = {actor["token"] for actor in world.described["actors"].values()}
    tokens |= {key["token"] for key in world.described["temporary_keys"]}
    assert tokens <= {given["value"] for given in offered}
    viewer = world.described["actors"]["viewer"]["token"]
    assert [given["value"] for given in offered if "selected" in given] == [viewer]


def test_the_first_orgs_are_listed_and_the_one_that_is_asked_for() -> None:
    with running(fixture="empty") as mock:
        orgs = [mock.org(fixture="empty").id for _ in range(52)]
        last = mock.control("GET", "/orgs")["data"][-1]["org_id"]
        assert last in orgs
        found = page(mock, f"/reference?org={last}")
        listed = found.attributes("option", "data-org")
        assert listed[0] == last
        assert len(set(listed)) == 50
        assert "Actors of 3 more organisations" in found.text


def test_the_document_leads_to_this_mock_alone(shared: Running) -> None:
    path = page(shared, "/reference").attributes("div", "data-document")[0]
    document = shared.client().get(path).json()
    assert document["servers"] == [{"url": "/"}]
    assert "/api/v1/events" in document["paths"]


def test_the_mock_is_where_the_page_is_below_a_path() -> None:
    async def ask() -> tuple[httpx.Response, httpx.Response]:
        transport = httpx.ASGITransport(Mounted(Mock(Settings(fixture="empty")).instance, "/vms", forwarded=True))
        prefix = {"X-Forwarded-Prefix": "/team"}
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=prefix) as client:
            return await client.get("/vms/_mock/reference"), await client.get("/vms/_mock/reference/openapi.json")

    shown, document = asyncio.run(ask())
    assert Page(shown).attributes("div", "data-document") == ["/team/vms/_mock/reference/openapi.json"]
    assert document.json()["servers"] == [{"url": "/team/vms"}]


def test_reading_it_is_no_call_of_the_journal(isolated: Running) -> None:
    page(isolated, "/reference")
    isolated.client().get("/_mock/reference/openapi.json")
    assert isolated.control("GET", "/requests")["total"] == 0
