"""How to break the mock.

``patches`` replaces functions and constants and says what a mutant is, ``values`` changes what they take and return,
``document`` changes the OpenAPI document. ``operations``, ``isolation``, ``lists`` and ``refusals`` break any operation
of the kind; the other modules break one resource, by its name.
"""
