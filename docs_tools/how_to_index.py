"""The page that lists the how-to pages by what one wants to do."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from docs_tools.markdown import table, title

_FOLDER = "how-to"
PATH = f"{_FOLDER}/index.md"
#: What each page is for, by kinds of work; pages that are not named come last.
_GROUPS = {
    "Use the mock": {
        "running-the-mock": "start and stop it; every option of `serve`",
        "scenarios": "its data, tokens and passwords; other data",
        "console": "look at what it holds and was asked, in a browser",
        "control-plane": "move time, make orgs and events, save the state: every call",
        "time": "let codes and sessions expire without waiting, in one org alone",
        "faults": "503, slow answers, broken connections, what a later release may send",
        "request-journal": "find, wait for and verify the calls of your client",
        "webhooks": "receive signed messages, see every attempt",
        "gateways": "pair one, open its socket, simulate hundreds",
        "browsers": "call it from a front end: CORS, sockets",
        "addresses": "HTTPS, Unix sockets, IPv6, a path, a proxy",
        "postgresql": "keep the data, run several processes",
        "your-own-document": "serve another OpenAPI document",
        "assistants": "let an assistant in an editor work with it",
    },
    "Test your program": {
        "pytest": "an org for each test, with clock, faults, journal and webhooks",
        "node-tests": "the same in JavaScript and TypeScript",
        "python-tests-example": "six tests of a small program",
    },
    "Get a client": {
        "generate-a-client": "five generators, tried with the document",
        "typescript-client": "a client in TypeScript",
    },
    "Check a server": {
        "checking-a-server": "what a run prints, its exit codes, every option of `run`",
        "staging": "the target file; what a run does on a server that others use",
        "ci-gate": "let a release fail that breaks what is documented",
        "gate-example": "such a gate for GitHub and GitLab",
        "waivers": "set known failures apart until a day",
        "documentation-pages": "hold pages against document and rules",
    },
    "Check an SDK": {
        "checking-an-sdk": "the Python SDK that is installed",
        "sdk-driver": "an SDK in any language, by a small program around it",
    },
}
_OTHERS = "More"


def position(path: str) -> int:
    """Return where a page stands in the list; pages that are not in it come after all others."""
    names = [f"{_FOLDER}/{name}.md" for group in _GROUPS.values() for name in group]
    return names.index(path) if path in names else len(names)


def page(found: Mapping[str, str]) -> str:
    """Return the page, from the text of each page by its path on the site."""
    known = {PurePosixPath(path).stem: text for path, text in found.items() if path.startswith(f"{_FOLDER}/")}
    others = {name: "" for name in sorted(known) if not any(name in group for group in _GROUPS.values())}
    parts = ["# How-to\n"]
    for heading, group in {**_GROUPS, _OTHERS: others}.items():
        rows = [(f"[{title(known[name])}]({name}.md)", about) for name, about in group.items() if name in known]
        if rows:
            parts.append(f"## {heading}\n\n{table(('Page', 'About'), rows)}")
    return "\n".join(parts)
