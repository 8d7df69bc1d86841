"""What every stored record has in common."""

import msgspec

#: The ``org_id`` of records that belong to no org, such as attempts to log in.
PLATFORM = "00000000-0000-0000-0000-000000000000"

#: Two texts that no other record of a kind has: the ids of its org and its own, or a field and its value.
Key = tuple[str, str]


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """An immutable value with an id, which belongs to one org.

    Its fields are the keys of fixtures and snapshots. A changed record is a new value: ``msgspec.structs.replace``.
    """

    id: str
    org_id: str
