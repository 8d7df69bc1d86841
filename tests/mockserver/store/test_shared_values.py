import asyncio
from typing import Any

import msgspec

from mockserver.domain.access import Role
from mockserver.domain.users import User
from mockserver.store.kinds import USERS
from mockserver.store.memory import MemoryStore
from tests.factories import NOON, ORG, OTHER_ORG, uuid


def user(**chosen: Any) -> User:
    fields = {"id": uuid(1), "org_id": ORG, "email": "a@example.com", "display_name": "A", "created_at": NOON}
    return User(**{**fields, "role": Role.VIEWER, **chosen})


async def found(store: MemoryStore, email: str) -> list[User]:
    async with store.transaction() as tx:
        return await tx.find_all(USERS, email)


def test_records_of_all_orgs_are_found_oldest_first_as_they_are_now() -> None:
    async def story() -> None:
        store = MemoryStore()
        mine, theirs = user(), user(id=uuid(2), org_id=OTHER_ORG)
        async with store.transaction() as tx:
            await tx.put(USERS, theirs)
            await tx.put(USERS, mine)
        assert await found(store, "a@example.com") == [mine, theirs]
        assert await found(store, "b@example.com") == []
        moved = msgspec.structs.replace(mine, email="b@example.com")
        async with store.transaction() as tx:
            await tx.put(USERS, moved)
            await tx.remove(USERS, theirs)
        assert await found(store, "a@example.com") == []
        assert await found(store, "b@example.com") == [moved]

    asyncio.run(story())


def test_a_failed_transaction_leaves_no_trace_and_a_load_forgets() -> None:
    async def story() -> None:
        store = MemoryStore()
        try:
            async with store.transaction() as tx:
                await tx.put(USERS, user())
                raise LookupError
        except LookupError:
            pass
        assert await found(store, "a@example.com") == []
        await store.load({USERS.name: [user()]})
        assert await found(store, "a@example.com") == [user()]
        await store.load({})
        assert await found(store, "a@example.com") == []

    asyncio.run(story())
