"""A few invented matters for the demo: complaints as customers file them, through the inbox and the bot, and two that
colleagues take down at the console. Run again it files nothing twice."""

import asyncio
import json
import os
import re
import sys
from datetime import UTC, datetime
from uuid import NAMESPACE_OID, UUID, uuid5

import aiohttp

from casebackend.api.client import CaseBackend
from casebackend.api.conversations import Inbound
from casebackend.conversations.rules import Channel
from casebackend.drafts.rules import Field
from ops.demo import ROOT

CALL = ROOT / "docs" / "examples" / "call.vcon.json"
PATIENCE_SECONDS = 20
STORIES: list[dict[str, str]] = [
    {
        "story": "你们海淀支行的自助机上周三吞了我的卡，我等了一个多小时没人管，耽误我给孩子交学费",
        Field.DEMAND: "希望道歉，并说明以后怎么避免",
        Field.NAME: "我叫周雨桐",
        Field.PHONE: "13900002211",
    },
    {
        "story": "我11月10号提前还了房贷，工作人员说没有违约金，结果扣了我1800块",
        Field.DEMAND: "要求退还这笔违约金",
        Field.UNIT: "朝阳支行",
        Field.NAME: "何建国",
        Field.PHONE: "13900003322",
    },
    {
        "story": "手机银行连着三天登录不上，客服电话一直占线，转账也误了",
        Field.DEMAND: "尽快修好，给我一个说法",
        Field.UNIT: "不清楚是哪家",
        Field.AMOUNT: "不涉及金额",
        Field.OCCURRED_ON: "三天前",
        Field.NAME: "姓名林晓",
        Field.PHONE: "13900004433",
    },
]


TAKEN_DOWN: list[dict[str, str]] = [
    {
        "matter_type": "complaint",
        "complainant_name": "沈若兰",
        "complainant_phone": "13900005544",
        "facts": "客户到网点反映，理财到期后资金晚到账两天，问了两次大堂经理都没有说清原因",
        "demand": "说明晚到账的原因，并补偿两天的收益",
        "amount": "36.50",
    },
    {
        "matter_type": "suggestion",
        "complainant_name": "马振东",
        "complainant_phone": "13900006655",
        "facts": "客户建议网点门口增设轮椅坡道，并加大叫号机上的字体",
        "demand": "希望采纳",
    },
]
COUNTER = {"act": "submit", "source": "direct", "channel": "counter", "capacity": "self", "unit": "北京朝阳支行"}


class Filing:
    """One customer's way from the first sentence to the number."""

    def __init__(self, backend: CaseBackend, number: int) -> None:
        self._backend, self._number, self._said = backend, number, 0

    async def say(self, text: str) -> tuple[UUID, bool]:
        self._said += 1
        message = Inbound(
            channel=Channel.WEBCHAT,
            sender=f"sample-{self._number}",
            external_id=f"sample-{self._number}-{self._said}",
            text=text,
            received_at=datetime.now(UTC),
        )
        receipt = await self._backend.receive(message)
        if not receipt.duplicate:
            await self._answered(receipt.conversation_id, receipt.seq)
        return receipt.conversation_id, receipt.duplicate

    async def _answered(self, conversation: UUID, seq: int) -> None:
        for _ in range(PATIENCE_SECONDS * 5):
            if (await self._backend.conversation(conversation, after=seq)).messages:
                return
            await asyncio.sleep(0.2)
        raise TimeoutError("the bot did not answer")

    async def file(self, story: dict[str, str]) -> None:
        conversation, known = await self.say(story["story"])
        if known:
            return
        for _ in range(len(Field) + 2):
            draft = await self._backend.draft(conversation)
            if draft is None:
                return
            await self.say("确认提交" if draft.next is None else story.get(draft.next, "不提供"))


async def taken_down(login: str, password: str) -> None:
    """By a colleague of an outlet, with the console's own form; the same form twice is one matter."""
    base = os.environ["TINGSU_BACKEND_URL"]
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(base, cookie_jar=jar, headers={"Origin": base}, raise_for_status=True) as http:
        async with http.post("/login", data={"login": login, "password": password}) as answer:
            token = re.search(r'data-csrf="([^"]+)"', await answer.text())
        if token is None:
            raise RuntimeError(f"{login} cannot log in")
        headers = {"X-CSRF-Token": token.group(1)}
        for matter in TAKEN_DOWN:
            form = COUNTER | matter | {"form_id": str(uuid5(NAMESPACE_OID, matter["complainant_phone"]))}
            async with http.post("/register", data=form, headers=headers):
                pass


async def call() -> None:
    """A recorded call, through the door that calls come in by."""
    url = f"http://127.0.0.1:{os.environ.get('TINGSU_CHANNELS_PORT', '8080')}/ivr/transcripts"
    headers = {"Authorization": f"Bearer {os.environ['TINGSU_IVR_TOKEN']}", "Content-Type": "application/vcon"}
    async with aiohttp.ClientSession() as http, http.post(url, data=CALL.read_bytes(), headers=headers) as answer:
        answer.raise_for_status()


async def main() -> None:
    backend = CaseBackend(os.environ["TINGSU_BACKEND_URL"], os.environ["TINGSU_TOKEN_CHANNELS"], deadline=5)
    async with backend:
        for number, story in enumerate(STORIES, 1):
            await Filing(backend, number).file(story)
    await call()
    await taken_down("outlet", json.loads(os.environ["TINGSU_SAMPLE_LOGINS"])["outlet"])


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
