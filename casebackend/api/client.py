"""The case backend as other programs see it: one method a route, every call with a deadline."""

from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import quote
from uuid import UUID

import aiohttp
from pydantic import BaseModel, TypeAdapter

from casebackend.api.attachments import ClaimMedia, MediaDutyView, MediaKept, MediaLost, RecordingKept
from casebackend.api.conversations import (
    Answer,
    CallbackOutcome,
    ClaimDelivery,
    ClaimTurn,
    ConversationView,
    DeliveryDone,
    DeliveryView,
    ForMessage,
    HandoffRequest,
    HandoffView,
    Heartbeat,
    Inbound,
    InboundReceipt,
    OpenConversation,
    TakeOverTurn,
    Turn,
    TurnDone,
    TurnFailed,
    TurnResult,
)
from casebackend.api.drafts import Absorbed, AbsorbMessage, CaseReceipt, DraftView, Standing, Transcript
from casebackend.api.identity import BeginIdentity, IdentityStep
from casebackend.api.own import (
    ContactOutcome,
    Likeness,
    LikenessChoice,
    OwnDetails,
    Progress,
    SecondOutcome,
    SupplementOutcome,
    SurveyOutcome,
    UrgeOutcome,
    WithdrawOutcome,
)
from casebackend.api.pickups import (
    AddToVisit,
    AnswerVisit,
    AskPickup,
    BeginVisit,
    ConfirmStep,
    ConfirmVisit,
    PickupView,
    VisitBegun,
    VisitDone,
    VisitStep,
    VisitView,
)
from casebackend.conversations.rules import Channel

FILE_SECONDS = 120.0
CORE_SECONDS = 30.0


class BackendUnavailable(Exception):
    """No answer in time, or an answer that is not ours. The request may or may not have been carried out.

    `status` is that of the answer, if there was one.
    """

    def __init__(self, what: str, *, status: int | None = None) -> None:
        super().__init__(what)
        self.status = status


