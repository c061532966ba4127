import asyncio
import os
import socket
from typing import Callable, Optional

import aiohttp

from bot.logs import log

EVERY_SECONDS = 5


async def beat(ready: Callable[[], Optional[str]]) -> None:
    """Tells the backend for ever how we are; `ready` returns why not, or None. A backend that is away hurts nothing."""
    base, token = os.environ.get("TINGSU_BACKEND_URL"), os.environ.get("TINGSU_TOKEN_BOT")
    if not base or not token:
        log.warning("heartbeat.off")
        return
    headers = {"Authorization": f"Bearer {token}"}
    instance = f"{socket.gethostname()}:{os.getpid()}"[:80]
    timeout = aiohttp.ClientTimeout(total=2)
    async with aiohttp.ClientSession(headers=headers, timeout=timeout) as http:
        while True:
            why = ready()
            body = {"program": "bot", "instance": instance, "ready": why is None, "why": why}
            try:
                async with http.post(f"{base.rstrip('/')}/api/v1/heartbeats", json=body):
                    pass
            except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
                log.debug("heartbeat.missed")
            await asyncio.sleep(EVERY_SECONDS)
