"""The vocabulary of a conversation. Standard library only."""

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
    RASA = "rasa"
    QUESTIONNAIRE = "questionnaire"


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
    WITHDRAW = "withdraw"
    OFFER_PERSON = "offer"
    SURVEY_SOLVED = "survey.solved"
    SURVEY_SCORE = "survey.score"
    SURVEY_WORDS = "survey.words"
    SURVEY_AGAIN = "survey.again"


LEASE_SECONDS = 10
MAX_ATTEMPTS = 5