class Refused(Exception):
    """The backend understood and said no; `problem` is its application/problem+json."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(problem.get("title", str(status)))
        self.status = status
        self.problem = problem
        self.slug = str(problem.get("type", "")).rsplit("/", 1)[-1]


class CaseBackend:
    def __init__(self, base_url: str, token: str, *, deadline: float = 2.0) -> None:
        """`deadline` in seconds bounds each call; a long poll adds its own waiting time."""
        self._base = base_url.rstrip("/") + "/api/v1"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._deadline = deadline
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(headers=self._headers)
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._http:
            await self._http.close()

    async def _call(
        self,
        method: str,
        path: str,
        body: BaseModel | None = None,
        *,
        key: str | None = None,
        params: dict[str, str] | None = None,
        extra: float = 0,
    ) -> bytes | None:
        if self._http is None:
            raise RuntimeError("CaseBackend is used outside its context")
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if key:
            headers["Idempotency-Key"] = key
        try:
            async with self._http.request(
                method,
                self._base + path,
                data=body.model_dump_json() if body is not None else None,
                params=params,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=self._deadline + extra),
            ) as response:
                payload = await response.read()
                if response.status == 204:
                    return None
                if response.status < 400:
                    return payload
                if response.status < 500 and response.content_type == "application/problem+json":
                    raise Refused(response.status, await response.json(content_type=None))
                raise BackendUnavailable(f"{method} {path}: {response.status}", status=response.status)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise BackendUnavailable(f"{method} {path}: {type(error).__name__}") from error

    async def _ask[T: BaseModel](
        self, answer: type[T], path: str, body: BaseModel, *, key: str | None = None, extra: float = 0
    ) -> T:
        payload = await self._call("POST", path, body, key=key, extra=extra)
        return answer.model_validate_json(payload or b"null")

    # channels
    async def receive(self, message: Inbound) -> InboundReceipt:
        return await self._ask(InboundReceipt, "/inbox", message)

    async def keep_media(
        self, channel: Channel, sender: str, name: str, pieces: AsyncIterator[bytes], *, length: int
    ) -> MediaKept:
        """A customer's file, before the message that names it. `length` in bytes; `pieces`: read as they are sent."""
        headers = {"X-Channel": channel, "X-Sender": quote(sender), "X-File-Name": quote(name[:200])}
        return MediaKept.model_validate_json(await self._send("/inbox/media", pieces, length, headers))

    async def claim_media(self, channel: Channel) -> MediaDutyView | None:
        payload = await self._call("POST", "/inbox/media/claim", ClaimMedia(channel=channel))
        return None if payload is None else MediaDutyView.model_validate_json(payload)

    async def media_fetched(self, media: UUID, name: str, pieces: AsyncIterator[bytes], *, length: int) -> MediaKept:
        headers = {"X-File-Name": quote(name[:200])}
        return MediaKept.model_validate_json(await self._send(f"/inbox/media/{media}/content", pieces, length, headers))

    async def media_failed(self, media: UUID, reason: str, *, for_good: bool) -> None:
        await self._call("POST", f"/inbox/media/{media}/failed", MediaLost(reason=reason, for_good=for_good))

    async def keep_recording(
        self, call: UUID, pieces: AsyncIterator[bytes], *, length: int, duration_ms: int | None = None
    ) -> RecordingKept:
        params = {} if duration_ms is None else {"duration_ms": str(duration_ms)}
        return RecordingKept.model_validate_json(
            await self._send(f"/calls/{call}/recording", pieces, length, {}, params)
        )

    async def _send(
        self,
        path: str,
        pieces: AsyncIterator[bytes],
        length: int,
        headers: dict[str, str],
        params: dict[str, str] | None = None,
    ) -> bytes:
        if self._http is None:
            raise RuntimeError("CaseBackend is used outside its context")
        headers = headers | {"Content-Type": "application/octet-stream", "Content-Length": str(length)}
        try:
            async with self._http.post(
                self._base + path,
                data=pieces,
                params=params,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=FILE_SECONDS),
            ) as response:
                payload = await response.read()
                if response.status < 400:
                    return payload
                if response.content_type == "application/problem+json":
                    raise Refused(response.status, await response.json(content_type=None))
                raise BackendUnavailable(f"POST {path}: {response.status}", status=response.status)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise BackendUnavailable(f"POST {path}: {type(error).__name__}") from error

    async def open_conversation(self, command: OpenConversation) -> ConversationView:
        return await self._ask(ConversationView, "/conversations", command)

    async def conversation(self, conversation: UUID, *, after: int = 0) -> ConversationView:
        payload = await self._call("GET", f"/conversations/{conversation}", params={"after": str(after)})
        return ConversationView.model_validate_json(payload or b"null")

    async def claim_turn(self, claim: ClaimTurn) -> Turn | None:
        payload = await self._call("POST", "/turns/claim", claim, extra=claim.wait_seconds)
        return None if payload is None else Turn.model_validate_json(payload)

    async def take_over_turn(self, turn: UUID, command: TakeOverTurn) -> Turn:
        return await self._ask(Turn, f"/turns/{turn}/takeover", command)

    async def finish_turn(self, turn: UUID, command: TurnDone) -> TurnResult:
        return await self._ask(TurnResult, f"/turns/{turn}/done", command)

    async def fail_turn(self, turn: UUID, command: TurnFailed) -> None:
        await self._call("POST", f"/turns/{turn}/failed", command)

    async def claim_deliveries(self, claim: ClaimDelivery) -> list[DeliveryView]:
        payload = await self._call("POST", "/deliveries/claim", claim, extra=claim.wait_seconds)
        return [] if payload is None else TypeAdapter(list[DeliveryView]).validate_json(payload)

    async def finish_delivery(self, delivery: UUID, command: DeliveryDone) -> None:
        await self._call("POST", f"/deliveries/{delivery}/done", command)

    async def submit_transcript(self, transcript: Transcript) -> DraftView:
        return await self._ask(DraftView, "/transcripts", transcript)

    async def beat(self, heartbeat: Heartbeat) -> None:
        await self._call("POST", "/heartbeats", heartbeat)

    # the dialogue; `key` is turn_id:action:ordinal
    async def draft(self, conversation: UUID) -> DraftView | None:
        payload = await self._call("GET", f"/conversations/{conversation}/draft")
        return None if payload is None else DraftView.model_validate_json(payload)

    async def absorb(
        self,
        conversation: UUID,
        message: UUID,
        *,
        key: str,
        matter: Literal["complaint", "suggestion", "praise"] = "complaint",
        meant: Literal["step_back", "refuse", "answer"] | None = None,
    ) -> Absorbed:
        path = f"/conversations/{conversation}/draft/absorb"
        return await self._ask(Absorbed, path, AbsorbMessage(message_id=message, matter=matter, meant=meant), key=key)

    async def standing(self, conversation: UUID, message: UUID) -> Standing:
        return await self._ask(Standing, f"/conversations/{conversation}/standing", ForMessage(message_id=message))

    async def file_draft(self, conversation: UUID, message: UUID, *, key: str) -> CaseReceipt:
        path = f"/conversations/{conversation}/draft/file"
        return await self._ask(CaseReceipt, path, ForMessage(message_id=message), key=key)

    async def cancel_draft(self, conversation: UUID, message: UUID, *, key: str) -> None:
        path = f"/conversations/{conversation}/draft/cancel"
        await self._call("POST", path, ForMessage(message_id=message), key=key)

    async def progress(self, conversation: UUID, message: UUID, *, key: str) -> Progress:
        return await self._ask(
            Progress, f"/conversations/{conversation}/progress", ForMessage(message_id=message), key=key
        )

    async def urge(self, conversation: UUID, message: UUID, *, key: str) -> UrgeOutcome:
        return await self._ask(
            UrgeOutcome, f"/conversations/{conversation}/urge", ForMessage(message_id=message), key=key
        )

    async def withdraw(self, conversation: UUID, message: UUID, *, key: str) -> WithdrawOutcome:
        """Asks first: `confirm` the first time, `withdrawn` or `kept` when the open question was the confirmation."""
        return await self._ask(
            WithdrawOutcome, f"/conversations/{conversation}/withdraw", ForMessage(message_id=message), key=key
        )

    async def supplement(self, conversation: UUID, message: UUID, *, key: str) -> SupplementOutcome:
        path = f"/conversations/{conversation}/supplement"
        return await self._ask(SupplementOutcome, path, ForMessage(message_id=message), key=key)

    async def second_complaint(self, conversation: UUID, message: UUID, *, key: str) -> SecondOutcome:
        path = f"/conversations/{conversation}/second"
        return await self._ask(SecondOutcome, path, ForMessage(message_id=message), key=key)

    async def likeness(self, conversation: UUID, message: UUID, *, key: str) -> Likeness:
        path = f"/conversations/{conversation}/likeness"
        return await self._ask(Likeness, path, ForMessage(message_id=message), key=key)

    async def choose_likeness(self, conversation: UUID, message: UUID, *, key: str) -> LikenessChoice:
        path = f"/conversations/{conversation}/likeness/choice"
        return await self._ask(LikenessChoice, path, ForMessage(message_id=message), key=key)

    async def begin_identity(self, conversation: UUID, command: BeginIdentity, *, key: str) -> IdentityStep:
        return await self._ask(IdentityStep, f"/conversations/{conversation}/identity", command, key=key)

    async def answer_identity(self, conversation: UUID, message: UUID, *, key: str) -> IdentityStep:
        path = f"/conversations/{conversation}/identity/answer"
        return await self._ask(IdentityStep, path, ForMessage(message_id=message), key=key)

    async def confirm_identity(self, conversation: UUID, message: UUID) -> IdentityStep:
        """After `check`: core banking is asked. The same message is answered the same."""
        path = f"/conversations/{conversation}/identity/confirm"
        return await self._ask(IdentityStep, path, ForMessage(message_id=message), extra=CORE_SECONDS)

    async def details(self, conversation: UUID, message: UUID, *, key: str) -> OwnDetails:
        path = f"/conversations/{conversation}/details"
        return await self._ask(OwnDetails, path, ForMessage(message_id=message), key=key)

    async def change_contact(self, conversation: UUID, message: UUID, *, key: str) -> ContactOutcome:
        path = f"/conversations/{conversation}/contact"
        return await self._ask(ContactOutcome, path, ForMessage(message_id=message), key=key)

    async def pickup_code(self, conversation: UUID, message: UUID, number: str) -> PickupView:
        """The pick-up code of an own case; the same message is told the same one."""
        command = AskPickup(message_id=message, number=number)
        return await self._ask(PickupView, f"/conversations/{conversation}/pickup-code", command)

    # the progress page

    async def begin_visit(self, pickup_code: str) -> VisitBegun:
        return await self._ask(VisitBegun, "/visits/", BeginVisit(pickup_code=pickup_code))

    async def answer_visit(self, visit: UUID, code: str) -> VisitStep:
        return await self._ask(VisitStep, f"/visits/{visit}/code", AnswerVisit(code=code))

    async def visit(self, visit: UUID) -> VisitView:
        payload = await self._call("GET", f"/visits/{visit}")
        return VisitView.model_validate_json(payload or b"null")

    async def confirm_visit(self, visit: UUID, command: ConfirmVisit) -> ConfirmStep:
        """Waits for core banking, too."""
        return await self._ask(ConfirmStep, f"/visits/{visit}/confirm", command, extra=CORE_SECONDS)

    async def act_in_visit(
        self, visit: UUID, what: Literal["urge", "supplement", "withdraw"], text: str | None, *, key: str
    ) -> VisitDone:
        body = AddToVisit(text=text) if text is not None else None
        payload = await self._call("POST", f"/visits/{visit}/{what}", body, key=key)
        return VisitDone.model_validate_json(payload or b"null")

    async def end_visit(self, visit: UUID) -> None:
        await self._call("POST", f"/visits/{visit}/end")

    async def hand_off(self, conversation: UUID, command: HandoffRequest, *, key: str) -> HandoffView:
        return await self._ask(HandoffView, f"/conversations/{conversation}/handoff", command, key=key)

    async def callback(self, conversation: UUID, message: UUID, *, key: str) -> CallbackOutcome:
        return await self._ask(
            CallbackOutcome, f"/conversations/{conversation}/callback", ForMessage(message_id=message), key=key
        )

    async def answer_survey(self, conversation: UUID, message: UUID, *, key: str) -> SurveyOutcome:
        return await self._ask(
            SurveyOutcome, f"/conversations/{conversation}/survey", ForMessage(message_id=message), key=key
        )

    async def answer_question(self, conversation: UUID, message: UUID) -> Answer | None:
        payload = await self._call("POST", f"/conversations/{conversation}/answer", ForMessage(message_id=message))
        return None if payload is None else Answer.model_validate_json(payload)
