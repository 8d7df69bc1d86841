"""The source of a package novavms of a few lines, to be changed by tests into faulty SDKs."""

from pathlib import Path

#: Lists and creates sites, blocking and awaited, and repeats failed calls, all of it correctly.
CORRECT = """
import asyncio
from time import sleep

import httpx
from pydantic import BaseModel

from novavms import errors


class Site(BaseModel):
    id: str
    name: str


class Page(BaseModel):
    data: list[Site]
    next_cursor: str | None
    total: int


class Sites:
    def __init__(self, client: "NovaVMSClient | AsyncNovaVMSClient") -> None:
        self._client = client

    def list(self) -> Page:
        return self._client.ask("GET", "/sites", Page)

    def create(self, *, name: str) -> None:
        return self._client.ask("POST", "/sites", None, json={"name": name})


class NovaVMSClient:
    def __init__(self, api_key: str, *, base_url: str = "https://api.novavms.io", max_retries: int = 3) -> None:
        self._headers = {"Authorization": f"Bearer {api_key}"}
        self._url = f"{base_url}/api/v1"
        self._retries = max_retries
        self.sites = Sites(self)

    def ask(self, method, path, model, wait=sleep, **arguments):
        for attempt in range(self._retries + 1):
            with httpx.Client(headers=self._headers) as http:
                response = http.request(method, f"{self._url}{path}", **arguments)
            if attempt < self._retries and (response.status_code == 429 or response.status_code >= 500):
                wait(0.5 * 2**attempt)
                continue
            return errors.result_of(response, model)


class AsyncNovaVMSClient(NovaVMSClient):
    async def ask(self, method, path, model, wait=asyncio.sleep, **arguments):
        for attempt in range(self._retries + 1):
            async with httpx.AsyncClient(headers=self._headers) as http:
                response = await http.request(method, f"{self._url}{path}", **arguments)
            if attempt < self._retries and (response.status_code == 429 or response.status_code >= 500):
                await wait(0.5 * 2**attempt)
                continue
            return errors.result_of(response, model)
"""
ERRORS = """
class NovaVMSError(Exception):
    status = code = request_id = message = None


def result_of(response, model):
    if response.is_success:
        return model and model.model_validate_json(response.content)
    raise NovaVMSError(response.text)
"""


def write(folder: Path, text: str = CORRECT, errors: str = ERRORS, *, typed: bool = True) -> None:
    """Write such an SDK into a folder."""
    package = folder / "novavms"
    package.mkdir()
    (package / "__init__.py").write_text(text)
    (package / "errors.py").write_text(errors)
    if typed:
        (package / "py.typed").touch()
