"""Reads conversations from YAML, strictly: a word that means nothing here is an error that names its place."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "conversations"
PROGRAMS = {"rasa": "bot", "actions": "actions", "channels": "channels", "backend": "casebackend"}
OPERATORS = ("replies", "takes over", "gives back")
SAYS = "says "
CHANNELS = ("webchat", "wechat")
ENGINEERS = ("T", "F", "I")
PLACEHOLDERS = frozenset(
    {"phone", "phone masked", "number", "foreign number", "foreign phone", "other number", "other phone", "code"}
)
PLACEHOLDER = re.compile(r"\{([a-z][a-z ]*)\}")
WAIT = re.compile(r"(\d{1,4}) (min|h|d)")
HOURS = {"min": 1 / 60, "h": 1.0, "d": 24.0}
VERBS = ("customer", "wait", "restart", "operator")
OF_A_STEP = frozenset({*VERBS, "bot must", "bot must not", "handed over"})
OF_A_CONVERSATION = frozenset(
    {"name", "channel", "until", "xfail", "told in one sentence", "steps", "case must", "cases", "no case"}
    | {"handed over", "draft must", "no draft", "kept nowhere"}
)


class Unreadable(Exception):
    """The file, the conversation and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Step:
    """`said`: several messages are sent without waiting for an answer between them. `hours`: how long nothing happens.
    Each entry of `must` holds alternatives, of which one is enough. `handed_over`: with a person after this step."""

    verb: str
    said: tuple[str, ...] = ()
    hours: float = 0.0
    program: str = ""
    operator: str = ""
    must: tuple[tuple[str, ...], ...] = ()
    must_not: tuple[str, ...] = ()
    handed_over: bool | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """None in one of the endings: nobody asks for it."""

    name: str
    group: str
    place: int
    channel: str
    steps: tuple[Step, ...]
    until: str | None = None
    xfail: str | None = None
    one_sentence: bool = False
    case: dict[str, str] = field(default_factory=dict)
    cases: int | None = None
    handed_over: bool | None = None
    draft: dict[str, str] = field(default_factory=dict)
    no_draft: bool = False
    kept_nowhere: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Where it stands: pytest would escape a Chinese name."""
        return f"{self.group}-{self.place:02}"

    @property
    def restarts(self) -> set[str]:
        return {step.program for step in self.steps if step.program}


class Strict(yaml.SafeLoader):
    """The same word twice in one step would silently be the second."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = [str(name) for name in names if names.count(name) > 1]
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"{twice[0]} stands twice", node.start_mark)
        return super().construct_mapping(node, deep)


def conversations(folder: Path = FOLDER) -> list[Conversation]:
    found = [one for path in sorted(folder.glob("*.yml")) for one in read(path.stem, path.read_text("utf-8"))]
    names = [one.name for one in found]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise Unreadable(f"two conversations have the same name: {', '.join(sorted(twice))}")
    return found


def read(group: str, text: str) -> list[Conversation]:
    try:
        written = yaml.load(text, Loader=Strict)
    except yaml.YAMLError as error:
        raise Unreadable(f"{group}: not YAML: {error}") from error
    if not isinstance(written, list) or not written:
        raise Unreadable(f"{group}: a file is a list of conversations")
    return [_conversation(group, place, each) for place, each in enumerate(written, 1)]


