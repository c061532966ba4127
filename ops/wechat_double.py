"""The WeChat platform, as our channel sees it: for the demo, for tests, and for people without an official account.

    python -m ops.wechat_double            listens on 127.0.0.1:8090, open http://127.0.0.1:8090/ to chat

The platform's own routes: POST /cgi-bin/stable_token, POST /cgi-bin/message/custom/send, GET /cgi-bin/media/get.
Followers who speak to the channel without us (another client's callbacks) are not rationed: we have not heard them.
Ours, to steer it: POST /say {openid, text | fields}, GET /sent[?openid=], POST /media (a file), POST /expire,
POST /answer {codes: [...]} (what the next sends answer), POST /rules {quota, window}.
"""

import asyncio
import hashlib
import json
import secrets
import time
from collections import deque
from typing import Any
from xml.sax.saxutils import escape

import aiohttp
from aiohttp import web
from defusedxml.ElementTree import ParseError, fromstring
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

TRIES = 3
SECONDS_TO_ANSWER = 5.0
TOKEN_SECONDS = 7_200
ALLOWANCE = 5
WINDOW_SECONDS = 48 * 3_600
LONGEST_TEXT = 2_048
OUT_OF_SERVICE = "该公众号暂时无法提供服务，请稍后再试"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="TINGSU_", frozen=True, extra="ignore")

    wechat_token: SecretStr
    wechat_app_id: str
    wechat_app_secret: SecretStr
    wechat_account: str
    wechat_callback_url: str = "http://127.0.0.1:8080/wechat/callback"
    wechat_double_port: int = Field(default=8090)


