from mockserver.app import load_document
from mockserver.openapi.operations import Router
from mockserver.operations import events, registry

DOCUMENTED = Router(load_document(None)).operations


def test_every_entry_is_an_operation_of_the_document() -> None:
    assert registry.OPERATIONS.keys() <= DOCUMENTED.keys()


def test_every_operation_of_the_packaged_document_has_a_function() -> None:
    assert registry.functions(DOCUMENTED) == registry.OPERATIONS


def test_every_operation_has_a_function_of_its_own() -> None:
    assert len(set(registry.OPERATIONS.values())) == len(registry.OPERATIONS)


def test_unknown_operation_has_no_function() -> None:
    assert registry.functions(["listEvents", "listUnicorns"]) == {"listEvents": events.list_events}
