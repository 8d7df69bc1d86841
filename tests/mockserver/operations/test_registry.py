from mockserver.app import load_document
from mockserver.openapi.routing import Router
from mockserver.operations import events, registry
from tests.mockserver.openapi.documents import document, operation

DOCUMENTED = Router(load_document(None)).operations


def test_every_entry_is_an_operation_of_the_document() -> None:
    assert registry.OPERATIONS.keys() <= DOCUMENTED.keys()


def test_every_operation_of_the_packaged_document_has_a_function() -> None:
    assert registry.functions(DOCUMENTED.values()) == registry.OPERATIONS


def test_every_operation_has_a_function_of_its_own() -> None:
    assert len(set(registry.OPERATIONS.values())) == len(registry.OPERATIONS)


def test_operation_of_another_api_has_no_function() -> None:
    ours, unknown = (operation(name, **{"x-min-role": "viewer"}) for name in ("listEvents", "listUnicorns"))
    found = Router(document({"/a": {"get": ours}, "/b": {"get": unknown}, "/c": {"get": operation("listUsers")}}))
    assert registry.functions(found.operations.values()) == {"listEvents": events.list_events}
