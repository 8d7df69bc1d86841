"""What every stored record has in common."""

import msgspec

#: The ``org_id`` of what belongs to no org, such as a login that has not succeeded yet.
PLATFORM = "00000000-0000-0000-0000-000000000000"


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """An immutable value with an id of its own, belonging to one org.

    The field names are those of fixtures and snapshots. A changed record is a new value: ``msgspec.structs.replace``.
    """

    id: str
    org_id: str
