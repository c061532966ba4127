"""Answers while the engine does not: the same draft, the same calls, its own short words (words/questionnaire.yml)."""

import re
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Literal

import structlog

from casebackend.api.client import CaseBackend, Refused
from casebackend.api.conversations import HandoffRequest
from casebackend.api.drafts import Absorbed, DraftView
from casebackend.api.identity import IdentityAction
from casebackend.api.own import CaseBrief, UrgeOutcome, WithdrawOutcome
from channels.afterwards import Afterwards
from channels.envelope import SUPERSEDED, Asked, Reply, Turn
from channels.identity import ASKED as IDENTITY_ASKED
from channels.identity import Identity
from channels.words.book import Words

EXPLAIN_AFTER = 2
PERSON_AFTER = 3
LONGEST_COMMAND = 12
LONGEST_COMMAND_IN_FORM = 6
SHORTEST_STORY = 12
CASE_NUMBER = re.compile(r"TS\d{8,}", re.IGNORECASE)
log = structlog.get_logger()
# A refusal with these slugs has words of its own; the others are told that this step did not work.
WORDS_FOR = {"no-survey": "survey.done", "no-draft": "nothing_to_cancel", "nothing-to-file": "nothing_to_cancel"}
BUSINESS = frozenset({404, 409, 422})
Reason = Literal["asked", "not_understood", "identity", "danger", "failed"]


