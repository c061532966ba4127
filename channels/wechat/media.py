"""Fetches what customers sent by WeChat, before the platform deletes it; what is owed stands in the case backend."""

import asyncio
from collections.abc import AsyncIterator

import structlog

from casebackend.api.client import BackendUnavailable, CaseBackend, Refused
from channels.envelope import Channel
from channels.wechat.api import NoMedia, WechatApi

PAUSE_SECONDS = 2.0
NAMES = {"image": "微信图片", "voice": "微信语音", "video": "微信视频", "file": "微信文件"}
log = structlog.get_logger()


class MediaFetcher:
    def __init__(self, backend: CaseBackend, api: WechatApi) -> None:
        self._backend = backend
        self._api = api

    async def work(self) -> None:
        while True:
            if not await self.once():
                await asyncio.sleep(PAUSE_SECONDS)

    async def once(self) -> bool:
        """Whether there was one to fetch."""
        try:
            duty = await self._backend.claim_media(Channel.WECHAT)
            if duty is None:
                return False
            try:
                _, content = await self._api.media(duty.reference)
                name = NAMES.get(duty.kind, "微信文件")
                await self._backend.media_fetched(duty.id, name, _once(content), length=len(content))
            except NoMedia as error:
                log.warning("wechat.no_media", error=str(error))
                await self._backend.media_failed(duty.id, str(error)[:80], for_good=False)
            except Refused as refusal:
                log.warning("wechat.media_refused", status=refusal.status, slug=refusal.slug)
                final = refusal.status in (413, 422)
                await self._backend.media_failed(duty.id, refusal.slug[:80] or "refused", for_good=final)
        except (BackendUnavailable, Refused) as error:
            log.warning("wechat.media_later", error=type(error).__name__)
            return False
        return True


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
