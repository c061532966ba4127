"""Plays written conversations in a town, many at once, and says of each how it went."""

import asyncio
import re
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from casebackend.calendar.rules import SHANGHAI
from casebackend.conversations.rules import Engine
from tests.dialogues.days import day_said
from tests.dialogues.doors import Door, door
from tests.dialogues.reading import PLACEHOLDER, Conversation, Step
from tests.dialogues.town import Town
from tests.e2e.talks import NUMBER

AT_ONCE = 6
TRIES = 3
# Words to a phone go out by the worker, the older ones first.
LATE_SECONDS = 1.0
ANSWER_SECONDS = 90
LATER_SECONDS = 60
NOBODY = "nobody answers"
NOTICE = "个人信息告知"
ABOUT = "~"
NOT_EMPTY = "*"


class Failed(Exception):
    """The conversation does not go as it must."""


PHONES = ("phone", "foreign phone", "other phone")


@dataclass
class Outcome:
    """`turns`: messages of the customer that were answered. `turns_to_file`: up to the first number."""

    conversation: Conversation
    failure: str | None = None
    transcript: list[str] = field(default_factory=list)
    turns: int = 0
    turns_to_file: int | None = None
    engines: set[str] = field(default_factory=set)
    tries: int = 1
    seconds: float = 0.0
    unheard: bool = False

    @property
    def too_slow(self) -> bool:
        return self.unheard or Engine.QUESTIONNAIRE in self.engines

    def __str__(self) -> str:
        return "\n".join([f"{self.conversation.id} {self.conversation.name}: {self.failure}", *self.transcript])


class Player:
    def __init__(self, town: Town, conversation: Conversation) -> None:
        self._town, self._conversation = town, conversation
        self.outcome = Outcome(conversation)
        self._seq = 0
        self._filled = {
            "phone": town.phone(),
            "foreign number": town.foreign_number,
            "foreign phone": town.foreign_phone,
            "other number": town.other_number,
            "other phone": town.other_phone,
        }
        self._shown, self._codes = "phone", 0
        self._filled["phone masked"] = f"{self._filled['phone'][:3]}****{self._filled['phone'][-4:]}"
        self.id = ""

    async def play(self) -> None:
        begun = today()
        entrance = door(self._conversation.channel, self._town.chain.url("channels"), self._town.ledger)
        async with AsyncExitStack() as way_out:
            async with self._town.restarts.speaking():
                await way_out.enter_async_context(entrance)
            for step in self._conversation.steps:
                await self._step(entrance, step)
        await self._end({begun, today()})

    async def _step(self, entrance: Door, step: Step) -> None:
        words = []
        if step.verb == "customer":
            async with self._town.restarts.speaking():
                words = await self._customer(entrance, step)
        elif step.verb == "wait":
            self._note(f"  …… {step.hours:g} h")
            await asyncio.to_thread(self._town.ledger.age, self.id, step.hours)
            async with self._town.restarts.speaking():
                await entrance.come_back()
        elif step.verb == "restart":
            self._note(f"  …… {step.program} starts again")
            await self._town.restarts.meet(step.program, self._conversation.name)
        else:
            self._note(f"  …… operator {step.operator}")
            async with self._town.restarts.speaking():
                await self._town.operator(self._fill(step.operator), self.id)
        await self._expect(step, words)

    async def _customer(self, entrance: Door, step: Step) -> list[str]:
        refusals = []
        for text in step.said:
            await self._look_at_the_phone(text)
            self._note(f"客户：{self._fill(text)}")
            refused = await entrance.say(self._fill(text))
            if refused is not None:
                self._note(f"　　　{refused}")
                refusals.append(refused)
        self.outcome.turns += len(step.said) - len(refusals)
        if len(refusals) < len(step.said):
            await self._answered(entrance)
        return [*refusals, *self._heard()]

    async def _look_at_the_phone(self, text: str) -> None:
        """`{code}`: the newest that comes to the phone that was told last. What came before other words were said was
        not used, and is over; so is one that was still on its way then, which comes a moment before the newest."""
        self._shown = next((name for name in PHONES if f"{{{name}}}" in text), self._shown)
        if "{code}" not in text and not text.isdigit():
            self._codes = len(self._town.ledger.codes(self._filled[self._shown]))
        deadline = time.monotonic() + ANSWER_SECONDS
        while "{code}" in text:
            codes = self._town.ledger.codes(self._filled[self._shown])
            if len(codes) > self._codes:
                await asyncio.sleep(LATE_SECONDS)
                codes = self._town.ledger.codes(self._filled[self._shown])
                self._codes, self._filled["code"] = len(codes), codes[-1]
                return
            if time.monotonic() > deadline:
                raise Failed("no code comes")
            await asyncio.sleep(0.1)

    async def _answered(self, entrance: Door) -> None:
        """A message may be kept at the door for a while before it is stored, so they are counted."""
        deadline = time.monotonic() + ANSWER_SECONDS
        while not (self.id and self._town.ledger.answered(self.id, self.outcome.turns)):
            self.id = self.id or entrance.conversation() or ""
            if time.monotonic() > deadline:
                raise Failed(NOBODY)
            await asyncio.sleep(0.05)

    def _heard(self) -> list[str]:
        words = []
        for said in self._town.ledger.said(self.id, self._seq) if self.id else []:
            self._seq = said.seq
            if said.author != "customer":
                # The first bubble of all speaks of everything; it is no answer.
                words += [] if NOTICE in said.text else [said.text]
                self._note("听诉：" + said.text.replace("\n", " ／ "))
                if found := NUMBER.search(said.text):
                    self._filled["number"] = found.group()
        if self.outcome.turns_to_file is None and self.id and self._town.ledger.numbers(self.id):
            self.outcome.turns_to_file = self.outcome.turns
        return words

    async def _expect(self, step: Step, words: list[str]) -> None:
        """What follows the customer's words is there; what follows anything else may come a little later."""
        deadline = time.monotonic() + (0 if step.verb == "customer" else LATER_SECONDS)
        while (missing := self._missing(step, words)) and time.monotonic() < deadline:
            await asyncio.sleep(0.2)
            words += self._heard()
        if missing:
            raise Failed(f"it does not say {missing}")
        said = "\n".join(words)
        forbidden = [self._fill(word) for word in step.must_not if self._fill(word) in said]
        if forbidden:
            raise Failed(f"it says {'、'.join(forbidden)}")
        self._with_a_person(step.handed_over)

    def _with_a_person(self, expected: bool | None) -> None:
        if expected is not None and self._town.ledger.handed_over(self.id) != expected:
            raise Failed("it is not with a person" if expected else "it is with a person")

    def _missing(self, step: Step, words: list[str]) -> str:
        said = "\n".join(words)
        wanted = [[self._fill(word) for word in alternatives] for alternatives in step.must]
        return "、".join(" | ".join(each) for each in wanted if not any(word in said for word in each))

    async def _end(self, days: set[date]) -> None:
        asked, ledger = self._conversation, self._town.ledger
        numbers = ledger.numbers(self.id) if self.id else []
        if asked.cases is not None and len(numbers) != asked.cases:
            raise Failed(f"{len(numbers)} cases instead of {asked.cases}")
        if asked.case:
            if not numbers:
                raise Failed("there is no case")
            self._compare("the case", await self._town.case(numbers[-1]), asked.case, days)
        kept = {name for words in asked.kept_nowhere for name in ledger.holds(self._fill(words))}
        if kept:
            raise Failed(f"{'、'.join(sorted(kept))} keeps what must be kept nowhere")
        self._with_a_person(asked.handed_over)
        if asked.draft or asked.no_draft:
            draft = await self._town.draft(self.id)
            if (draft is None) != asked.no_draft:
                raise Failed("there is no draft" if draft is None else "there is still a draft")
            if draft is not None:
                self._compare("the draft", draft, asked.draft, days)

    def _compare(self, what: str, found: dict[str, Any], wanted: dict[str, str], days: set[date]) -> None:
        for name, expected in wanted.items():
            if name not in found and what == "the case":
                raise Failed(f"a case has no {name}")
            value = "" if found.get(name) is None else str(found[name])
            if not fits(value, self._fill(expected), days):
                raise Failed(f"{name} of {what} is {value!r}, not {self._fill(expected)!r}")

    def _fill(self, text: str) -> str:
        return PLACEHOLDER.sub(lambda match: self._filled.get(match[1], match[0]), text)

    def _note(self, line: str) -> None:
        self.outcome.transcript.append(line if len(line) < 400 else line[:400] + "…")


