"""What the running program consists of, how it is put together, and its background work."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

import aiohttp
import structlog

from casebackend.api.client import BackendUnavailable, CaseBackend, Refused
from casebackend.api.conversations import Heartbeat
from casebackend.logging import why_no_log
from channels.bot import RasaHttp
from channels.callers import Callers
from channels.conversation import TurnRunner
from channels.delivery import Deliverer, Line
from channels.envelope import Channel
from channels.intake import Intake
from channels.questionnaire import Questionnaire
from channels.settings import Settings
from channels.spool import Spool
from channels.webchat.chat import Webchat
from channels.webchat.session import Sessions
from channels.webchat.sockets import WebchatLine
from channels.wechat.api import WechatApi
from channels.wechat.desk import WechatDesk
from channels.wechat.line import WechatLine
from channels.wechat.media import MediaFetcher
from channels.wechat.routes import WechatCallback
from channels.wechat.token import AccessToken
from channels.words.book import Words

BEAT_SECONDS = 5
type Work = Callable[[], Coroutine[Any, Any, None]]
log = structlog.get_logger()


@dataclass
class Pulse:
    """Whether the last heartbeat was taken."""

    answers: bool = False


@dataclass
class Gateway:
    settings: Settings
    backend: CaseBackend
    spool: Spool
    intake: Intake
    runner: TurnRunner
    deliverer: Deliverer
    wechat_api: WechatApi
    wechat: WechatCallback
    webchat: Webchat
    sessions: Sessions
    instance: str
    pulse: Pulse

    @classmethod
    @asynccontextmanager
    async def opened(cls, settings: Settings) -> AsyncIterator[Self]:
        async with AsyncExitStack() as stack:
            backend = await stack.enter_async_context(
                CaseBackend(
                    settings.backend_url,
                    settings.token_channels.get_secret_value(),
                    deadline=settings.backend_seconds,
                )
            )
            http = await stack.enter_async_context(aiohttp.ClientSession())
            spool = stack.enter_context(Spool(settings.var_dir / "spool", settings.spool_key.get_secret_value()))
            gateway = cls._assembled(settings, backend, http, spool)
            tasks = [asyncio.create_task(tended(name, work)) for name, work in gateway._background()]
            try:
                yield gateway
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    @classmethod
    def _assembled(cls, settings: Settings, backend: CaseBackend, http: aiohttp.ClientSession, spool: Spool) -> Self:
        notices, instance = Words("notices"), f"{socket.gethostname()}-{os.getpid()}"[:80]
        pulse, callers = Pulse(), Callers()
        intake = Intake(backend, spool, live=lambda: pulse.answers)
        secret = settings.wechat_app_secret.get_secret_value()
        token = AccessToken(http, settings.wechat_api_url, settings.wechat_app_id, secret)
        api = WechatApi(http, settings.wechat_api_url, token)
        pages = WebchatLine(backend)
        lines: dict[Channel, Line] = {Channel.WECHAT: WechatLine(api, callers), Channel.WEBCHAT: pages}
        deliverer = Deliverer(backend, lines, worker=instance)
        engine = RasaHttp(http, settings.bot_url, settings.bot_secret.get_secret_value())
        questionnaire = Questionnaire(backend, Words("questionnaire"))
        return cls(
            settings=settings,
            backend=backend,
            spool=spool,
            intake=intake,
            runner=TurnRunner(backend, engine, questionnaire, deliverer, lines, worker=instance),
            deliverer=deliverer,
            wechat_api=api,
            wechat=WechatCallback(
                WechatDesk(backend, intake, callers, notices.notices),
                deliverer,
                token=settings.wechat_token.get_secret_value(),
                account=settings.wechat_account,
                menu=notices.menu,
            ),
            webchat=Webchat(backend, intake, pages, notices.notices),
            sessions=Sessions(settings.session_key.get_secret_value()),
            instance=instance,
            pulse=pulse,
        )

    def _background(self) -> list[tuple[str, Work]]:
        return [
            ("turns", self.runner.work),
            ("deliveries-wechat", lambda: self.deliverer.work(Channel.WECHAT)),
            ("deliveries-webchat", lambda: self.deliverer.work(Channel.WEBCHAT)),
            ("spool", self.intake.drain),
            ("media-wechat", MediaFetcher(self.backend, self.wechat_api).work),
            ("heartbeat", self._beat),
        ]

    def ailments(self) -> list[str]:
        """What does not work as it should; the door itself stays open."""
        found = [] if self.pulse.answers else ["backend-unreachable"]
        if self.runner.breaker.state != "closed":
            found.append("bot-breaker-open")
        if len(self.spool):
            found.append("spool-not-empty")
        if why_no_log():
            found.append("log-unwritable")
        return found

    async def _beat(self) -> None:
        while True:
            why = ",".join(ailment for ailment in self.ailments() if ailment != "backend-unreachable")
            beat = Heartbeat(program="channels", instance=self.instance, ready=True, why=why or None)
            try:
                await self.backend.beat(beat)
            except (BackendUnavailable, Refused) as error:
                self.pulse.answers = False
                log.warning("heartbeat.failed", error=type(error).__name__)
            else:
                self.pulse.answers = True
            await asyncio.sleep(BEAT_SECONDS)


async def tended(name: str, work: Work) -> None:
    """Runs for ever: what falls over by a fault of ours is logged and started again."""
    while True:
        task = asyncio.create_task(work())
        try:
            await asyncio.wait({task})
        finally:
            task.cancel()
        fault = None if task.cancelled() else task.exception()
        log.error("task.fell_over", task=name, error=type(fault).__name__)
        await asyncio.sleep(1)
