"""Pick-up codes: eight characters that cannot be mistaken for each other, 31^8 of them. Standard library only."""

import unicodedata
from datetime import date

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 8


def code_of(randomness: str) -> str:
    """From a hexadecimal number that nobody else can know."""
    rest, letters = int(randomness, 16), []
    for _ in range(LENGTH):
        rest, place = divmod(rest, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "".join(letters)


def shown(code: str) -> str:
    return f"{code[:4]}-{code[4:]}"


def normalised(typed: str) -> str:
    """As it was typed or spoken, to the eight characters; what is none stays something that no code is."""
    plain = unicodedata.normalize("NFKC", typed[:64]).upper()
    return "".join(character for character in plain if character.isalnum())


def promise(day: date, hour: str) -> str:
    return f"最晚 {day.month} 月 {day.day} 日 {hour} 前答复"


def remaining(day: date, today: date) -> int:
    """Calendar days; negative when it has passed."""
    return (day - today).days
