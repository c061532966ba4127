import random

from channels.webchat.session import LIFETIME, Sessions

NOW = 1_772_416_800.0
SESSIONS = Sessions("session-key-of-the-tests")


def test_what_we_issue_we_know_and_each_is_another() -> None:
    one, other = SESSIONS.issue(NOW), SESSIONS.issue(NOW)
    first, second = SESSIONS.read(one, NOW), SESSIONS.read(other, NOW)
    assert first is not None
    assert second is not None
    assert first.id != second.id
    assert len(first.id) >= 32


def test_a_renewed_session_is_the_same_one() -> None:
    session = SESSIONS.read(SESSIONS.issue(NOW), NOW)
    assert session is not None
    renewed = SESSIONS.read(SESSIONS.issue(NOW + 90_000, of=session.id), NOW + 90_000)
    assert renewed is not None
    assert renewed.id == session.id


def test_nothing_that_we_did_not_sign_is_a_session() -> None:
    cookie = SESSIONS.issue(NOW)
    chance = random.Random(7)
    for _ in range(2_000):
        place = chance.randrange(len(cookie))
        mutated = cookie[:place] + chance.choice("abcXYZ019._-é") + cookie[place + chance.randrange(2) :]
        if mutated != cookie:
            assert SESSIONS.read(mutated, NOW) is None
    for nonsense in (None, "", ".", "..", "a.b.c", "chosen.1772416800.", "x" * 5_000):
        assert SESSIONS.read(nonsense, NOW) is None
    assert Sessions("another-key-of-the-tests").read(cookie, NOW) is None


def test_a_session_ends() -> None:
    cookie = SESSIONS.issue(NOW)
    assert SESSIONS.read(cookie, NOW + LIFETIME) is not None
    assert SESSIONS.read(cookie, NOW + LIFETIME + 1) is None
    assert SESSIONS.read(cookie, NOW - 61) is None
