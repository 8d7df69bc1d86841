"""The verbs of ``client.webhooks``: addresses that receive messages about what happens."""

from collections.abc import Sequence

from novavms._core.answers import into, nothing
from novavms._core.call import (
    NOT_GIVEN,
    Call,
    CallOptions,
    Id,
    ListCall,
    NotGiven,
    Unpack,
    changed,
    checked,
    given,
    page,
    query,
)
from novavms.models import (
    AsyncWebhookPage,
    NewWebhook,
    TestDelivery,
    Webhook,
    WebhookEventTypeLike,
    WebhookPage,
    WebhookSecret,
)


def list(
    *, cursor: str | NotGiven | None = None, limit: int | NotGiven | None = None, **options: Unpack[CallOptions]
) -> ListCall[WebhookPage, AsyncWebhookPage]:
    """Return the webhooks, newest first; ``limit`` is the size of a page, 1 to 100, 20 if left out. For operators."""
    return ListCall(
        "GET",
        "/webhooks",
        into(WebhookPage),
        read_awaited=into(AsyncWebhookPage),
        query=query(**page(cursor, limit)),
        options=options,
    )


def get(id: Id, /, **options: Unpack[CallOptions]) -> Call[Webhook]:
    """Return one webhook, without its secret. For operators."""
    return Call("GET", f"/webhooks/{checked(id)}", into(Webhook), options=options)


def create(
    *,
    name: str,
    url: str,
    event_types: Sequence[WebhookEventTypeLike],
    enabled: bool | NotGiven | None = None,
    **options: Unpack[CallOptions],
) -> Call[NewWebhook]:
    """Add a webhook for an https address; only this answer shows the secret. For operators."""
    body = given(name=name, url=url, event_types=event_types, enabled=enabled)
    return Call("POST", "/webhooks", into(NewWebhook), body=body, options=options)


def update(
    id: Id,
    /,
    *,
    name: str | NotGiven = NOT_GIVEN,
    url: str | NotGiven = NOT_GIVEN,
    event_types: Sequence[WebhookEventTypeLike] | NotGiven = NOT_GIVEN,
    enabled: bool | NotGiven = NOT_GIVEN,
    **options: Unpack[CallOptions],
) -> Call[Webhook]:
    """Change the given fields of a webhook. For operators."""
    body = changed(name=name, url=url, event_types=event_types, enabled=enabled)
    return Call("PATCH", f"/webhooks/{checked(id)}", into(Webhook), body=body, options=options)


def remove(id: Id, /, **options: Unpack[CallOptions]) -> Call[None]:
    """Delete a webhook. For operators."""
    return Call("DELETE", f"/webhooks/{checked(id)}", nothing, options=options)


def test(id: Id, /, **options: Unpack[CallOptions]) -> Call[TestDelivery]:
    """Send a test message to a webhook, and return its delivery id. For operators."""
    return Call("POST", f"/webhooks/{checked(id)}/test", into(TestDelivery), options=options)


def rotate_secret(id: Id, /, **options: Unpack[CallOptions]) -> Call[WebhookSecret]:
    """Replace the secret of a webhook at once and return the new one. For admins (SDK-38)."""
    return Call("POST", f"/webhooks/{checked(id)}/rotate-secret", into(WebhookSecret), options=options)
