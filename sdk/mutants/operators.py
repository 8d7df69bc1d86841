"""The mutation operators: changes of what is sent, of what is returned or raised, and of how clients are made.

``where`` is a pattern of method and path, such as ``GET /events`` or ``* */snapshot``.
"""

from collections.abc import Callable
from dataclasses import replace
from fnmatch import fnmatch
from typing import Any

import httpx

from mutants.patches import Function, Mutant, around, attribute, both, for_each, removed, together
from novavms import NovaVMSClient
from novavms._awaiting import AsyncChannel
from novavms._blocking import Channel
from novavms._core import answers, exchange, options
from novavms._core.call import Call
from novavms._core.options import Options
from novavms.errors import NovaVMSError

#: A path segment that is an id.
ID = "*-*-*-*-*"


def matches(call: Call[Any], where: str) -> bool:
    """Whether a call matches a pattern of method and path."""
    return fnmatch(f"{call.method} {call.path}", where)


def change_call(where: str, change: Callable[[Call[Any]], Call[Any]]) -> Mutant:
    """Send another call in place of each matching one."""

    def request(original: Function, options: Options, http: Any, call: Call[Any]) -> Any:
        return original(options, http, change(call) if matches(call, where) else call)

    return around(exchange.request, request)


def change_query(where: str, **changed: Any) -> Mutant:
    """Send other query parameters: None drops one, a function gets the value that there is."""
    return change_call(where, lambda call: replace(call, query=_changed(call.query, changed)))


def change_body(where: str, **changed: Any) -> Mutant:
    """Send other fields of the body: None drops one, a function gets the value that there is."""
    return change_call(where, lambda call: replace(call, body=_changed(call.body or {}, changed)))


def change_path(where: str, path: Callable[[str], str], method: str | None = None) -> Mutant:
    """Send matching calls to another path, and with another method if one is given."""
    return change_call(where, lambda call: replace(call, path=path(call.path), method=method or call.method))


def change_url(where: str, **changed: Callable[[str], str]) -> Mutant:
    """Change parts of the URL of matching calls, such as ``host`` or ``path``."""

    def request(original: Function, options: Options, http: Any, call: Call[Any]) -> Any:
        made: httpx.Request = original(options, http, call)
        if matches(call, where):
            parts: Any = {name: change(getattr(made.url, name)) for name, change in changed.items()}
            made.url = made.url.copy_with(**parts)
        return made

    return around(exchange.request, request)


def change_answer(where: str, change: Callable[[Any], Any]) -> Mutant:
    """Change the values that matching calls return."""

    def answer(original: Function, call: Call[Any], response: httpx.Response) -> Any:
        found = original(call, response)
        return change(found) if matches(call, where) else found

    return around(exchange.answer, answer)


def change_error(change: Callable[[NovaVMSError, httpx.Response], Any]) -> Mutant:
    """Change the error that a response is turned into; None makes it a success."""

    def failure(original: Function, response: httpx.Response) -> Any:
        error = original(response)
        return error and change(error, response)

    return around(answers.failure, failure)


def change_delay(change: Callable[[float | None, httpx.Response, int, Options], float | None]) -> Mutant:
    """Change the delay before a call is repeated; None repeats it no more.

    ``change`` gets the delay, the response, the number of repetitions so far and the options.
    """

    def retry_delay(original: Function, options: Options, response: httpx.Response, attempt: int) -> float | None:
        return change(original(options, response, attempt), response, attempt, options)

    return around(exchange.retry_delay, retry_delay)


def change_options(change: Callable[[Options], Options]) -> Mutant:
    """Change the options that a client is made with."""
    return around(options.checked, lambda original, *arguments: change(original(*arguments)))


def change_headers(**changed: Any) -> Mutant:
    """Change the headers of every request: None drops one, a function gets the value; ``x_api_key`` is x-api-key."""
    names = {name.replace("_", "-"): value for name, value in changed.items()}
    return change_options(lambda made: replace(made, headers=httpx.Headers(_changed(dict(made.headers), names))))


def change_defaults(**changed: Any) -> Mutant:
    """Change the defaults of options of both clients."""
    return together(*(defaults_of(init, **changed) for init in both(NovaVMSClient.__init__)))


def defaults_of(init: Function, **changed: Any) -> Mutant:
    """Change the defaults of options of one client."""
    return attribute(init, "__kwdefaults__", lambda before: {**before, **changed})


def skip_sending(where: str, value: Any = None) -> Mutant:
    """Send no matching calls, and return a value from them."""

    def send(original: Function, channel: Channel, call: Call[Any]) -> Any:
        return value if matches(call, where) else original(channel, call)

    async def send_async(original: Function, channel: AsyncChannel, call: Call[Any]) -> Any:
        return value if matches(call, where) else await original(channel, call)

    return together(around(Channel.send, send), around(AsyncChannel.send, send_async))


def in_both(method: Function, other: Function) -> Mutant:
    """Call ``other(method, *arguments)`` in place of a method of both clients."""
    return together(*(around(each, other) for each in both(method)))


def without(*verbs: Function, name: str | None = None) -> Mutant:
    """Remove verbs from both clients under all their names, or only under one name."""
    return removed(*(each for verb in verbs for each in both(verb)), name=name)


def no_verb(rule: str, *verbs: Function) -> dict[str, Mutant]:
    """Return a mutant of a rule for each verb, in which both clients lack it."""
    return for_each(f"{rule}/no-{{0.__name__}}", verbs, without)


def updated(**changed: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a change of fields of a model, each by a function of its value; models without the field stay as is."""

    def change(model: Any) -> Any:
        known = {name: value for name, value in changed.items() if hasattr(model, name)}
        update = {name: value(getattr(model, name)) for name, value in known.items()}
        return model.model_copy(update=update) if update else model

    return change


def _changed(before: Any, changed: Any) -> dict[str, Any]:
    made = {name: value(before.get(name)) if callable(value) else value for name, value in changed.items()}
    return {name: value for name, value in {**before, **made}.items() if value is not None or name not in made}
