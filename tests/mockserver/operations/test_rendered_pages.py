from msgspec import Raw

from mockserver.domain.records import Record
from mockserver.operations.rendered_pages import MAX_BYTES, MAX_PAGES, RenderedPage, RenderedPages
from tests.factories import camera, event


def page(rows: list[Record] | None = None, items: bytes = b"[]") -> RenderedPage:
    return RenderedPage([event()] if rows is None else rows, {camera().id: camera()}, Raw(items))


def test_page_is_found_by_the_identity_of_its_rows() -> None:
    pages, kept = RenderedPages(), page()
    pages.keep(kept)
    assert pages.find(kept.rows) is kept
    assert pages.find(list(kept.rows)) is None


def test_page_replaces_the_one_of_the_same_rows() -> None:
    rows: list[Record] = [event()]
    pages, renewed = RenderedPages(), page(rows, b"[1]")
    pages.keep(page(rows))
    pages.keep(renewed)
    assert pages.find(rows) is renewed


def test_oldest_page_is_dropped_for_one_too_many() -> None:
    pages, kept = RenderedPages(), [page() for _ in range(MAX_PAGES + 1)]
    for one in kept:
        pages.keep(one)
    assert pages.find(kept[0].rows) is None
    assert all(pages.find(one.rows) is one for one in kept[1:])


def test_replacing_a_page_drops_no_other() -> None:
    pages, kept = RenderedPages(), [page() for _ in range(MAX_PAGES)]
    for one in (*kept, kept[-1]):
        pages.keep(one)
    assert all(pages.find(one.rows) is one for one in kept)


def test_oldest_pages_are_dropped_when_all_are_long() -> None:
    pages, kept = RenderedPages(), [page(items=b"x" * (MAX_BYTES // 4)) for _ in range(6)]
    for one in (*kept, kept[-1]):
        pages.keep(one)
    assert [pages.find(one.rows) is one for one in kept] == [False] * 2 + [True] * 4
    pages.keep(page(items=b"x" * (MAX_BYTES + 1)))
    assert pages.find(kept[-1].rows) is None
    pages.keep(kept[0])
    assert pages.find(kept[0].rows) is kept[0]
