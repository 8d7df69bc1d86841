"""In a real browser a page of this machine uses the API: it lists events, logs in, acknowledges, opens a socket."""

import re
from pathlib import Path

import pytest

from tests.harness import running
from tests.mockserver.test_hostile_pages import CHROMIUM, Site, browser

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")]
GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "browsers.md"
#: What a page does; each step tells what it read, or the error of the browser.
PAGE = """<script>
const api = "MOCK/api/v1"
const call = async (path, token, options = {}) => {
  const headers = {"Content-Type": "application/json", ...(token ? {Authorization: "Bearer " + token} : {})}
  const answer = await fetch(api + path, {...options, headers})
  const names = ["x-request-id", "x-ratelimit-remaining", "retry-after", "content-disposition"]
  const read = Object.fromEntries(names.map((name) => [name, answer.headers.get(name)]).filter((one) => one[1]))
  const text = await answer.text()
  return {status: answer.status, headers: read, body: text.startsWith("{") ? JSON.parse(text) : text}
}
const frame = () => new Promise((done, failed) => {
  const socket = new WebSocket(api.replace("http", "ws") + "/gateways/GATEWAY/ws", ["bearer", "gw_acme_warehouse_a"])
  socket.onopen = () => socket.send('{"type": "heartbeat"}')
  socket.onmessage = (message) => done(JSON.parse(message.data))
  socket.onerror = failed
})
onload = async () => {
  const found = []
  const step = async (task) => { try { found.push(await task()) } catch (error) { found.push({error: String(error)}) } }
  let token, alert
  await step(() => call("/events?limit=3", "sk_live_abc123"))
  await step(async () => {
    const body = JSON.stringify({email: "operator@acme-logistics.com", password: "Operator-acme-1"})
    const answer = await call("/auth/login", "", {method: "POST", body})
    token = answer.body.access_token
    return answer
  })
  await step(async () => {
    const alerts = await call("/alerts?status=new", token)
    alert = alerts.body.data[0].id
    return call("/alerts/" + alert, token, {method: "PATCH", body: '{"status": "acknowledged"}'})
  })
  await step(frame)
  await step(() => call("/events/export", "sk_live_abc123"))
  await step(() => call("/events", "sk_live_wrong"))
  await step(() => call("/events", "sk_live_abc123", {method: "DELETE"}))
  await step(() => call("/sites", "sk_live_abc123"))
  await step(() => fetch("MOCK/_mock/orgs").then((answer) => answer.json()))
  await fetch("/", {method: "POST", body: JSON.stringify(found)})
}
</script>"""


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_a_page_uses_the_api(tmp_path: Path, name: str) -> None:
    site = Site()
    with running(fixture="acme") as mock:
        mock.control("POST", "/faults", json={"operation": "listSites", "status": 429})
        gateway = mock.client("sk_live_abc123").get("/api/v1/gateways").json()["data"][0]["id"]
        site.page = PAGE.replace("MOCK", mock.base_url).replace("GATEWAY", gateway)
        with browser(f"http://{name}:{site.port}/", tmp_path):
            events, login, alert, ack, csv, refused, missing, limited, control = site.sent.get(timeout=60)
    site.close()
    assert (events["status"], len(events["body"]["data"])) == (200, 3)
    assert events["headers"].keys() == {"x-request-id", "x-ratelimit-remaining"}
    assert login["status"] == 200
    assert (alert["status"], alert["body"]["status"]) == (200, "acknowledged")
    assert ack["type"] == "ack"
    assert csv["headers"]["content-disposition"].startswith("attachment")
    assert (refused["status"], refused["body"]["error"]) == (401, "auth_required")
    assert missing["status"] == 405
    assert (limited["status"], limited["headers"]["retry-after"]) == (429, "1")
    assert "error" in control, "the control plane is closed to pages"


def test_what_the_documentation_shows_works(tmp_path: Path) -> None:
    first, second = re.findall(r"```js\n(.+?)```", GUIDE.read_text(encoding="utf-8"), flags=re.S)
    site = Site()
    with running(fixture="acme") as mock:
        gateway = mock.client("sk_live_abc123").get("/api/v1/gateways").json()["data"][0]["id"]
        code = f"const gatewayId = '{gateway}'\n{first}\n{second}".replace("127.0.0.1:8080", mock.base_url[7:])
        code = code.replace("console.log(message.data)", "report(message.data)").replace("console.log", "seen.push")
        report = 'fetch("/", {method: "POST", body: JSON.stringify([...seen, JSON.parse(text)])})'
        site.page = f"<script type=module>const seen = []\nconst report = (text) => {report}\n{code}</script>"
        with browser(f"http://localhost:{site.port}/", tmp_path):
            remaining, events, ack = site.sent.get(timeout=60)
    site.close()
    assert int(str(remaining)) > 0
    assert len(events) == 3
    assert ack["type"] == "ack"
