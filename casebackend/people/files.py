"""Files of units and of people as other systems write them. Standard library only."""

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from casebackend.organisations.rules import LEVEL_NAMES

MOST_ROWS = 50_000
LONGEST = 200


class FileKind(StrEnum):
    UNITS = "units"
    PEOPLE = "people"


KIND_NAMES: dict[FileKind, str] = {FileKind.UNITS: "机构", FileKind.PEOPLE: "人员"}
# Columns by what we call them; those with a star must be there and filled in.
COLUMNS: dict[FileKind, dict[str, str]] = {
    FileKind.UNITS: {
        "机构代码*": "code", "机构名称*": "name", "简称*": "short_name", "层级*": "level", "上级机构代码": "parent",
        "俗称": "aliases",
    },
    FileKind.PEOPLE: {
        "员工号*": "staff_no", "姓名*": "display_name", "用户名*": "login", "机构代码*": "unit",
        "上级员工号": "superior", "邮箱": "email", "手机": "mobile", "专长": "skills",
    },
}  # fmt: skip
KEYS = {FileKind.UNITS: "code", FileKind.PEOPLE: "staff_no"}
LEVELS = {name: level.value for level, name in LEVEL_NAMES.items()}


class Unreadable(ValueError):
    """The sentence says what is wrong with the whole file."""


@dataclass(frozen=True, slots=True)
class Row:
    """`line` is the line of the file, the head being 1. A column that the file does not have is no key here."""

    line: int
    values: dict[str, str]


@dataclass(slots=True)
class Parsed:
    """`bad`: line and why. `keys`: of every row that says whom it is about, good or bad: none of them is gone."""

    kind: FileKind
    rows: list[Row] = field(default_factory=list)
    bad: list[tuple[int, str]] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    unnamed: int = 0

    def refuse(self, row: Row, why: str) -> None:
        self.bad.append((row.line, why))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def decoded(content: bytes) -> str:
    """UTF-8 with or without BOM, else GB18030. What is neither is refused, never guessed at."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise Unreadable("文件不是 UTF-8 或 GB18030 编码的文本，请另存为 CSV 后重试")


def parsed(content: bytes) -> Parsed:
    lines = csv.reader(io.StringIO(decoded(content), newline=""), strict=True)
    try:
        head = [name.strip() for name in next(lines, [])]
        kind, places = _columns(head)
        found = Parsed(kind)
        for cells in lines:
            if any(cell.strip() for cell in cells):
                _take(found, lines.line_num, cells, places)
            if lines.line_num > MOST_ROWS:
                raise Unreadable(f"一次最多导入{MOST_ROWS}行，请分批")
    except csv.Error:
        raise Unreadable(f"第{lines.line_num}行的引号不配对，请检查文件") from None
    if not found.rows and not found.bad:
        raise Unreadable("文件中没有数据行")
    return found


def _columns(head: Sequence[str]) -> tuple[FileKind, dict[str, int]]:
    """Which kind of file it is, and at which place each column stands."""
    for kind, columns in COLUMNS.items():
        wanted = [name.rstrip("*") for name in columns if name.endswith("*")]
        if set(wanted) <= set(head):
            names = {name.rstrip("*"): field for name, field in columns.items()}
            places = {names[name]: place for place, name in enumerate(head) if name in names}
            if len(set(head)) < len(head):
                raise Unreadable("表头中有重复的列")
            return kind, places
    needed = "；".join(
        f"{KIND_NAMES[kind]}文件须有列：" + "、".join(name.rstrip("*") for name in columns if name.endswith("*"))
        for kind, columns in COLUMNS.items()
    )
    raise Unreadable(f"表头不完整。{needed}")


def _take(found: Parsed, line: int, cells: Sequence[str], places: dict[str, int]) -> None:
    values = {name: cells[place].strip() if place < len(cells) else "" for name, place in places.items()}
    row = Row(line, values)
    key = values[KEYS[found.kind]]
    if not key:
        found.unnamed += 1
        found.refuse(row, f"没有{_label(found.kind, KEYS[found.kind])}")
        return
    if key in found.keys:
        found.refuse(row, f"{_label(found.kind, KEYS[found.kind])} {key} 在文件中重复")
        found.rows = [each for each in found.rows if each.values[KEYS[found.kind]] != key]
        return
    found.keys.add(key)
    wrong = next(_wrong(found.kind, row), None)
    if wrong:
        found.refuse(row, wrong)
    else:
        found.rows.append(row)


def _wrong(kind: FileKind, row: Row) -> Iterator[str]:
    for name, value in row.values.items():
        if len(value) > LONGEST:
            yield f"{_label(kind, name)}超过{LONGEST}个字"
        if not value and f"{_label(kind, name)}*" in COLUMNS[kind]:
            yield f"没有{_label(kind, name)}"
    if kind is FileKind.UNITS and row.values["level"] not in LEVELS:
        yield f"层级应为：{'、'.join(LEVELS)}"


def _label(kind: FileKind, name: str) -> str:
    return next(label.rstrip("*") for label, each in COLUMNS[kind].items() if each == name)


def listed(value: str) -> list[str]:
    """Several in one cell, as people separate them."""
    for sign in "；;，,|":
        value = value.replace(sign, "、")
    return [each for one in value.split("、") if (each := one.strip())]