class Questionnaire:
    def __init__(self, backend: CaseBackend, words: Words) -> None:
        self._backend = backend
        self._words = words
        self._identity = Identity(backend, words)
        self._afterwards = Afterwards(backend, words)

    async def reply(self, turn: Turn) -> list[Reply]:
        try:
            return await self._reply(turn)
        except Refused as refusal:
            if refusal.slug in SUPERSEDED or refusal.status not in BUSINESS:
                raise
            log.warning("questionnaire.refused", turn_id=str(turn.id), status=refusal.status, slug=refusal.slug)
            if refusal.slug in WORDS_FOR:
                return [self._words.say(WORDS_FOR[refusal.slug])]
            return [self._words.say("failed", asks=turn.asked)]

    async def _reply(self, turn: Turn) -> list[Reply]:
        asked, means = turn.asked, self._words.means
        if means("person", turn.text) and not means("not_person", turn.text):
            return await self._hand_off(turn, "asked")
        if (answers := self._answering(turn)) is not None:
            return await answers(turn)
        if (command := self._command(turn)) is not None:
            return await self._gone_on(turn, command) or await command(turn)
        if asked is Asked.CONFIRM and means("confirm", turn.text):
            return await self._file(turn)
        if asked is Asked.CONFIRM and means("correct", turn.text):
            return [self._words.say("correction", asks=Asked.CORRECTION)]
        if asked is Asked.OFFER_PERSON and means("confirm", turn.text):
            return await self._hand_off(turn, "asked")
        return await self._fill_in(turn)

    def _answering(self, turn: Turn) -> Callable[[Turn], Awaitable[list[Reply]]] | None:
        """Outside the form, whatever is said answers the open question."""
        if turn.asked is not None and turn.asked.startswith("survey."):
            return self._survey
        if turn.asked in IDENTITY_ASKED:
            return self._identified
        if turn.asked is Asked.DUPLICATE and self._words.means("cancel", turn.text):
            return None
        return {
            Asked.WITHDRAW: self._withdraw,
            Asked.SUPPLEMENT: self._supplement,
            Asked.SECOND: self._second,
            Asked.DUPLICATE: self._choose,
        }.get(turn.asked or Asked.CONFIRM)

    def _command(self, turn: Turn) -> Callable[[Turn], Awaitable[list[Reply]]] | None:
        """Only a short message is a command: "希望尽快处理" in the middle of a story is a part of the story."""
        commands = {"cancel": self._cancel, "progress": self._progress, "urge": self._urge, "withdraw": self._withdraw}
        if turn.asked in {None, Asked.GUESS}:
            commands |= {"supplement": self._supplement, "second": self._second}
        longest = LONGEST_COMMAND if turn.asked in {None, Asked.GUESS} else LONGEST_COMMAND_IN_FORM
        if len(CASE_NUMBER.sub("", turn.text).strip()) > longest:
            return None
        return next((command for name, command in commands.items() if self._words.means(name, turn.text)), None)

    async def _gone_on(self, turn: Turn, command: Callable[[Turn], Awaitable[list[Reply]]]) -> list[Reply]:
        """算了不投诉了还是投诉吧: what was left half-way is gone on with, and nothing is taken back; nor is it by
        a withdrawal that was a mistake (撤诉撤错了) with nothing left. Empty where the command stands."""
        if command in {self._progress, self._urge}:
            return []
        standing = await self._backend.standing(turn.conversation_id, turn.message_id)
        if standing.wish != "go_on":
            return []
        if standing.draft is not None:
            return await self._fill_in(turn)
        return [self._words.say("menu")] if command == self._withdraw else []

    async def _fill_in(self, turn: Turn) -> list[Reply]:
        draft = await self._open_draft(turn)
        if draft is None and not self._tells_a_story(turn):
            return [self._words.say("menu")]
        absorbed = await self._backend.absorb(turn.conversation_id, turn.message_id, key=key(turn, "absorb"))
        if absorbed.failures >= PERSON_AFTER:
            return await self._hand_off(turn, "not_understood")
        if absorbed.wish == "later":
            return [self._words.say("later")]
        if absorbed.wish == "edit" or absorbed.line is not None:
            return [self._words.say("correction", asks=Asked.CORRECTION)]
        remarks = self._remarks(turn, absorbed)
        if alike := await self._afterwards.alike(turn, absorbed.draft):
            return [*remarks, *alike]
        return [*remarks, self._next_question(absorbed.draft, absorbed.choices)]

    async def _supplement(self, turn: Turn) -> list[Reply]:
        said = await self._afterwards.supplement(turn)
        return await self._fill_in(turn) if said is None else said

    async def _choose(self, turn: Turn) -> list[Reply]:
        return await self._afterwards.choose(turn) or await self._back_to_the_form(turn)

    async def _second(self, turn: Turn) -> list[Reply]:
        said = await self._afterwards.second(turn)
        return await self._fill_in(turn) if said is None else said

    def _tells_a_story(self, turn: Turn) -> bool:
        """Somebody who writes a whole sentence to a complaint desk complains, whichever words are used."""
        return len(turn.text) >= SHORTEST_STORY or self._words.means("complain", turn.text)

    def _remarks(self, turn: Turn, absorbed: Absorbed) -> list[Reply]:
        if absorbed.media is not None:
            return [self._words.say("voice_unread" if absorbed.media == "voice" else "media_kept")]
        if absorbed.started:
            comfort = [self._words.say("comfort")]
            return [self._words.say("danger"), *comfort] if self._words.means("danger", turn.text) else comfort
        if absorbed.understood or absorbed.changed or turn.asked in {None, Asked.GUESS}:
            return []
        return [self._words.say("explained" if absorbed.failures >= EXPLAIN_AFTER else "not_understood")]

    def _next_question(self, draft: DraftView, choices: list[str]) -> Reply:
        if draft.next is None:
            told = [(each.label, each.shown) for each in draft.fields] + [
                (each.label, each.value) for each in draft.lines
            ]
            lines = "\n".join(f"{label}：{value}" for label, value in told)
            return self._words.say("read_back", {"lines": lines}, asks=Asked.CONFIRM)
        asks = Asked(f"field.{draft.next}")
        return self._words.say("which", asks=asks, choices=choices) if choices else self._words.say(asks, asks=asks)

    async def _open_draft(self, turn: Turn) -> DraftView | None:
        draft = await self._backend.draft(turn.conversation_id)
        return draft if draft is not None and draft.state == "open" else None

    async def _back_to_the_form(self, turn: Turn) -> list[Reply]:
        """After something in between, the open question is asked again."""
        draft = await self._open_draft(turn)
        return [] if draft is None else [self._words.say("again_from_draft"), self._next_question(draft, [])]

    async def _file(self, turn: Turn) -> list[Reply]:
        try:
            receipt = await self._backend.file_draft(turn.conversation_id, turn.message_id, key=key(turn, "file"))
        except Refused as refusal:
            return await self._not_filed(turn, refusal)
        if receipt.matter != "complaint":
            return [self._words.say("filed_opinion", {"number": receipt.number})]
        unit = receipt.unit or self._words.phrase("no_unit")
        facts = {"number": receipt.number, "unit": unit, "promised_on": self._day(receipt.promised_on)}
        facts |= {"hour": receipt.promised_hour}
        return [self._words.say("filed", facts), *await self._afterwards.pickup(turn, receipt.number)]

    async def _not_filed(self, turn: Turn, refusal: Refused) -> list[Reply]:
        """Something is missing again. What was filed already, by a turn whose words were lost, is no refusal."""
        draft = await self._backend.draft(turn.conversation_id)
        if refusal.status not in {404, 409, 422} or draft is None:
            raise refusal
        return [self._next_question(draft, [])]

    async def _cancel(self, turn: Turn) -> list[Reply]:
        if await self._open_draft(turn) is None:
            return [self._words.say("nothing_to_cancel")]
        await self._backend.cancel_draft(turn.conversation_id, turn.message_id, key=key(turn, "cancel"))
        return [self._words.say("cancelled")]

    async def _hand_off(self, turn: Turn, reason: Reason) -> list[Reply]:
        request = HandoffRequest(message_id=turn.message_id, reason=reason)
        handoff = await self._backend.hand_off(turn.conversation_id, request, key=key(turn, "hand_off"))
        if handoff.on_duty:
            return [self._words.say("person.on_duty", {"position": handoff.queue_position, "wait": handoff.wait})]
        said = self._words.say("person.off_duty", {"promise": handoff.promise})
        if not handoff.times:
            return [said]
        return [said, Reply(text=handoff.ask, choices=handoff.times, asks=Asked.CALLBACK)]

    async def _progress(self, turn: Turn) -> list[Reply]:
        progress = await self._backend.progress(turn.conversation_id, turn.message_id, key=key(turn, "progress"))
        if progress.foreign or progress.unproved:
            return await self._identity.begin(turn, "progress", here=progress.unproved)
        if not progress.cases:
            said = [self._words.say("progress.none")]
        else:
            said = [self._brief(case) for case in progress.cases]
            following = progress.first + len(progress.cases)
            if following <= progress.total:
                more = self._words.phrase("progress.from", {"following": following})
                said.append(self._words.say("progress.more", {"count": progress.total - following + 1}, choices=[more]))
        return [*said, *await self._back_to_the_form(turn)]

    def _brief(self, case: CaseBrief) -> Reply:
        facts = {"number": case.number, "stage": case.stage, "next_step": case.next_step}
        if case.promised_on is None:
            return self._words.say("progress.case", facts)
        facts |= {"promised_on": self._day(case.promised_on), "hour": case.promised_hour or ""}
        return self._words.say("progress.case_promised", facts)

    async def _identified(self, turn: Turn) -> list[Reply]:
        step, said = await self._identity.answer(turn)
        if step.next != "done":
            return said if any(reply.asks for reply in said) else [*said, *await self._back_to_the_form(turn)]
        again = turn.model_copy(update={"message_id": step.message_id, "asked": None})
        wanted = {
            "progress": self._progress,
            "urge": self._urge,
            "withdraw": self._withdraw,
            "proxy_withdraw": self._withdraw,
            "supplement": self._supplement,
            "second": self._second,
            "join": self._choose,
            "pickup": self._progress,
        }
        if step.action not in wanted:
            return [*said, self._words.say("identity.details_later")]
        return [*said, *await wanted[step.action](again)]

    async def _urge(self, turn: Turn) -> list[Reply]:
        outcome = await self._backend.urge(turn.conversation_id, turn.message_id, key=key(turn, "urge"))
        if outcome.outcome in {"foreign", "unproved"}:
            return await self._identity.begin(turn, "urge", here=outcome.outcome == "unproved")
        return [self._told("urge", outcome), *await self._back_to_the_form(turn)]

    async def _withdraw(self, turn: Turn) -> list[Reply]:
        outcome = await self._backend.withdraw(turn.conversation_id, turn.message_id, key=key(turn, "withdraw"))
        if outcome.outcome in {"foreign", "unproved", "level"}:
            action: IdentityAction = "proxy_withdraw" if outcome.outcome == "level" or outcome.proxy else "withdraw"
            return await self._identity.begin(turn, action, here=outcome.outcome == "unproved")
        asks = Asked.WITHDRAW if outcome.outcome == "confirm" else None
        return [self._told("withdraw", outcome, asks)]

    def _told(self, action: str, outcome: UrgeOutcome | WithdrawOutcome, asks: Asked | None = None) -> Reply:
        choices = [self._words.phrase(f"{action}.this", {"number": case.number}) for case in outcome.cases[:12]]
        choices = choices if outcome.outcome == "choose" else []
        number = outcome.case.number if outcome.case else ""
        offered = "_second" if isinstance(outcome, UrgeOutcome) and outcome.second_offered else ""
        return self._words.say(f"{action}.{outcome.outcome}{offered}", {"number": number}, asks=asks, choices=choices)

    async def _survey(self, turn: Turn) -> list[Reply]:
        outcome = await self._backend.answer_survey(turn.conversation_id, turn.message_id, key=key(turn, "survey"))
        told = outcome.understood or outcome.called or outcome.unsettled
        said = [] if told else [self._words.say("not_understood")]
        if outcome.next == "done":
            if outcome.second_number:
                said.append(self._words.say("survey.second", {"number": outcome.second_number}))
                said += await self._afterwards.pickup(turn, outcome.second_number)
            return [*said, self._words.say("survey.done")]
        asks = Asked(f"survey.{outcome.next}")
        return [*said, self._words.say(asks, asks=asks)]

    def _day(self, of: date) -> str:
        return self._words.phrase("day", {"year": of.year, "month": of.month, "day": of.day})


def key(turn: Turn, action: str) -> str:
    return f"{turn.id}:questionnaire_{action}:0"
