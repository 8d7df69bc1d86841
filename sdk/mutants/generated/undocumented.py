"""What operators could break that no sentence of a page promises, and why: it is listed and not counted.

An id is written as those of mutants, with the name of a part in place of rules.
"""

from mutants.generated.verbs import UNNAMED

UNDOCUMENTED: dict[str, str] = {
    "SDK/repr:shows-the-key": "no page says what a client or an error prints of the key",
    "SDK/http-client:closed-with-the-client": "no page says who closes an http_client that is passed",
    "SDK/http-client:used-after-close": "no page says that a client can be closed, or what a call does then",
    "SDK/answer:unknown-field-refused": "the document closes its objects, and the SDK has the version of the API",
    "SDK/answer:unknown-field-dropped": "the document closes its objects, and the SDK has the version of the API",
    "SDK/answer:unknown-value-refused": "the document closes its enumerations, and the SDK has the version of the API",
    "SDK/argument:datetime-without-zone": "no page says what a datetime without a zone means",
    "SDK/argument:id-not-checked": "no page says that the SDK looks at an id before it sends it",
    "SDK/argument:not-given": "NOT_GIVEN is a name of this SDK; no page has one for an argument that is left out",
    "SDK/error:body-without-json": "the pages name errors of the API alone, none of a proxy",
    "SDK/error:connection-lost": "the pages name errors that the API answers, none for a call without an answer",
    "SDK/error:cannot-be-pickled": "no page says that errors or models can be pickled",
    "SDK/retry:connection-lost": "the pages name 429 and 5xx as what is repeated, and nothing else",
    "SDK/retry:long-retry-after-waited-for": "no page says for how long a Retry-After is waited for",
    "SDK/walk:same-cursor-for-ever": "no page says what a walk does when the server gives the same cursor again",
    "SDK/delete:answer-returned": "no page says what deleting returns",
    **{f"SDK/verb:{name}": "no page names this verb, and none needs it" for name in UNNAMED},
}
