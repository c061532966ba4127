"""Personal data in free text becomes tokens; secrets are dropped. Pure; linear in the text."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from casebackend.customers import codes, names, renaming
from casebackend.customers.numbers import Found, disjoint, looks_like_id, numbers, shadow
from casebackend.customers.rules import TOKEN, Kind, token
from casebackend.customers.secret_words import SECRETS
from casebackend.customers.spelling import simplified

DROPPED = "[已删除]"
LONGEST = 65_536
# Open questions that a bare number answers.
PAPER_ASKED = frozenset({"field.id_number", "identity.paper"})
LONGEST_BARE_NAME = 4
LONGEST_CLAIM = 80
HAN_CLAUSE = re.compile("[一-鿿·•‧]+")
PAPER_WORDS = re.compile("身份证(?:号码?)?|证件(?:号码?)?|护照(?:号码?)?|号码|姓名|名字")

EMAIL = re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")
PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使][A-Za-z][·•\s-]?(?=[A-Za-z0-9]{0,5}\d)[A-Za-z0-9]{5,6}"
    r"(?![A-Za-z0-9])"
)
OTHER_PAPER = re.compile(
    r"(?:护照|通行证|军官证|居留证|台胞证|回乡证|证件)[号码是为：:\s]{0,6}([A-Za-z]{0,3}\d{6,10})(?![A-Za-z0-9])"
)
OLD_ID = re.compile(r"身份证[号码是为：:\s]{0,6}(\d{15})(?!\d)")
ANSWERED_PAPER = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{0,3}\d{6,17}[Xx]?(?![A-Za-z0-9])")
LOCAL_PHONE = re.compile(r"(?<!\d)[2-8]\d{6,7}(?!\d)")
PHONE_CUE = re.compile(r"(?:电话|座机|固话)[号码是为：:\s]{0,6}([2-8]\d{6,7})(?!\d)")


@dataclass(frozen=True, slots=True)
class Value:
    token: str
    kind: Kind
    value: str


@dataclass(frozen=True, slots=True)
class Tokenised:
    """`values` are those that were not known before. `plain` is the text without secrets, otherwise as written."""

    text: str
    values: tuple[Value, ...]
    secret_dropped: bool
    plain: str


SLIPS = re.compile("密马|蜜码|蜜马|秘码|验正码|验证马|验证吗|检验码|校验马|动态马")
RIGHT = {"密": "密码", "蜜": "密码", "秘": "密码", "验": "验证码", "检": "校验码", "校": "校验码", "动": "动态码"}


def _read(text: str) -> str:
    """密碼 and 密马 are 密码. Places must stay those of the text: one that changed its length is read as written."""
    plain = SLIPS.sub(lambda slip: RIGHT[slip.group()[0]], simplified(text))
    return shadow(plain if len(plain) == len(text) else text)


def without_secrets(text: str) -> tuple[str, bool]:
    """Passwords, security codes and one-time codes may not be kept anywhere, so they go before anything else."""
    seen = _read(text)
    spans = sorted({match.span(1) for pattern in SECRETS for match in pattern.finditer(seen)})
    kept: list[str] = []
    at = 0
    for start, end in spans:
        if start < at:
            at = max(at, end)
            continue
        kept += [text[at:start], DROPPED]
        at = end
    return "".join(kept) + text[at:], bool(spans)


def _named(text: str, asked: str | None, known: Mapping[tuple[Kind, str], str]) -> Iterator[Found]:
    plain = simplified(text)
    for start, end in names.named(plain):
        yield Found(start, end, Kind.NAME, text[start:end], 6)
    yield from _renamed(text, plain, [value for kind, value in known if kind is Kind.NAME])
    for kind, value in known:
        if kind is Kind.NAME and len(value) >= 2:
            for match in re.finditer(re.escape(value), text):
                yield Found(*match.span(), Kind.NAME, value, 5)
    if asked == "field.name" or (asked == "correction" and len(text.strip()) <= LONGEST_BARE_NAME):
        bare = TOKEN.sub(lambda match: " " * len(match.group()), plain)
        span = names.answered(bare)
        if span and (asked == "field.name" or names.has_surname(bare[span[0] :])):
            yield Found(*span, Kind.NAME, text[span[0] : span[1]], 7)


def _renamed(text: str, plain: str, known: list[str]) -> Iterator[Found]:
    if (found := renaming.renamed(plain, known)) is not None:
        start, end, rest = found
        yield Found(start, end, Kind.NAME, text[start:end] + rest, 4)


def _claimed(text: str) -> Iterator[Found]:
    """The name in an answer to the identity check, before or after the paper's number."""
    plain = PAPER_WORDS.sub(lambda match: " " * len(match.group()), simplified(text))
    for clause in HAN_CLAUSE.finditer(plain if len(text) <= LONGEST_CLAIM else ""):
        span = names.answered(clause.group())
        if span and ("·" in clause.group() or names.has_surname(clause.group()[span[0] :])):
            start, end = clause.start() + span[0], clause.start() + span[1]
            yield Found(start, end, Kind.NAME, text[start:end], 7)


