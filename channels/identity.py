"""Who the customer is, asked without the engine; the same calls and the same steps as the actions make."""

from casebackend.api import moments
from casebackend.api.client import CaseBackend
from casebackend.api.identity import BeginIdentity, IdentityAction, IdentityStep
from channels.envelope import Asked, Reply, Turn
from channels.words.book import Words

QUESTIONS = {
    "phone": Asked.IDENTITY_PHONE,
    "code": Asked.IDENTITY_CODE,
    "wrong": Asked.IDENTITY_CODE,
    "expired": Asked.IDENTITY_CODE,
    "paper": Asked.IDENTITY_PAPER,
    "paper_wrong": Asked.IDENTITY_PAPER,
}
ASKED = frozenset(QUESTIONS.values())


class Identity:
    def __init__(self, backend: CaseBackend, words: Words) -> None:
        self._backend = backend
        self._words = words

    async def begin(self, turn: Turn, action: IdentityAction, *, here: bool = False) -> list[Reply]:
        """`here`: what is meant was registered in this chat."""
        command = BeginIdentity(message_id=turn.message_id, action=action, here=here)
        step = await self._backend.begin_identity(
            turn.conversation_id, command, key=f"{turn.id}:questionnaire_identity:0"
        )
        if step.next == "done":
            return [self._words.say("identity.not_yours")]
        needed = self._words.say("identity.needed_here" if here else "identity.needed")
        return [*([needed] if step.next in QUESTIONS else []), *self._said(step)]

    async def answer(self, turn: Turn) -> tuple[IdentityStep, list[Reply]]:
        """The step, and what to say about it; after `done` the caller carries out what was asked for."""
        step = await self._backend.answer_identity(
            turn.conversation_id, turn.message_id, key=f"{turn.id}:questionnaire_identity:1"
        )
        if step.next == "check":
            step = await self._backend.confirm_identity(turn.conversation_id, turn.message_id)
        return step, self._said(step)

    def _said(self, step: IdentityStep) -> list[Reply]:
        facts = {"left": step.left, "minutes": step.minutes, "until": moments.until(step.until) or ""}
        name = f"identity.{step.next}" if step.understood else f"identity.{step.next}_again"
        if step.sent_to is not None:
            name, facts = "identity.sent", facts | {"sent_to": step.sent_to}
        return [self._words.say(name, facts, asks=QUESTIONS.get(step.next))]
