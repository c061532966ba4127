import pytest

from casebackend.policies.rules import CODES, Profile, is_valid, policy
from casebackend.policies.service import initial
from casebackend.staff.rules import Role

ROLES = {"intake", "security_admin"}
DELIVERED = {row["code"]: str(row["value"]) for row in initial()}


def test_what_we_deliver_is_whole_and_within_its_own_bounds() -> None:
    assert set(DELIVERED) == CODES
    everybody = set(Role)
    assert [code for code, value in DELIVERED.items() if not is_valid(code, value, roles=everybody)] == []


def test_djbh_is_what_a_bank_starts_with_and_asvs_is_one_word_away() -> None:
    djbh, asvs = policy(DELIVERED), policy(DELIVERED | {"password.profile": "asvs"})
    assert djbh.profile is Profile.DJBH
    assert (djbh.length, djbh.classes, djbh.days, djbh.history) == (10, 3, 90, 5)
    assert (asvs.length, asvs.classes, asvs.days) == (12, 1, 0)
    assert asvs.guesses > 0


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("login.tries", "0"), ("login.tries", "-1"), ("login.tries", "５"), ("login.tries", ""), ("djbh.length", "7"),
        ("djbh.length", "9" * 9), ("password.profile", "none"), ("totp.roles", "intake,god"), ("session.minutes", "1"),
    ],
)  # fmt: skip
def test_a_slip_of_the_pen_locks_nobody_out(code: str, value: str) -> None:
    assert not is_valid(code, value, roles=ROLES)


def test_no_role_at_all_may_be_asked_for_a_second_factor() -> None:
    assert is_valid("totp.roles", "", roles=ROLES)
    assert is_valid("totp.roles", "intake, security_admin", roles=ROLES)
