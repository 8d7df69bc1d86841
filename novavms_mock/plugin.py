"""The pytest plugin: a running mock, and an org of its own for each test. Until a test asks, it imports only pytest."""

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from novavms_mock.mock import NovaVMSMock
    from novavms_mock.org import Org
    from novavms_mock.webhooks import Receiver

_KEYS = ("scenario", "fixture", "events", "name", "settings", "seed")
_ARGUMENTS = "novavms_mock_arguments"
_URL = "novavms_mock_url"
_SHOWN_CALLS = 10


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the settings of pytest's configuration file."""
    parser.addini(_ARGUMENTS, "arguments of novavms-mock serve for the fixture novavms_mock", type="args")
    parser.addini(_URL, "the URL of a running mock, for the fixture novavms_mock to use", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", f"novavms({', '.join(_KEYS)}): what the org of novavms_org is like")


@pytest.fixture(scope="session")
def novavms_mock(pytestconfig: pytest.Config) -> "Iterator[NovaVMSMock]":
    """A running mock: one for the session, and one for each worker of pytest-xdist."""
    with _start(pytestconfig, url=pytestconfig.getini(_URL) or None) as mock:
        yield mock


@pytest.fixture(scope="session")
def _seeded_mocks() -> "Iterator[dict[int, NovaVMSMock]]":
    mocks: dict[int, NovaVMSMock] = {}
    yield mocks
    for mock in mocks.values():
        mock.stop()


@pytest.fixture
def novavms_org(request: pytest.FixtureRequest) -> "Iterator[Org]":
    """An org that only this test has, removed after it; the marker ``novavms`` says what it is like."""
    chosen = _marked(request.node)
    seed = chosen.pop("seed", None)
    mock = request.getfixturevalue("novavms_mock") if seed is None else _seeded(request, seed)
    with _new_org(mock, chosen) as org:
        yield org


def _start(config: pytest.Config, *, url: str | None = None, seed: int | None = None) -> "NovaVMSMock":
    from novavms_mock.control import MockError
    from novavms_mock.mock import NovaVMSMock

    try:
        return NovaVMSMock(*config.getini(_ARGUMENTS), url=url, seed=seed)
    except (MockError, ValueError) as error:
        raise _failure(str(error)) from None


def _new_org(mock: "NovaVMSMock", chosen: dict[str, Any]) -> "Org":
    from novavms_mock.control import MockError

    try:
        return mock.new_org(**chosen)
    except MockError as error:
        raise _failure(str(error)) from None


@pytest.fixture
def novavms_webhooks(novavms_org: "Org") -> "Iterator[Receiver]":
    """A receiver of the messages to all webhooks of the org."""
    with novavms_org.receive_webhooks() as receiver:
        yield receiver


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attach the last calls of the test's org to the report of a failure."""
    report = yield
    org = getattr(item, "funcargs", {}).get("novavms_org")
    if report.failed and report.when != "teardown" and org is not None:
        report.sections.append(("NovaVMS calls", _last_calls(org)))
    return report


def _last_calls(org: "Org") -> str:
    try:
        calls = org.requests.all()
    except Exception as error:  # whatever it is, the report of the failure matters more
        return f"not available: {error}"
    return "\n".join(call.text() for call in calls[-_SHOWN_CALLS:]) or "none"


def _marked(node: pytest.Item) -> dict[str, Any]:
    """Return what the markers of a test say, the nearest first; fail if they say what they cannot."""
    chosen: dict[str, Any] = {}
    for marker in node.iter_markers("novavms"):
        wrong = [*map(repr, marker.args), *sorted(marker.kwargs.keys() - {*_KEYS})]
        if wrong:
            raise _failure(f"the marker novavms takes {', '.join(_KEYS)} by name, not {', '.join(wrong)}")
        chosen = {**marker.kwargs, **chosen}
    return chosen


def _failure(reason: str) -> BaseException:
    """Return the exception that fails a test with a reason, and shows no traceback."""
    return pytest.fail.Exception(reason, pytrace=False)


def _seeded(request: pytest.FixtureRequest, seed: int) -> "NovaVMSMock":
    """Return a mock whose ids are those of the seed, in its state of the start."""
    mocks: dict[int, NovaVMSMock] = request.getfixturevalue("_seeded_mocks")
    if seed in mocks:
        mocks[seed].reset()
    else:
        mocks[seed] = _start(request.config, seed=seed)
    return mocks[seed]
