"""What every stored record has in common."""

import msgspec


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """An immutable value with an id of its own, belonging to one org.

    The field names are those of fixtures and snapshots. A changed record is a new value: ``msgspec.structs.replace``.
    """

    id: str
    org_id: str
