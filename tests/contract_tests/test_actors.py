"""Those who call."""

import httpx

from contract_tests.actors import Actor, Forgetful, Recorder


def test_no_actor_sends_what_another_was_given() -> None:
    def give(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Set-Cookie": "a=b; Path=/"}, text=request.headers.get("cookie", "none"))

    with Forgetful(base_url="http://x", transport=httpx.MockTransport(give)) as http:
        somebody, other = (Actor(name, None, http, Recorder(), lambda: None) for name in ("somebody", "other"))
        assert [actor.get("/").text for actor in (somebody, somebody, other)] == ["none"] * 3
        assert other.call("GET", "/", headers={"Cookie": "c=d"}).text == "c=d"
