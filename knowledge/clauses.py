import re

CLAUSE = re.compile(r"第\s*([0-9]+|[〇零一二两三四五六七八九十百]+)\s*条")
# "17条" at the end of what is said or before 款 and 规定: not the "3条" of "3条短信"
BARE_CLAUSE = re.compile(r"(?<![0-9第])([1-9][0-9]{0,2})\s*条(?=$|[\s款规第，。、,?？])")
DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
UNITS = {"十": 10, "百": 100}


def clause_numbers(text: str) -> list[str]:
    """'第十五条', '第 15 条' and '第15条' are one clause."""
    return [f"第{_number(found)}条" for found in CLAUSE.findall(text)]


def _number(written: str) -> int:
    if written.isdecimal():
        return int(written)
    if not any(c in UNITS for c in written):
        return int("".join(str(DIGITS[c]) for c in written))
    total = 0
    digit: int | None = None
    for c in written:
        if c in UNITS:
            total += (1 if digit is None or digit == 0 else digit) * UNITS[c]
            digit = None
        else:
            digit = DIGITS[c]
    return total + (digit or 0)
