"""Rasa's own Sanic server with only our channel, ready after its first answer."""

import argparse
import asyncio
import os
import time
from pathlib import Path
from typing import Any, Dict, List, Optional

from rasa.core.agent import load_agent
from rasa.core.channels.channel import UserMessage
from rasa.core.run import configure_app, create_http_input_channels
from rasa.core.utils import AvailableEndpoints
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot import logs, turns
from bot.heartbeat import beat
from bot.logs import log
from bot.straight import KeptOpen

ROOT = Path(__file__).resolve().parent.parent
RESPONSE_SECONDS = 9  # a little more than a turn may take, so that the gateway answers first
PURGE_SECONDS = 600


async def warm_up(agent: Any) -> None:
    """The first parse and prediction cost seconds; they are paid here, on a tracker that nobody keeps."""
    processor = agent.processor
    message = UserMessage("我要投诉", sender_id="warm-up", metadata={"asked": None, "turn_id": "warm-up"})
    tracker = DialogueStateTracker(message.sender_id, processor.domain.slots)
    parsed = await processor.parse_message(message, tracker)
    said = UserUttered(message.text, parsed["intent"], parsed["entities"], parsed, metadata=message.metadata)
    tracker.update_with_events([ActionExecuted("action_listen"), said], processor.domain)
    processor._predict_next_with_tracker(tracker)


async def _purge_for_ever(agent: Any) -> None:
    while True:
        removed = await agent.tracker_store.purge()
        if removed:
            log.info("tracker.purged", extra={"removed": removed})
        await asyncio.sleep(PURGE_SECONDS)


def create_app(model: str, endpoints_file: str, credentials_file: str) -> Sanic:
    turns.install()
    channels = create_http_input_channels(None, credentials_file)
    app = configure_app(channels, cors=None, enable_api=False, use_uvloop=True)
    app.config.RESPONSE_TIMEOUT = RESPONSE_SECONDS
    app.config.REQUEST_MAX_SIZE = 1024 * 1024
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.config.ACCESS_LOG = False
    app.ctx.why_not: Optional[str] = "starting"
    tasks: List[asyncio.Task] = []

    async def start(app: Sanic, _: Any) -> None:
        tasks.append(asyncio.ensure_future(beat(lambda: app.ctx.why_not)))
        began = time.monotonic()
        endpoints = AvailableEndpoints.read_endpoints(endpoints_file)
        app.ctx.actions = endpoints.action = KeptOpen.of(endpoints.action)
        app.ctx.agent = await load_agent(model_path=model, endpoints=endpoints)
        if not app.ctx.agent or not app.ctx.agent.is_ready():
            raise SystemExit("no model could be loaded")
        await warm_up(app.ctx.agent)
        app.ctx.why_not = None
        tasks.append(asyncio.ensure_future(_purge_for_ever(app.ctx.agent)))
        log.info("bot.ready", extra={"model": Path(model).name, "seconds": f"{time.monotonic() - began:.1f}"})

    async def stop(_: Sanic, __: Any) -> None:
        for task in tasks:
            task.cancel()
        await app.ctx.actions.close()

    app.register_listener(start, "before_server_start")
    app.register_listener(stop, "before_server_stop")

    @app.get("/health/live")
    async def live(_: Request) -> HTTPResponse:
        return json({"live": True})

    @app.get("/health/ready")
    async def ready(request: Request) -> HTTPResponse:
        why: Optional[str] = request.app.ctx.why_not
        body: Dict[str, Any] = {"ready": why is None, "why": why}
        return json(body, status=200 if why is None else 503)

    return app


def main() -> None:
    parser = argparse.ArgumentParser(prog="bot/serve.py")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--port", type=int, default=5005)
    parser.add_argument("--var", type=Path, default=ROOT / "var")
    arguments = parser.parse_args()
    logs.configure()
    if not arguments.model.is_file():
        raise SystemExit(f"no model at {arguments.model}; run: python bot/train.py")
    arguments.var.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("TINGSU_ACTIONS_URL", "http://127.0.0.1:5055")
    os.environ.setdefault("TINGSU_RASA_DB", f"sqlite:///{(arguments.var / 'rasa.db').resolve()}")
    app = create_app(str(arguments.model), str(ROOT / "endpoints.yml"), str(ROOT / "bot" / "credentials.yml"))
    app.run(host="127.0.0.1", port=arguments.port, workers=1, access_log=False, motd=False)
