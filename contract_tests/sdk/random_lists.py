"""Lists with items items in drawn pages, as a server gives them: some pages are empty, some have a single item."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx

from contract_tests.sdk import fake_servers, samples, schemas

JSON = dict[str, Any]
_CURSOR_CHARACTERS = "aZ09-_.~+/=&?#%:;,@!$'()*[]\\\"<>| é漢🚚"


@dataclass
class RandomList:
    """The pages of a list by cursor, the first one under None, and the cursor after each."""

    pages: Mapping[str | None, list[JSON]]
    following: Mapping[str | None, str | None]

    @classmethod
    def draw(cls, operation: str, rng: Random) -> "RandomList":
        """Return a list of six or seven pages, whose items are those of an operation."""
        item = schemas.of_item(schemas.of_answer(operation))
        sizes = [0, 1, 2, rng.randint(1, 3), 2, 1]
        rng.shuffle(sizes)
        cursors: list[str | None] = [None, *(_cursor(number, rng) for number in range(len(sizes)))]
        # The last page is empty half of the time, as that of a server that looks no further ahead.
        sizes.append(rng.choice([0, 2]))
        items = ([samples.valid(item, rng) for _ in range(size)] for size in sizes)
        pages = dict(zip(cursors, items, strict=True))
        return cls(pages, dict(zip(cursors, [*cursors[1:], None], strict=True)))

    @property
    def ids(self) -> list[str]:
        """The ids of all items, in their order."""
        return [item["id"] for items in self.pages.values() for item in items]

    def requests_for(self, count: int) -> int:
        """Return how many pages have to be fetched for so many items."""
        seen = 0
        for number, items in enumerate(self.pages.values(), 1):
            seen += len(items)
            if seen >= count:
                return number
        return len(self.pages)

    def serve(self, request: httpx.Request) -> httpx.Response:
        """Answer a request for a page, with an empty last page for a cursor that is none of the list's."""
        cursor = request.url.params.get("cursor")
        return fake_servers.page(self.pages.get(cursor, []), self.following.get(cursor))


def _cursor(number: int, rng: Random) -> str:
    text = "".join(rng.choice(_CURSOR_CHARACTERS) for _ in range(rng.randint(30, 40)))
    return f" {text}+Az{number}==" + " " * (number % 2)
