import random
import time

import pytest
from wechatpy.utils import check_signature

from channels.wechat.signature import Forged, sign, verify

TOKEN, STAMP, NONCE = "bank-token", "1772416800", "482913"
NOW = float(STAMP) + 3


def test_our_signature_is_the_one_of_the_reference_implementation() -> None:
    check_signature(TOKEN, sign(TOKEN, STAMP, NONCE), STAMP, NONCE)
    verify(TOKEN, signature=sign(TOKEN, STAMP, NONCE), timestamp=STAMP, nonce=NONCE, now=NOW)


def test_of_two_thousand_mutations_none_is_accepted() -> None:
    chance = random.Random(7)
    alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEF.-+ \x00é１"
    good = {"signature": sign(TOKEN, STAMP, NONCE), "timestamp": STAMP, "nonce": NONCE}
    accepted = 0
    for _ in range(2_000):
        name = chance.choice(list(good))
        value = list(good[name])
        place, how = chance.randrange(len(value)), chance.randrange(3)
        if how == 0:
            value[place] = chance.choice([letter for letter in alphabet if letter != value[place]])
        elif how == 1:
            value.insert(place, chance.choice(alphabet))
        else:
            del value[place]
        bad = good | {name: "".join(value)}
        if bad == good or "".join(sorted([TOKEN, bad["timestamp"], bad["nonce"]])) == TOKEN + STAMP + NONCE:
            continue
        try:
            verify(TOKEN, **bad, now=NOW)
            accepted += 1
        except Forged:
            pass
    assert accepted == 0


@pytest.mark.parametrize("age", [-301, 301, 86_400])
def test_a_true_signature_outside_five_minutes_is_refused(age: int) -> None:
    with pytest.raises(Forged, match="timestamp"):
        verify(TOKEN, signature=sign(TOKEN, STAMP, NONCE), timestamp=STAMP, nonce=NONCE, now=float(STAMP) + age)


def test_checking_is_cheap() -> None:
    began = time.perf_counter()
    for _ in range(1_000):
        verify(TOKEN, signature=sign(TOKEN, STAMP, NONCE), timestamp=STAMP, nonce=NONCE, now=NOW)
    assert time.perf_counter() - began < 1
