"""Mutants that show the key: in texts of objects, in errors, in the log, in what is sent."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

import httpx

from mutants.operators import change_error, change_options
from mutants.patches import Function, Mutant, around, for_each, mutant, together
from novavms import AsyncNovaVMSClient, NovaVMSClient
from novavms._awaiting import AsyncNamespace
from novavms._blocking import Namespace
from novavms._core import exchange, options
from novavms._core.options import Options
from novavms.errors import ConfigurationError, NovaVMSError, TransportError


def _with_key(original: Function, shown: Any) -> str:
    """Return a text with the key of a client or namespace at its end."""
    made = getattr(shown, "_channel", shown)._options
    return f"{original(shown)[:-1]}, {made.headers['authorization']}>"


def _key_in_error(change: Callable[[NovaVMSError, str], Any]) -> Mutant:
    """Change errors of the API with the credentials of the request."""

    def with_key(error: NovaVMSError, response: httpx.Response) -> NovaVMSError:
        change(error, response.request.headers["authorization"])
        return error

    return change_error(with_key)


def _logged(write: Callable[[str], object]) -> Mutant:
    """Write the headers of each request somewhere when it is answered."""

    def log(original: Function, response: httpx.Response, delay: float | None) -> None:
        write(str(dict(response.request.headers)))
        original(response, delay)

    return around(exchange.log_answer, log)


def _showing_what_is_refused(original: Function, name: str, value: object, advice: str) -> Any:
    try:
        return original(name, value, advice)
    except ConfigurationError as error:
        raise ConfigurationError(f"{name} is {value!r}: {error.message}") from None


def _twice(headers: httpx.Headers) -> httpx.Headers:
    return httpx.Headers({**headers, "X-Api-Key": headers["authorization"].removeprefix("Bearer ")})


MUTANTS: dict[str, Mutant] = {
    **for_each(
        "SDK-15/in-text-of-{0.__qualname__}",
        (NovaVMSClient.__repr__, AsyncNovaVMSClient.__repr__),
        lambda shown: around(shown, _with_key),
    ),
    "SDK-15/in-text-of-namespaces": together(
        *(around(each.__repr__, _with_key) for each in (Namespace, AsyncNamespace))
    ),
    "SDK-15/in-message": _key_in_error(lambda error, key: error.args and error.__init__(f"{error.args[0]} {key}")),  # type: ignore[misc]
    "SDK-15/in-attribute-of-error": _key_in_error(lambda error, key: setattr(error, "sent", {"Authorization": key})),
    "SDK-15/in-cause-of-error": _key_in_error(lambda error, key: setattr(error, "__cause__", ValueError(key))),
    "SDK-15/in-error-of-option": around(options.header_text, _showing_what_is_refused),
    "SDK-15/in-log": _logged(logging.getLogger("novavms").debug),
    "SDK-15/printed": _logged(lambda text: sys.stderr.write(f"{text}\n")),
    "SDK-15/sent-in-a-header-too": change_options(lambda made: replace(made, headers=_twice(made.headers))),
}


@mutant(MUTANTS, "SDK-15/sent-in-url", exchange.request)
def _request(original: Function, made: Options, *others: Any) -> httpx.Request:
    sent: httpx.Request = original(made, *others)
    sent.url = sent.url.copy_merge_params({"access_token": made.headers["authorization"].removeprefix("Bearer ")})
    return sent


@mutant(MUTANTS, "SDK-15/in-error-of-connection", exchange.transport_errors)
def _transport_errors(original: Function, made: Options, sent: httpx.Request) -> AbstractContextManager[None]:
    @contextmanager
    def shown() -> Iterator[None]:
        try:
            with original(made, sent):
                yield
        except TransportError as error:
            raise TransportError(f"{error.message}: {dict(sent.headers)}") from None

    return shown()


@mutant(MUTANTS, "SDK-15/in-error-of-wrong-options", options.checked)
def _checked(original: Function, api_key: object, *others: Any) -> Options:
    try:
        made: Options = original(api_key, *others)
    except ConfigurationError as error:
        raise ConfigurationError(f"NovaVMSClient({api_key!r}, ...): {error.message}") from None
    return made