def _patterns(seen: str, asked: str | None) -> Iterator[Found]:
    for match in EMAIL.finditer(seen):
        yield Found(*match.span(), Kind.EMAIL, match.group().lower(), 0)
    for match in PLATE.finditer(seen):
        yield Found(*match.span(), Kind.PLATE, re.sub(r"[·•\s-]", "", match.group()).upper(), 4)
    for pattern in (OLD_ID, OTHER_PAPER):
        for match in pattern.finditer(seen):
            yield Found(*match.span(1), Kind.ID_NUMBER, match.group(1).upper(), 3)
    for match in PHONE_CUE.finditer(seen):
        yield Found(*match.span(1), Kind.PHONE, match.group(1), 4)
    if asked in PAPER_ASKED and len(seen) <= 80:
        for match in ANSWERED_PAPER.finditer(seen):
            yield Found(*match.span(), Kind.ID_NUMBER, match.group().upper(), 4)
    if asked == "field.phone" and len(seen) <= 80:
        for match in LOCAL_PHONE.finditer(seen):
            yield Found(*match.span(), Kind.PHONE, match.group(), 5)


def _pickups(seen: str, known: Mapping[tuple[Kind, str], str]) -> Iterator[Found]:
    for start, end, value in codes.pickups(seen, [value for kind, value in known if kind is Kind.PICKUP]):
        yield Found(start, end, Kind.PICKUP, value, 0)


def _forged(text: str, known: Mapping[tuple[Kind, str], str]) -> str:
    """A token that a customer typed, and that stands for nothing here, is only text."""
    ours = set(known.values())
    return TOKEN.sub(lambda match: match.group() if match.group() in ours else f"［{match.group()[1:-1]}］", text)


class _Tokens:
    def __init__(self, known: Mapping[tuple[Kind, str], str]) -> None:
        self.known = dict(known)
        self.new: list[Value] = []
        self.last: dict[str, int] = {}
        for each in known.values():
            match = TOKEN.fullmatch(each)
            if match:
                self.last[match.group(1)] = max(self.last.get(match.group(1), 0), int(match.group(2)))

    def of(self, kind: Kind, value: str) -> str:
        if (kind, value) not in self.known:
            self.last[kind] = self.last.get(kind, 0) + 1
            made = token(kind, self.last[kind])
            self.known[kind, value] = made
            self.new.append(Value(made, kind, value))
        return self.known[kind, value]


def tokenise(text: str, asked: str | None = None, known: Mapping[tuple[Kind, str], str] | None = None) -> Tokenised:
    """`known` maps what this conversation holds already to its tokens; `asked` is the open question."""
    known = known or {}
    text, dropped = without_secrets(_forged(text[:LONGEST], known))
    seen = _read(text)
    tokens_here = [Found(*match.span(), Kind.NAME, "", -1) for match in TOKEN.finditer(text)]
    found = [*tokens_here, *numbers(seen), *_patterns(seen, asked), *_named(text, asked, known), *_pickups(seen, known)]
    found += _claimed(text) if asked == "identity.paper" else []
    tokens = _Tokens(known)
    parts: list[str] = []
    at = 0
    for each in disjoint(found):
        if each.rank == -1:
            continue
        parts += [text[at : each.start], tokens.of(each.kind, each.value)]
        at = each.end
    return Tokenised("".join(parts) + text[at:], tuple(tokens.new), dropped, text)


def names_a_person(text: str) -> bool:
    """Numbers and addresses of a person; names alone may be those of colleagues."""
    found = tokenise(text)
    return found.secret_dropped or any(each.kind is not Kind.NAME for each in found.values)


__all__ = ["DROPPED", "Tokenised", "Value", "looks_like_id", "names_a_person", "tokenise", "without_secrets"]
