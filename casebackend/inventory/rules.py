"""What the data catalogue says of each item that is stored, and what is wrong with a catalogue. No I/O."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

NO_TAGS = frozenset({"label", "system", "source", "from"})
HEADINGS = ("表", "表名", "字段", "内容", "个人信息", "敏感", "级别", "来源", "所属系统")


class Unsound(Exception):
    """The file names a tag, level, source or system that it does not explain, or an item twice."""


@dataclass(frozen=True, slots=True)
class Item:
    """One column. `tag` is what it holds; `level`, `source` and `system` are codes of the catalogue."""

    table: str
    table_label: str
    column: str
    tag: str
    personal: bool
    sensitive: bool
    level: str
    source: str
    system: str

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column}"


@dataclass(frozen=True, slots=True)
class Inventory:
    """`review_by`: the last day before the catalogue must have been looked through again."""

    items: tuple[Item, ...]
    tables: Mapping[str, str]
    tags: Mapping[str, str]
    levels: Mapping[str, str]
    sources: Mapping[str, str]
    systems: Mapping[str, str]
    reviewed_on: date
    review_by: date


@dataclass(frozen=True, slots=True)
class Wanted:
    """None: whatever it is."""

    table: str | None = None
    personal: bool | None = None
    sensitive: bool | None = None
    level: str | None = None
    source: str | None = None
    system: str | None = None


def read(data: Mapping[str, Any]) -> Inventory:
    tags = data["tags"]
    items = tuple(item for table, row in data["tables"].items() for item in _items(table, row, data))
    twice = [name for name, times in Counter(item.name for item in items).items() if times > 1]
    if twice:
        raise Unsound(f"twice: {', '.join(twice)}")
    reviewed_on: date = data["reviewed_on"]
    return Inventory(
        items=items,
        tables={table: row["label"] for table, row in data["tables"].items()},
        tags={tag: each["label"] for tag, each in tags.items()},
        levels=data["levels"],
        sources=data["sources"],
        systems=data["systems"],
        reviewed_on=reviewed_on,
        review_by=reviewed_on + timedelta(days=data["review_days"]),
    )


def _items(table: str, row: Mapping[str, Any], data: Mapping[str, Any]) -> Iterable[Item]:
    exceptions = {column: source for source, columns in row.get("from", {}).items() for column in columns}
    for tag, columns in row.items():
        if tag in NO_TAGS:
            continue
        said = _known(data["tags"], tag, table)
        level = said["level"]
        _known(data["levels"], level, table)
        _known(data["systems"], row["system"], table)
        for column in columns:
            source = exceptions.pop(column, said.get("source", row["source"]))
            _known(data["sources"], source, table)
            yield Item(
                table, row["label"], column, tag, said["personal"], level in data["sensitive"], level, source,
                row["system"],
            )  # fmt: skip
    if exceptions:
        raise Unsound(f"{table}: {', '.join(exceptions)} has a source and no tag")


def _known(words: Mapping[str, Any], code: str, table: str) -> Any:
    if code not in words:
        raise Unsound(f"{table}: {code}")
    return words[code]


def of(inventory: Inventory, wanted: Wanted) -> list[Item]:
    asked = {name: getattr(wanted, name) for name in Wanted.__slots__ if getattr(wanted, name) is not None}
    return [item for item in inventory.items if all(getattr(item, name) == value for name, value in asked.items())]


def strays(inventory: Inventory, stored: Collection[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """Columns without an entry, and entries without a column."""
    entries = {item.name for item in inventory.items}
    columns = {f"{table}.{column}" for table, column in stored}
    return sorted(columns - entries), sorted(entries - columns)


def cells(inventory: Inventory, item: Item) -> Sequence[str]:
    """In the words of the catalogue, in the order of HEADINGS."""
    return (
        item.table_label,
        item.table,
        item.column,
        inventory.tags[item.tag],
        "是" if item.personal else "否",
        "是" if item.sensitive else "否",
        inventory.levels[item.level],
        inventory.sources[item.source],
        inventory.systems[item.system],
    )


def is_overdue(inventory: Inventory, today: date) -> bool:
    """The catalogue is looked through at least once a year."""
    return today > inventory.review_by