class WechatDouble:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.quota = True
        self.window = True
        self.sent: list[dict[str, Any]] = []
        self.answers: deque[int | str] = deque()
        self._token, self._token_until = "", 0.0
        self._old_tokens: set[str] = set()
        self._spoke_at: dict[str, float] = {}
        self._allowance: dict[str, int] = {}
        self._media: dict[str, tuple[str, bytes]] = {}
        self._msg_id = int(time.time() * 1000) * 1000

    def app(self) -> web.Application:
        app = web.Application(client_max_size=12 * 1024 * 1024)
        app.add_routes(
            [
                web.post("/cgi-bin/stable_token", self.stable_token),
                web.post("/cgi-bin/message/custom/send", self.send),
                web.get("/cgi-bin/media/get", self.media_get),
                web.get("/", self.page),
                web.get("/sent", self.list_sent),
                web.post("/say", self.say),
                web.post("/media", self.media_put),
                web.post("/expire", self.expire),
                web.post("/answer", self.answer),
                web.post("/rules", self.rules),
            ]
        )
        return app

    # the platform

    async def stable_token(self, request: web.Request) -> web.Response:
        body = await request.json()
        if body.get("appid") != self.settings.wechat_app_id:
            return fault(40013, "invalid appid")
        if body.get("secret") != self.settings.wechat_app_secret.get_secret_value():
            return fault(40125, "invalid appsecret")
        if time.time() >= self._token_until:
            self._old_tokens.add(self._token)
            self._token, self._token_until = secrets.token_urlsafe(64), time.time() + TOKEN_SECONDS
        return web.json_response(
            {"access_token": self._token, "expires_in": max(int(self._token_until - time.time()), 300)}
        )

    async def send(self, request: web.Request) -> web.Response:
        if self.answers and (forced := self.answers.popleft()) != 0:
            if forced == "hang":
                await asyncio.sleep(60)
            return fault(int(forced), "forced")
        body = json.loads(await request.read())
        openid = str(body.get("touser", ""))
        refusal = self._token_fault(request.query.get("access_token", "")) or self._send_fault(openid, body)
        if refusal is not None:
            return refusal
        if openid in self._allowance:
            self._allowance[openid] -= 1
        self.sent.append({"number": len(self.sent) + 1, "at": time.time(), **body})
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    def _token_fault(self, token: str) -> web.Response | None:
        if token == self._token and time.time() < self._token_until:
            return None
        if token in self._old_tokens or token == self._token:
            return fault(42001, "access_token expired")
        return fault(40001, "invalid credential, access_token is invalid or not latest")

    def _send_fault(self, openid: str, body: dict[str, Any]) -> web.Response | None:
        if not openid:
            return fault(40003, "invalid openid")
        if body.get("msgtype") != "text" or not str(body.get("text", {}).get("content", "")):
            return fault(40008, "invalid message type")
        if len(str(body["text"]["content"]).encode()) > LONGEST_TEXT:
            return fault(45002, "content size out of limit")
        if self.window and time.time() - self._spoke_at.get(openid, time.time()) > WINDOW_SECONDS:
            return fault(45015, "response out of time limit or subscription is canceled")
        if self.quota and self._allowance.get(openid, 1) <= 0:
            return fault(45047, "out of response count limit")
        return None

    async def media_get(self, request: web.Request) -> web.Response:
        refusal = self._token_fault(request.query.get("access_token", ""))
        media = self._media.get(request.query.get("media_id", ""))
        if refusal is not None or media is None:
            return refusal or fault(40007, "invalid media_id")
        return web.Response(body=media[1], content_type=media[0])

    async def call_back(self, openid: str, fields: dict[str, str]) -> dict[str, Any]:
        """As the platform does it: five seconds, three tries in total, the same message each time."""
        created = str(int(time.time()))
        content = {"ToUserName": self.settings.wechat_account, "FromUserName": openid, "CreateTime": created, **fields}
        if fields["MsgType"] != "event":
            self._msg_id += 1
            content.setdefault("MsgId", str(self._msg_id))
        self._spoke_at[openid], self._allowance[openid] = time.time(), ALLOWANCE
        body = "<xml>" + "".join(f"<{name}>{escape(value)}</{name}>" for name, value in content.items()) + "</xml>"
        result: dict[str, Any] = {"msg_id": content.get("MsgId"), "passive": OUT_OF_SERVICE}
        async with aiohttp.ClientSession() as http:
            for attempt in range(1, TRIES + 1):
                result["tries"] = attempt
                try:
                    answer = await self._post(http, body)
                except (aiohttp.ClientError, TimeoutError, OSError):
                    continue
                return result | {"passive": understood(answer)}
        return result

    async def _post(self, http: aiohttp.ClientSession, body: str) -> str:
        timestamp, nonce = str(int(time.time())), str(secrets.randbelow(10**10))
        parts = sorted((self.settings.wechat_token.get_secret_value(), timestamp, nonce))
        signature = hashlib.sha1("".join(parts).encode(), usedforsecurity=False).hexdigest()
        async with http.post(
            self.settings.wechat_callback_url,
            params={"signature": signature, "timestamp": timestamp, "nonce": nonce},
            data=body.encode(),
            headers={"Content-Type": "text/xml"},
            timeout=aiohttp.ClientTimeout(total=SECONDS_TO_ANSWER),
        ) as answer:
            answer.raise_for_status()
            return await answer.text()

    # to steer it

    async def say(self, request: web.Request) -> web.Response:
        body = await request.json()
        fields = body.get("fields") or {"MsgType": "text", "Content": str(body.get("text", ""))}
        return web.json_response(await self.call_back(str(body["openid"]), fields))

    async def list_sent(self, request: web.Request) -> web.Response:
        openid = request.query.get("openid")
        return web.json_response([item for item in self.sent if openid in {None, item["touser"]}])

    async def media_put(self, request: web.Request) -> web.Response:
        media_id = secrets.token_urlsafe(32)
        self._media[media_id] = (request.content_type, await request.read())
        return web.json_response({"media_id": media_id})

    async def expire(self, _: web.Request) -> web.Response:
        self._token_until = 0.0
        return web.json_response({})

    async def answer(self, request: web.Request) -> web.Response:
        self.answers.extend((await request.json())["codes"])
        return web.json_response({})

    async def rules(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.quota, self.window = body.get("quota", self.quota), body.get("window", self.window)
        return web.json_response({"quota": self.quota, "window": self.window})

    async def page(self, _: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")


def fault(code: int, words: str) -> web.Response:
    return web.json_response({"errcode": code, "errmsg": words})


def understood(answer: str) -> str | None:
    """What the customer would see of a passive answer."""
    if answer.strip() in {"", "success"}:
        return None
    try:
        document = fromstring(answer)
    except ParseError:
        return OUT_OF_SERVICE
    return document.findtext("Content") if document.findtext("MsgType") == "text" else OUT_OF_SERVICE


PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>微信模拟器</title><style>
*{box-sizing:border-box}body{margin:0;height:100vh;background:#d9dadb;font:16px/1.6 "PingFang SC","Noto Sans CJK SC",
"Microsoft YaHei",sans-serif;color:#191919}
main{max-width:520px;height:100vh;margin:auto;background:#ededed;display:flex;flex-direction:column}
header{padding:12px;text-align:center;border-bottom:1px solid #d5d5d5;font-weight:600}
header small{display:block;font-weight:400;color:#5c5c5c}
#log{flex:1;overflow-y:auto;padding:14px;display:flex;flex-direction:column;gap:12px}
#log p{margin:0;max-width:80%;padding:9px 13px;border-radius:6px;background:#fff;white-space:pre-wrap;
overflow-wrap:anywhere;align-self:flex-start}
#log p.me{background:#95ec69;align-self:flex-end}
#log p.note{background:none;color:#5c5c5c;align-self:center;font-size:13px}
nav{display:flex;gap:8px;padding:8px 12px;border-top:1px solid #d5d5d5;flex-wrap:wrap}
form{display:flex;gap:8px;padding:8px 12px 14px}
input{flex:1;min-width:0;font:inherit;padding:9px;border:1px solid #8a8a8a;border-radius:6px}
button{font:inherit;padding:7px 14px;border:1px solid #b5b5b5;border-radius:6px;background:#fff;cursor:pointer}
form button{background:#06783d;border-color:#06783d;color:#fff}:focus-visible{outline:3px solid #0b57d0}
</style></head><body><main><header>投诉受理（微信模拟器）<small>用户 <span id="who"></span></small></header>
<div id="log" role="log" aria-label="对话"></div>
<nav><button data-event="subscribe">关注</button><button data-key="COMPLAIN">菜单：我要投诉</button>
<button data-key="PROGRESS">菜单：查进度</button><button data-key="PERSON">菜单：转人工</button>
<button id="other">换一个用户</button></nav>
<form><input aria-label="输入消息" autocomplete="off" autofocus><button>发送</button></form></main><script>
let openid = sessionStorage.openid || "", seen = 0;
const log = document.getElementById("log"), box = document.querySelector("input");
function fresh() { openid = sessionStorage.openid = "oDemo" + Math.random().toString(36).slice(2, 12); seen = 0; }
if (!openid) fresh();
document.getElementById("who").textContent = openid;
function show(text, kind) { const p = document.createElement("p"); p.textContent = text; p.className = kind || "";
  log.append(p); log.scrollTop = log.scrollHeight; }
async function call(body, shown) { show(shown, "me");
  const answer = await (await fetch("/say", {method: "POST", body: JSON.stringify({openid, ...body})})).json();
  if (answer.passive) show(answer.passive); }
async function look() { const all = await (await fetch("/sent?openid=" + openid)).json();
  for (const item of all.slice(seen)) show(item.text.content); seen = all.length; }
document.querySelector("form").onsubmit = (event) => { event.preventDefault(); const text = box.value.trim();
  if (text) { box.value = ""; call({text}, text); } };
document.querySelector("nav").onclick = ({target}) => { const {event, key} = target.dataset;
  if (event) call({fields: {MsgType: "event", Event: event, EventKey: ""}}, "（关注公众号）");
  if (key) call({fields: {MsgType: "event", Event: "CLICK", EventKey: key}}, "（" + target.textContent + "）");
  if (target.id === "other") { fresh(); location.reload(); } };
setInterval(look, 1000); look();
</script></body></html>
"""


def main() -> None:
    settings = Settings()  # type: ignore[call-arg]
    web.run_app(
        WechatDouble(settings).app(), host="127.0.0.1", port=settings.wechat_double_port, access_log=None, print=None
    )


if __name__ == "__main__":
    main()
