"""One page's conversation over its WebSocket."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime

import structlog
from sanic import Websocket

from casebackend.api.client import BackendUnavailable, CaseBackend, Refused
from casebackend.api.conversations import OpenConversation
from channels.envelope import Channel, Media, TurnState, clean, inbound
from channels.intake import Intake
from channels.webchat import frames
from channels.webchat.frames import Hello, Say, Sync
from channels.webchat.pace import Pace
from channels.webchat.sockets import Socket, WebchatLine

log = structlog.get_logger()
ANSWER_COMES = frozenset({TurnState.WAITING, TurnState.CLAIMED})


class Webchat:
    def __init__(self, backend: CaseBackend, intake: Intake, line: WebchatLine, notices: Mapping[str, str]) -> None:
        self._backend = backend
        self._intake = intake
        self._line = line
        self._notices = notices
        self.pace = Pace(time.monotonic)

    async def converse(self, wire: Websocket, session: str) -> None:
        socket: Socket | None = None
        try:
            async for raw in wire:
                match frames.read(raw):
                    case Hello(after=after) | Sync(after=after):
                        socket = await self._catch_up(wire, session, socket, after)
                    case Say() as said:
                        await self._hear(wire, session, said)
                    case None:
                        await wire.send(self._notice("not_a_frame"))
        finally:
            if socket is not None:
                self._line.closed(socket)

    async def _catch_up(self, wire: Websocket, session: str, socket: Socket | None, after: int) -> Socket | None:
        try:
            if socket is None or socket.behind:
                with self._line.arriving():
                    command = OpenConversation(channel=Channel.WEBCHAT, sender=session)
                    conversation = await self._backend.open_conversation(command)
                    socket = socket or Socket(wire, conversation.id, after)
                    self._line.opened(socket)
            await socket.bring_up_to_date(self._backend, after=after)
        except (BackendUnavailable, Refused) as error:
            log.warning("webchat.not_caught_up", error=type(error).__name__)
            await wire.send(self._notice("unreachable"))
        return socket

    async def _hear(self, wire: Websocket, session: str, said: Say) -> None:
        text = clean(said.text)
        if len(text) > frames.LONGEST_MESSAGE or not (text.strip() or said.media):
            why = "empty" if not text.strip() else "too_long"
            await wire.send(frames.refused(said.cid, self._notices[why]))
        elif seconds := self.pace.wait(session):
            await wire.send(frames.slow(said.cid, self._notices["slow"], seconds))
        else:
            await self._take(wire, session, said.cid, text, said.media)

    async def _take(self, wire: Websocket, session: str, cid: str, text: str, media: list[Media]) -> None:
        message = inbound(
            Channel.WEBCHAT,
            sender=session,
            external_id=f"{session}:{cid}",
            text=text,
            media=media,
            received_at=datetime.now(UTC),
        )
        try:
            receipt = await self._intake.take(message)
        except OSError as error:
            log.warning("webchat.not_taken", error=type(error).__name__)
            await wire.send(frames.slow(cid, self._notices["not_taken"], 5))
            return
        except Refused as refusal:
            log.warning("webchat.refused", status=refusal.status, slug=refusal.slug)
            await wire.send(frames.refused(cid, self._notices["refused"]))
            return
        if receipt == "kept":
            await wire.send(frames.kept(cid, self._notices["kept"]))
            return
        await wire.send(frames.ack(cid, receipt.seq, answering=receipt.state in ANSWER_COMES))

    def _notice(self, about: str) -> str:
        return frames.notice(about, self._notices[about])
