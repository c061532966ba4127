"""Whether a password is among those that are tried first. zxcvbn brings the lists (30,000 leaked passwords, words,
names, rows of the keyboard) and counts how many guesses a good guesser needs."""

from collections.abc import Sequence

from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

COMMON = frozenset(FREQUENCY_LISTS["passwords"])
# zxcvbn looks at no more.
LONGEST = 72


def is_guessable(plain: str, names: Sequence[str], power: int) -> bool:
    """`power`: of ten, the least number of guesses; 0 asks for nothing."""
    if power == 0 or not plain:
        return False
    if plain.casefold() in COMMON:
        return True
    return float(zxcvbn(plain[:LONGEST], user_inputs=list(names))["guesses_log10"]) < power