def _conversation(group: str, place: int, written: Any) -> Conversation:
    if not isinstance(written, dict) or not isinstance(written.get("name"), str):
        raise Unreadable(f"{group}, conversation {place}: it has no name")
    where = f"{group}, {written['name']}"
    _only(where, written, OF_A_CONVERSATION)
    steps = written.get("steps")
    if not isinstance(steps, list) or not steps:
        raise Unreadable(f"{where}: it has no steps")
    read = tuple(_step(f"{where}, step {number}", step) for number, step in enumerate(steps, 1))
    if not read[0].said:
        raise Unreadable(f"{where}: the customer speaks first")
    no_case = _flag(where, written, "no case")
    if no_case and (written.get("case must") or written.get("cases")):
        raise Unreadable(f"{where}: no case and a case")
    return Conversation(
        name=written["name"],
        group=group,
        place=place,
        channel=_one_of(where, written.get("channel", "webchat"), CHANNELS, "channel"),
        steps=read,
        until=_one_of(where, written["until"], ENGINEERS, "until") if "until" in written else None,
        xfail=_words(where, written["xfail"]) if "xfail" in written else None,
        one_sentence=bool(_flag(where, written, "told in one sentence")),
        case=_values(where, written.get("case must", {})),
        cases=0 if no_case else _count(where, written.get("cases")),
        handed_over=_flag(where, written, "handed over"),
        draft=_values(where, written.get("draft must", {})),
        no_draft=bool(_flag(where, written, "no draft")),
        kept_nowhere=tuple(_list(where, written.get("kept nowhere", []))),
    )


def _step(where: str, written: Any) -> Step:
    if not isinstance(written, dict):
        raise Unreadable(f"{where}: not a step")
    _only(where, written, OF_A_STEP)
    verbs = [verb for verb in VERBS if verb in written]
    if len(verbs) != 1:
        raise Unreadable(f"{where}: exactly one of {', '.join(VERBS)}")
    step = Step(
        verbs[0],
        must=tuple(tuple(word.split(" | ")) for word in _list(where, written.get("bot must", []))),
        must_not=tuple(_list(where, written.get("bot must not", []))),
        handed_over=_flag(where, written, "handed over"),
    )
    told = written[verbs[0]]
    if step.verb == "customer":
        return replace(step, said=tuple(_list(where, told)))
    if step.verb == "wait":
        return replace(step, hours=_hours(where, told))
    if step.verb == "restart":
        return replace(step, program=PROGRAMS[_one_of(where, told, tuple(PROGRAMS), "restart")])
    told = _words(where, told)
    if not told.startswith(SAYS):
        _one_of(where, told, OPERATORS, "operator")
    return replace(step, operator=told)


def _only(where: str, written: dict[Any, Any], known: frozenset[str]) -> None:
    unknown = [str(word) for word in written if word not in known]
    if unknown:
        raise Unreadable(f"{where}: nobody knows {', '.join(unknown)}")


def _one_of(where: str, value: Any, allowed: tuple[str, ...], what: str) -> str:
    if value not in allowed:
        raise Unreadable(f"{where}: {what} is one of {', '.join(allowed)}, not {value!r}")
    return str(value)


def _words(where: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Unreadable(f"{where}: {value!r} is no text; put it in quotes")
    unknown = {name for name in PLACEHOLDER.findall(value)} - PLACEHOLDERS
    if unknown:
        raise Unreadable(f"{where}: nobody fills {{{', '.join(sorted(unknown))}}}")
    return value


def _list(where: str, value: Any) -> list[str]:
    return [_words(where, each) for each in (value if isinstance(value, list) else [value])]


def _hours(where: str, value: Any) -> float:
    match = WAIT.fullmatch(str(value))
    if match is None:
        raise Unreadable(f"{where}: a wait is like 73 h, 40 min or 8 d, not {value!r}")
    return int(match[1]) * HOURS[match[2]]


def _flag(where: str, written: dict[str, Any], name: str) -> bool | None:
    value = written.get(name)
    if value is not None and not isinstance(value, bool):
        raise Unreadable(f"{where}: {name} is true or false, not {value!r}")
    return value


def _count(where: str, value: Any) -> int | None:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
        raise Unreadable(f"{where}: cases is a number, not {value!r}")
    return value


def _values(where: str, value: Any) -> dict[str, str]:
    """`amount: 200.00` in YAML is a number and would lose its zeros: every value is text in quotes."""
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise Unreadable(f"{where}: what must hold is written as field: value")
    return {name: _words(where, each) for name, each in value.items()}
