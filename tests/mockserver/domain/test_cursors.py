import base64
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.cursors import CursorSigner, Position
from mockserver.domain.errors import InvalidCursor
from tests.factories import NOON, uuid

SIGNER = CursorSigner(b"secret", "org/listEvents/{}")
HERE = Position(NOON, uuid(1))
positions = st.builds(Position, st.datetimes(timezones=st.just(UTC)), st.uuids().map(str))


@given(positions)
def test_cursor_is_decoded_to_its_position(position: Position) -> None:
    assert SIGNER.decode(SIGNER.encode(position)) == position


@given(positions)
def test_cursor_is_safe_in_a_url(position: Position) -> None:
    assert set(SIGNER.encode(position)) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def test_cursor_does_not_show_the_id() -> None:
    assert HERE.id not in SIGNER.encode(HERE)
    assert HERE.id.replace("-", "") not in SIGNER.encode(HERE)


def test_same_instant_in_another_zone_is_the_same_cursor() -> None:
    berlin = NOON.astimezone(timezone(timedelta(hours=2)))
    assert SIGNER.encode(Position(berlin, HERE.id)) == SIGNER.encode(HERE)


def test_position_before_the_epoch_is_kept() -> None:
    early = Position(datetime(1903, 1, 1, tzinfo=UTC), uuid(1))
    assert SIGNER.decode(SIGNER.encode(early)) == early


@pytest.mark.parametrize("other", [CursorSigner(b"secret", "org/listEvents/{x}"), CursorSigner(b"other", SIGNER.scope)])
def test_cursor_of_another_list_is_refused(other: CursorSigner) -> None:
    with pytest.raises(InvalidCursor):
        SIGNER.decode(other.encode(HERE))


@given(st.text())
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidCursor):
        SIGNER.decode(text)


@given(positions, st.data())
def test_one_changed_bit_invalidates_the_cursor(position: Position, data: st.DataObject) -> None:
    cursor = SIGNER.encode(position)
    raw = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    with pytest.raises(InvalidCursor):
        SIGNER.decode(base64.urlsafe_b64encode(raw).decode().rstrip("="))


@pytest.mark.parametrize("change", ["{}=", "{}==", "{} ", " {}", "{}\n", "{}A", "{}AAAA", "{}\0"])
def test_cursor_has_one_spelling_only(change: str) -> None:
    with pytest.raises(InvalidCursor):
        SIGNER.decode(change.format(SIGNER.encode(HERE)))


def test_unused_bits_of_the_last_character_are_checked() -> None:
    cursor = SIGNER.encode(HERE)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    neighbour = alphabet[alphabet.index(cursor[-1]) + 1]
    with pytest.raises(InvalidCursor):
        SIGNER.decode(cursor[:-1] + neighbour)
