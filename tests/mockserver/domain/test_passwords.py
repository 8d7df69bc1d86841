import random

from mockserver.domain import passwords


def test_temporary_password_has_twelve_characters_of_all_four_classes() -> None:
    for seed in range(200):
        password = passwords.temporary(random.Random(seed))
        assert len(password) == 12
        assert all(set(letters) & set(password) for letters in passwords.CLASSES)
        assert set(password) <= set("".join(passwords.CLASSES))


def test_temporary_password_is_another_each_time_and_the_same_for_the_same_draw() -> None:
    assert len({passwords.temporary(random.Random(seed)) for seed in range(200)}) == 200
    assert passwords.temporary(random.Random(1)) == passwords.temporary(random.Random(1))
