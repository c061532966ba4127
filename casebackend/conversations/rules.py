"""The vocabulary of a conversation. Standard library only."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from enum import StrEnum


class Channel(StrEnum):
    """Where a customer speaks to us (反应渠道); one row of the dictionary each."""

    WECHAT = "wechat"
    WEBCHAT = "webchat"
    IVR = "ivr"
    HOTLINE = "hotline"
    COUNTER = "counter"
    LETTER = "letter"
    EMAIL = "email"
    REGULATOR = "regulator"


class Author(StrEnum):
    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class Owner(StrEnum):
    """Who answers. While a person owns the conversation the bot is never called."""

    BOT = "bot"
    QUEUED = "queued"
    PERSON = "person"


class TurnState(StrEnum):
    WAITING = "waiting"
    CLAIMED = "claimed"
    ANSWERED = "answered"
    FOR_PERSON = "for_person"
    ESCALATED = "escalated"


class Engine(StrEnum):
    """Who answered. DESK: what was asked of us needs no engine to be read."""

    RASA = "rasa"
    QUESTIONNAIRE = "questionnaire"
    DESK = "desk"


class DeliveryState(StrEnum):
    PENDING = "pending"
    CLAIMED = "claimed"
    SENT = "sent"
    MAYBE_SENT = "maybe_sent"
    FAILED = "failed"
    HELD = "held"


class Asked(StrEnum):
    """The question the customer has been asked and has not answered yet. The part before the dot is the talk."""

    FACTS = "field.facts"
    DEMAND = "field.demand"
    UNIT = "field.unit"
    AMOUNT = "field.amount"
    OCCURRED_ON = "field.occurred_on"
    NAME = "field.name"
    PHONE = "field.phone"
    ID_NUMBER = "field.id_number"
    CONFIRM = "confirm"
    CORRECTION = "correction"
    LINE_CAPACITY = "correction.capacity"
    LINE_GROUP = "correction.group"
    LINE_CARE = "correction.care"
    WITHDRAW = "withdraw"
    OFFER_PERSON = "offer"
    IDENTITY_PHONE = "identity.phone"
    IDENTITY_CODE = "identity.code"
    IDENTITY_PAPER = "identity.paper"
    CONTACT = "identity.contact"
    SURVEY_SOLVED = "survey.solved"
    SURVEY_SCORE = "survey.score"
    SURVEY_WORDS = "survey.words"
    SURVEY_AGAIN = "survey.again"
    SUPPLEMENT = "supplement"
    SECOND = "second"
    DUPLICATE = "duplicate"
    GUESS = "guess"
    CALLBACK = "callback"


# The reasons of a hand-over that stand in front of the queue, and their order there.
DANGER, PRIVACY, EMOTION = "danger", "privacy", "emotion"
FRONT: dict[str, int] = {DANGER: 0, PRIVACY: 1, EMOTION: 1}
LAST = 9
# After these the safety step has been said.
IN_DANGER = frozenset({DANGER, PRIVACY})
# What a key of the telephone says, wherever one is.
KEYS = {"0": "转人工", "*": "返回上一步"}
LEASE_SECONDS = 10
MAX_ATTEMPTS = 5
DELIVERY_LEASE_SECONDS = 30
LONGEST_TURN = 4_000

# A message may reach these receivers twice (they know it by its seq); to every other one it goes at most once.
AT_LEAST_ONCE = frozenset({Channel.WEBCHAT})
# Where a written word of ours reaches the customer; everybody else is called, written or visited.
CARRIED_BY_US = frozenset({Channel.WECHAT, Channel.WEBCHAT})
OPEN_TURNS = (TurnState.WAITING, TurnState.CLAIMED)

MENU = re.compile(
    r"(?:选择?|我选|第|按)?\s*(?:([0-9]{1,2})|([一二三四五六七八九十])|([①②③④⑤⑥⑦⑧⑨⑩]))\s*(?:个|项|号|条)?\s*[.．。、,，)）]?"
)
MORE = re.compile(
    r"(?:请|再|我要|我想|还有|继续)?(?:查看|看看|看|显示|有)?(?:更多|下一页|往下|后面的?|剩下的|其余的|其他的)(?:呢|吧|吗|一下)?"
)
LABELLED = re.compile(r"\s*([0-9]{1,2})(?![0-9])")
INVISIBLE = frozenset(
    "\u00ad\u200b\u200c\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


def cleaned(text: str) -> str:
    """NFC, without control, bidirectional and zero-width characters; line breaks stay."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    kept = (
        character
        for character in text
        if character == "\n" or (unicodedata.category(character) not in {"Cc", "Cs"} and character not in INVISIBLE)
    )
    return "".join(kept).strip()


def chosen(text: str, choices: Sequence[str]) -> str | None:
    """The choice that a bare menu number stands for. A number that a choice itself begins with wins over its place."""
    match = MENU.fullmatch(
        unicodedata.normalize("NFKC", text.strip()) if text[:1] not in "①②③④⑤⑥⑦⑧⑨⑩" else text.strip()
    )
    if not match or not choices:
        return None
    digits, word, circle = match.groups()
    number = int(digits) if digits else ("一二三四五六七八九十".index(word) if word else "①②③④⑤⑥⑦⑧⑨⑩".index(circle)) + 1
    for choice in choices:
        label = LABELLED.match(choice)
        if label and int(label.group(1)) == number:
            return choice
    return choices[number - 1] if 1 <= number <= len(choices) else None


def wants_more(text: str, choices: Sequence[str]) -> str | None:
    """The choice that goes on in a list, asked for in other words."""
    if not MORE.fullmatch(unicodedata.normalize("NFKC", text).strip(" 。.,，、!！?？")):
        return None
    return next((choice for choice in choices if "更多" in choice), None)


def goes_before(stands: str | None, reason: str) -> bool:
    """Whether who waits for `stands` is called no later than for `reason`."""
    return FRONT.get(stands or "", LAST) <= FRONT.get(reason, LAST)


def key_pressed(text: str) -> str | None:
    return KEYS.get(unicodedata.normalize("NFKC", text).strip(" 。.,，、"))


def for_engine(text: str) -> str:
    """A leading slash would be a command to the engine."""
    bare = text.lstrip()
    return f"／{bare[1:]}" if bare.startswith("/") else text


def cut(text: str, limit: int = LONGEST_TURN) -> str:
    """At most `limit` characters, never half a token."""
    if len(text) <= limit:
        return text
    head = text[:limit]
    opening = head.rfind("[")
    return head[:opening] if opening > limit - 16 and "]" not in head[opening:] else head


LONGEST_REPEATED = 200
MEDIA_WORDS = {
    "image": "[图片]",
    "voice": "[语音]",
    "video": "[视频]",
    "location": "[位置]",
    "link": "[链接]",
    "file": "[文件]",
}


def spoken(text: str, kinds: Collection[str]) -> bool:
    """Said aloud and turned into words by the platform, which may have misheard."""
    return "voice" in kinds and bool(text.strip())


def shortened(text: str) -> str:
    return text if len(text) <= LONGEST_REPEATED else f"{cut(text, LONGEST_REPEATED)}……"


def wordless(text: str) -> str | None:
    """The kind of media of a message that brings nothing to read, else None."""
    kinds = (kind for kind, word in MEDIA_WORDS.items() if text.startswith(word))
    bare = text
    for word in MEDIA_WORDS.values():
        bare = bare.replace(word, "")
    return None if bare.strip() else next(kinds, None)
