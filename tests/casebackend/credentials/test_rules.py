from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from casebackend.credentials.guessing import is_guessable
from casebackend.credentials.rules import classes_of, demands, faults, is_expired, plain_recovery, steps_at
from casebackend.policies.rules import policy
from casebackend.policies.service import initial

DELIVERED = {row["code"]: str(row["value"]) for row in initial()}
DJBH, ASVS = policy(DELIVERED), policy(DELIVERED | {"password.profile": "asvs"})
NAMES = ("wangfang", "8001")
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def wrong(plain: str, rules: object = DJBH) -> list[str]:
    chosen = ASVS if rules is ASVS else DJBH
    return faults(plain, chosen, names=NAMES, guessable=is_guessable(plain, NAMES, chosen.guesses))


@pytest.mark.parametrize(
    ("plain", "part"),
    [
        ("Xq7-vm2Kd", "至少 10 个字符"),
        ("xqvmkdrtplwz", "至少 3 类"),
        ("xq7vm2kdrt9pl", "至少 3 类"),
        ("Xq7-WangFang-vm2", "用户名"),
        ("Xq7-8001-vm2Kd", "用户名"),
        ("Password123!", "容易被猜中"),
        ("Qwerty123456!", "容易被猜中"),
        ("1qaz2wsx!QAZ", "容易被猜中"),
        ("Woaini1314!", "容易被猜中"),
        ("Beijing@2026", "容易被猜中"),
        ("Xq7-" + "vm2Kd" * 30, "最多 128"),
    ],
)
def test_a_password_that_djbh_refuses(plain: str, part: str) -> None:
    assert any(part in each for each in wrong(plain)), wrong(plain)


@pytest.mark.parametrize("plain", ["Xq7-vm2Kd!", "三匹老马7月过河去-Ab", "Correct-Horse-9"])
def test_a_password_that_djbh_takes(plain: str) -> None:
    assert wrong(plain) == []


def test_asvs_asks_for_length_and_no_mixture() -> None:
    assert wrong("brisk lantern orbit tulip", ASVS) == []
    assert wrong("brisk lantern orbit tulip") != []
    assert any("12" in each for each in wrong("Xq7-vm2Kd!", ASVS))
    assert any("容易" in each for each in wrong("passwordpassword", ASVS))


def test_what_the_page_says_beforehand_is_what_is_asked() -> None:
    assert any("90 天" in each for each in demands(DJBH))
    assert not any("天更换" in each or "类" in each for each in demands(ASVS))


def test_classes_are_counted_for_every_script() -> None:
    assert [classes_of(each) for each in ("", "abc", "abC", "abC1", "abC1-", "密码")] == [0, 1, 2, 3, 4, 1]


def test_a_password_ages_by_the_profile_and_never_under_asvs() -> None:
    old = NOW - timedelta(days=90)
    assert is_expired(old, DJBH, NOW)
    assert not is_expired(old + timedelta(seconds=1), DJBH, NOW)
    assert not is_expired(None, DJBH, NOW)
    assert not is_expired(old, ASVS, NOW)


def test_the_check_for_guesses_can_be_switched_off() -> None:
    assert not is_guessable("Password123!", NAMES, replace(DJBH, guesses=0).guesses)


def test_a_clock_may_be_off_by_half_a_minute_either_way() -> None:
    middle = steps_at(NOW)[1]
    assert steps_at(NOW) == [middle - 1, middle, middle + 1]
    assert steps_at(NOW + timedelta(seconds=30))[1] == middle + 1


def test_a_recovery_code_counts_however_it_was_copied() -> None:
    assert plain_recovery(" ABCD-efgh 2345-wxyz\n") == "abcdefgh2345wxyz"
