"""Who is whose superior once a file of people is done: everybody above is there, and nobody stands above himself."""

from collections.abc import Collection, Mapping, Sequence

from casebackend.people.files import Parsed, Row
from casebackend.staff.model import User


def fit(
    parsed: Parsed, rows: Sequence[Row], known: Mapping[str, User], above: Mapping[str, str], gone: Collection[str]
) -> list[Row]:
    """The rows that can be done, superiors first; the others are bad. `above`: by number, who stands there now."""
    left = list(rows)
    while True:
        afterwards = {**above} | {each.values["staff_no"]: _wanted(each, above) for each in left}
        there = {each.values["staff_no"] for each in left if each.values["staff_no"] not in known}
        there |= {number for number, user in known.items() if user.active and number not in gone}
        bad = {each.line: why for each in left if (why := _unfit(each, above, afterwards, there))}
        if not bad:
            return _highest_first(left, afterwards)
        for row in left:
            if row.line in bad:
                parsed.refuse(row, bad[row.line])
        left = [row for row in left if row.line not in bad]


def _wanted(row: Row, above: Mapping[str, str]) -> str:
    return row.values.get("superior", above.get(row.values["staff_no"], ""))


def _unfit(row: Row, above: Mapping[str, str], afterwards: Mapping[str, str], there: Collection[str]) -> str | None:
    """Who stands there already may stay, whatever became of him."""
    own = row.values["staff_no"]
    superior = afterwards[own]
    if superior == above.get(own, ""):
        return None
    if superior not in there and superior:
        return f"上级员工号 {superior} 不存在、已停用或所在行有误"
    seen = {own}
    while superior:
        if superior in seen:
            return f"上级员工号 {afterwards[own]} 为本人或本人的下级"
        seen.add(superior)
        superior = afterwards.get(superior, "")
    return None


def _highest_first(rows: Sequence[Row], above: Mapping[str, str]) -> list[Row]:
    """Otherwise in the order of the file: two who change places must not stand above one another on the way."""

    def depth(row: Row) -> int:
        found, at, seen = 0, above[row.values["staff_no"]], set[str]()
        while at and at not in seen:
            seen.add(at)
            found, at = found + 1, above.get(at, "")
        return found

    return sorted(rows, key=depth)