def fits(value: str, expected: str, days: set[date]) -> bool:
    """`~words`: they occur; `~!words`: they do not; `*`: anything; `-`: nothing; 昨天 and the like: that day."""
    if expected == NOT_EMPTY:
        return bool(value)
    if expected == "-":
        return not value
    if expected.startswith(ABOUT + "!"):
        return expected[2:] not in value
    if expected.startswith(ABOUT):
        return expected[1:] in value
    said = {day for today in days if (day := day_said(expected, today)) is not None}
    return value in {day.isoformat() for day in said} if said else value == expected


def today() -> date:
    return datetime.now(UTC).astimezone(SHANGHAI).date()


async def play_all(town: Town, conversations: list[Conversation], *, at_once: int = AT_ONCE) -> dict[str, Outcome]:
    """Those that wait for a restart come first and take no place of the others."""
    gate = asyncio.Semaphore(at_once)
    ordered = sorted(conversations, key=lambda each: not each.restarts)

    async def one(conversation: Conversation) -> Outcome:
        if conversation.restarts:
            return await _played(town, conversation)
        async with gate:
            return await _played(town, conversation)

    outcomes = await asyncio.gather(*(one(each) for each in ordered))
    return {outcome.conversation.name: outcome for outcome in outcomes}


async def _played(town: Town, conversation: Conversation) -> Outcome:
    """Where the machine was too slow for the bot, the questionnaire answered or nobody: that says nothing of the bot,
    so such a conversation that failed is played again by another customer."""
    for attempt in range(1, TRIES + 1):
        outcome = await _once(town, conversation)
        outcome.tries = attempt
        if outcome.failure is None or not outcome.too_slow:
            break
    return outcome


async def _once(town: Town, conversation: Conversation) -> Outcome:
    player, began = Player(town, conversation), time.monotonic()
    town.restarts.talking.add(conversation.name)
    try:
        await player.play()
    except Exception as error:  # noqa: BLE001  one conversation that breaks must not end the others
        known = isinstance(error, Failed)
        player.outcome.unheard = not known or str(error) == NOBODY
        player.outcome.failure = str(error) if known else re.sub(r"\s+", " ", f"{type(error).__name__}: {error}")
    finally:
        town.restarts.talking.discard(conversation.name)
        await town.restarts.leave(conversation.name)
    if player.id:
        player.outcome.engines = town.ledger.engines(player.id)
    player.outcome.seconds = time.monotonic() - began
    return player.outcome
