"""A script for an environment where only the SDK is installed: checks what was installed and that it works."""

import asyncio
import json
import sys
import time
from importlib.metadata import distributions

started = time.perf_counter()
import novavms  # noqa: E402 - its import is timed

took = time.perf_counter() - started

import httpx  # noqa: E402 - after the timed import
import pydantic  # noqa: E402

NEEDED = {"httpx", "novavms-sdk", "pydantic"}
OF_HTTPX = {"anyio", "certifi", "exceptiongroup", "h11", "httpcore", "idna", "sniffio"}
OF_PYDANTIC = {"annotated-types", "pydantic-core", "typing-extensions", "typing-inspection"}
PREINSTALLED = {"pip", "setuptools", "wheel"}
SITE = {"id": "1", "name": "North", "timezone": "UTC", "created_at": "2026-04-20T08:30:00Z", "floors": 3}
PAGES = {None: {"data": [SITE], "next_cursor": "2", "total": 2}, "2": {"data": [SITE], "next_cursor": None, "total": 2}}


def serve(request: httpx.Request) -> httpx.Response:
    page = PAGES[request.url.params.get("cursor")]
    return httpx.Response(200, content=json.dumps(page))


def walked() -> int:
    with httpx.Client(transport=httpx.MockTransport(serve)) as http:
        return len(list(novavms.NovaVMSClient("key", http_client=http).sites.iter()))


async def awalked() -> int:
    async with httpx.AsyncClient(transport=httpx.MockTransport(serve)) as http:
        return len([site async for site in novavms.AsyncNovaVMSClient("key", http_client=http).sites.aiter()])


def main() -> None:
    installed = {each.metadata["Name"].lower().replace("_", "-") for each in distributions()}
    assert NEEDED <= installed <= NEEDED | OF_HTTPX | OF_PYDANTIC | PREINSTALLED, installed
    assert walked() == asyncio.run(awalked()) == 2
    status = novavms.models.CameraStatus("new status")
    assert f"{status}" == status == "new status"
    python = ".".join(map(str, sys.version_info[:3]))
    versions = f"httpx {httpx.__version__}, pydantic {pydantic.VERSION}"
    sys.stdout.write(f"Python {python}, {versions}: imported in {took:.2f} s\n")


if __name__ == "__main__":
    main()
