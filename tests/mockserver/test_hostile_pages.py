"""In a real browser a page of another site, or under a name given to the mock's address, does and reads nothing."""

import json
import queue
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from mockserver.server.run import bind
from tests import harness
from tests.harness import JSON, Running, running

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")]
#: Waits until the mock answers, makes every call with and without CORS, opens a socket, and tells what came of it.
PAGE = """<script>
const mock = "MOCK", socket = (mock || location.origin).replace("http", "ws") + "/api/v1/gateways/GATEWAY/ws"
const pause = (time) => new Promise((done) => setTimeout(done, time))
const attempt = async (method, path, mode, body) => {
  try {
    const answer = await fetch(mock + "/_mock" + path, {method, mode, body})
    return {path, status: answer.status, text: await answer.text()}
  } catch (error) { return {path, status: 0, text: ""} }
}
const open = () => new Promise((done) => {
  const opened = new WebSocket(socket)
  opened.onopen = () => done({path: "socket", status: 101, text: ""})
  opened.onerror = () => done({path: "socket", status: 0, text: ""})
})
onload = async () => {
  for (let tries = 0; tries < 300; tries++)
    try {
      const answer = await fetch(mock + "/healthz", {mode: "no-cors"})
      if (answer.ok || answer.type == "opaque") break
      await pause(50)
    } catch (error) { await pause(50) }
  const found = []
  for (const mode of ["cors", "no-cors"]) {
    found.push(await attempt("GET", "/snapshot", mode), await attempt("GET", "/orgs", mode))
    found.push(await attempt("POST", "/orgs", mode, "{}"), await attempt("POST", "/reset", mode))
  }
  found.push(await open())
  await fetch("/found", {method: "POST", mode: "no-cors", body: JSON.stringify(found)}).catch(() => 0)
  await fetch("REPORT", {method: "POST", mode: "no-cors", body: JSON.stringify(found)})
}
</script>"""


class Site:
    """A web site on a port of its own, which shows one page and keeps what is sent to it."""

    def __init__(self) -> None:
        self.page, self.shown, self.sent = "", threading.Event(), queue.Queue[list[JSON]]()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200 if self.path == "/" else 404)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(site.page.encode())
                if self.path == "/":
                    site.shown.set()

            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(204)
                self.end_headers()
                site.sent.put(json.loads(content))

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@contextmanager
def browser(url: str, folder: Path) -> Iterator[None]:
    """Show a page in a browser in which evil.example is an address of this machine."""
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--user-data-dir={folder}"]
    command = [str(CHROMIUM), *options, "--no-proxy-server", "--host-resolver-rules=MAP evil.example 127.0.0.1"]
    command += ["--remote-debugging-port=0", url]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def check(mock: Running, found: list[JSON], org: str) -> None:
    """Check that the page saw and did nothing, and that the org that it could have removed is there alone."""
    assert len(found) == 9
    assert {attempt["status"] for attempt in found} <= {0, 403}
    assert not any("sk_live_" in attempt["text"] for attempt in found)
    assert org in {one["org_id"] for one in mock.control("GET", "/orgs")["data"]}


def page(mock: str, report: int) -> str:
    gateway = "8f1a2b3c-4d5e-6f7a-8b9c-0d1e2f3a4b5c"
    return PAGE.replace("MOCK", mock).replace("REPORT", f"http://127.0.0.1:{report}/").replace("GATEWAY", gateway)


def test_a_page_of_another_site(tmp_path: Path) -> None:
    site = Site()
    with running(fixture="acme") as mock:
        org = mock.org().id
        before = mock.control("GET", "/orgs")["total"]
        site.page = page(mock.base_url, site.port)
        with browser(f"http://evil.example:{site.port}/", tmp_path):
            check(mock, site.sent.get(timeout=60), org)
        assert mock.control("GET", "/orgs")["total"] == before
    site.close()


def test_a_page_whose_name_is_given_to_the_mock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site, report = Site(), Site()
    site.page = page("", report.port)
    with browser(f"http://evil.example:{site.port}/", tmp_path):
        assert site.shown.wait(60)
        site.close()
        monkeypatch.setattr(harness, "bind", lambda host, _: bind(host, site.port))
        with running(fixture="acme") as mock:
            org = mock.org().id
            found = report.sent.get(timeout=60)
            check(mock, found, org)
            assert [attempt["status"] for attempt in found] == [403] * 8 + [0]
    report.close()
