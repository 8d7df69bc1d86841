from datetime import timedelta

import msgspec
import pytest

from mockserver.domain import pairing
from mockserver.domain.errors import PairingCodeExpired, PairingCodeRedeemed, TooManyPairingCodes
from mockserver.domain.gateways import GatewayStatus
from mockserver.domain.pairing import PairingCode
from tests.factories import NOON, gateway, pairing_code, uuid

END = NOON + timedelta(minutes=10)
TICK = timedelta(microseconds=1)


def codes(count: int) -> list[PairingCode]:
    """Return codes that expire ten minutes from now, then a minute apart."""
    return [pairing_code(id=uuid(n), expires_at=END + timedelta(minutes=n)) for n in range(count)]


def test_code_is_valid_for_ten_minutes() -> None:
    assert pairing.expiry(NOON) == END


def test_code_is_active_until_it_expires() -> None:
    assert pairing.active(pairing_code(), END - TICK)
    assert not pairing.active(pairing_code(), END)


def test_code_is_forgotten_an_hour_after_it_expired_unless_it_was_redeemed() -> None:
    assert not pairing.forgotten(pairing_code(), END + timedelta(hours=1) - TICK)
    assert pairing.forgotten(pairing_code(), END + timedelta(hours=1))
    assert not pairing.forgotten(pairing_code(redeemed_at=NOON), END + timedelta(hours=1))


def test_redeemed_code_is_not_active() -> None:
    assert not pairing.active(pairing_code(redeemed_at=NOON), NOON)


def test_fresh_code_can_be_redeemed() -> None:
    redeemed = pairing.redeem(pairing_code(), END - TICK)
    assert redeemed.redeemed
    assert redeemed == msgspec.structs.replace(pairing_code(), redeemed_at=END - timedelta(seconds=1))


def test_redeemed_code_is_refused_a_second_time() -> None:
    with pytest.raises(PairingCodeRedeemed):
        pairing.redeem(pairing_code(redeemed_at=NOON), NOON)


def test_expired_code_is_gone() -> None:
    with pytest.raises(PairingCodeExpired):
        pairing.redeem(pairing_code(), END)


def test_redeemed_and_expired_code_counts_as_redeemed() -> None:
    with pytest.raises(PairingCodeRedeemed):
        pairing.redeem(pairing_code(redeemed_at=NOON), END)


def test_four_active_codes_leave_a_slot() -> None:
    pairing.require_slot(codes(4), NOON)


@pytest.mark.parametrize("count", [5, 6])
def test_five_active_codes_leave_no_slot(count: int) -> None:
    with pytest.raises(TooManyPairingCodes) as caught:
        pairing.require_slot(codes(count), NOON)
    assert caught.value.retry_after == 600


def test_wait_until_first_code_expires_is_rounded_up() -> None:
    with pytest.raises(TooManyPairingCodes) as caught:
        pairing.require_slot(codes(5), END - timedelta(milliseconds=1500))
    assert caught.value.retry_after == 2


def test_redeemed_and_expired_codes_use_no_slot() -> None:
    redeemed, *others = codes(5)
    pairing.require_slot([msgspec.structs.replace(redeemed, redeemed_at=NOON), *others], NOON)
    pairing.require_slot(codes(5), END)


def test_pairing_stores_what_the_gateway_sends() -> None:
    paired = pairing.pair(gateway(name=None), "gw_key", "Box", "2026.04.12", "10.0.0.7")
    assert (paired.api_key, paired.name, paired.version) == ("gw_key", "Box", "2026.04.12")
    assert (paired.local_ip, paired.status) == ("10.0.0.7", GatewayStatus.OFFLINE)


def test_name_given_by_a_user_stays() -> None:
    assert pairing.pair(gateway(name="Warehouse"), "gw_key", "Box", None, None).name == "Warehouse"


def test_gateway_that_sends_nothing_keeps_its_fields() -> None:
    known = gateway(version="1", local_ip="10.0.0.1")
    paired = pairing.pair(known, "gw_key", None, None, None)
    assert (paired.name, paired.version, paired.local_ip) == ("Warehouse", "1", "10.0.0.1")


@pytest.mark.parametrize("status", GatewayStatus)
def test_paired_gateway_is_offline_unless_disabled(status: GatewayStatus) -> None:
    disabled = status is GatewayStatus.DISABLED
    expected = GatewayStatus.DISABLED if disabled else GatewayStatus.OFFLINE
    assert pairing.pair(gateway(status=status), "gw_key", None, None, None).status is expected
