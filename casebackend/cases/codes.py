"""What an export says of the classification: only codes that were in force on the day the complaint came in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.rules import local_date
from casebackend.cases import admission
from casebackend.cases.model import Case
from casebackend.cases.words import FIELD_LABELS
from casebackend.dictionaries import queries as dictionaries
from casebackend.dictionaries.rules import AXES, UNCLASSIFIED

type Version = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Coded:
    """`codes` by axis, empty where none may be exported; `faults` and `open_` say why, for staff: a class that was not
    in force, and one that nobody has chosen yet."""

    codes: Mapping[str, str]
    faults: tuple[str, ...]
    open_: tuple[str, ...]


async def coded(session: AsyncSession, cases: Iterable[Case]) -> list[Coded]:
    """A dictionary that holds no official code at all on that day is no fault of a case: see `without_codes`."""
    kept: dict[tuple[str, date], Version] = {}
    found = []
    for case in cases:
        day = local_date(case.received_at)
        codes, faults, open_ = {}, [], []
        for axis, dictionary in AXES.items():
            if (dictionary, day) not in kept:
                kept[dictionary, day] = await dictionaries.version_on(session, dictionary, day)
            version, name = kept[dictionary, day], getattr(case, axis)
            codes[axis] = version.get(name) or ""
            if not admission.is_judged(case):
                continue
            if name == UNCLASSIFIED:
                open_.append(f"{FIELD_LABELS[axis]}尚未分类")
            elif fault := _fault(version, name, day):
                faults.append(f"{FIELD_LABELS[axis]}{fault}")
        found.append(Coded(codes, tuple(faults), tuple(open_)))
    return found


def _fault(version: Version, name: str, day: date) -> str | None:
    if name not in version:
        return f"“{name}”不在{day}有效的字典中"
    if version[name] is None and any(version.values()):
        return f"“{name}”在{day}没有官方代码"
    return None


async def without_codes(session: AsyncSession, day: date) -> list[str]:
    """The axes for which no official code had been imported by that day."""
    return [
        FIELD_LABELS[axis]
        for axis, dictionary in AXES.items()
        if not any((await dictionaries.version_on(session, dictionary, day)).values())
    ]
