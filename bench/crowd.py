"""Customers without end: an open loop that says so many messages a second, whoever is slow.

Each second message comes from somebody who has just read an answer and thought about it; when nobody has anything to
say, somebody new begins. Dialogues end in filed cases; of some the answer and the survey are waited for.
"""

import asyncio
import random
import re
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import uuid4

import aiohttp
from aiohttp import web

from ops.wechat_double import Settings as DoubleSettings
from ops.wechat_double import WechatDouble
from tests.e2e.customers import Nothing, WebCustomer, WechatCustomer
from tests.e2e.talks import MENU_LINE, NUMBER

SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰霞平刚桂英"
STORIES = (
    "你们朝阳支行昨天无缘无故扣了我{amount}块年费，打电话也没人理",
    "我在朝阳支行买的理财到期了，少给我算了{amount}块利息",
    "朝阳支行的柜员昨天给我转账转错了账户，{amount}元到现在没追回来",
    "你们信用卡说好免年费的，昨天又收了我{amount}元，朝阳支行让我找客服",
    "昨天在朝阳支行取号排队两个小时没人理，耽误我还款多交了{amount}元违约金",
)
AFTERWARDS = ("我的投诉到哪一步了", "帮我催一下", "谢谢")
KEPT = "系统恢复后"
PATIENCE_SECONDS = 60.0
SURVEY_SECONDS = 900.0
CUSTOMERS_AT_MOST = 400


class Platform(WechatDouble):
    """The platform's double, in this process; what it would show a follower goes to that follower."""

    def __init__(self, settings: DoubleSettings) -> None:
        super().__init__(settings)
        self.followers: dict[str, asyncio.Queue[str]] = {}

    async def send(self, request: web.Request) -> web.Response:
        answer = await super().send(request)
        while self.sent:
            item = self.sent.pop()
            if item["touser"] in self.followers:
                self.followers[item["touser"]].put_nowait(item["text"]["content"])
        return answer


class Follower:
    """Of the WeChat account. Hears what comes back on the callback and what is sent later."""

    def __init__(self, base: str, platform: Platform, seen: Counter[str]) -> None:
        self._wire = WechatCustomer(base, f"o{uuid4().hex}")
        self._platform, self._seen = platform, seen
        self.inbox = platform.followers[self._wire.openid] = asyncio.Queue()
        self.taken: list[str] = []

    async def ask(self, text: str) -> str:
        xml = self._wire.message(text)
        passive = await self._wire.post(xml)
        self.taken.append(f"msg:{self._wire.openid}:" + xml.partition("<MsgId>")[2].partition("<")[0])
        if KEPT in passive:
            self._seen["kept until the backend is back"] += 1
        elif passive not in {"", "success"}:
            with suppress(asyncio.QueueEmpty):
                while True:
                    self._seen["heard twice"] += self.inbox.get_nowait() == passive
            return passive
        self._seen["answered later than the callback"] += 1
        return await self.hear(PATIENCE_SECONDS)

    async def hear(self, seconds: float, *words: str) -> str:
        try:
            async with asyncio.timeout(seconds):
                while True:
                    text = await self.inbox.get()
                    if all(word in text for word in words):
                        return text
        except TimeoutError:
            raise Nothing("nothing was sent") from None

    async def leave(self) -> None:
        del self._platform.followers[self._wire.openid]


class Visitor:
    """Of the chat page."""

    def __init__(self, base: str, seen: Counter[str]) -> None:
        self._page, self._seen = WebCustomer(base), seen
        self._here = False
        self.taken: list[str] = []

    async def ask(self, text: str) -> str:
        if not self._here:
            self._here = True
            await self._page.__aenter__()
            await self._page.hear("个人信息", seconds=PATIENCE_SECONDS)
        cid = uuid4().hex
        try:
            await self._page.say(text, cid=cid)
        except ConnectionResetError:
            self._seen["page connected again"] += 1
            await self._page.reload()
            await self._page.say(text, cid=cid)
        try:
            return await self._page.hear(seconds=PATIENCE_SECONDS)
        finally:
            if any(frame.get("cid") == cid and frame["type"] in {"ack", "kept"} for frame in self._page.acks):
                self.taken.append(cid)

    async def hear(self, seconds: float, *words: str) -> str:
        return await self._page.hear(*words, seconds=seconds)

    async def leave(self) -> None:
        if self._here:
            await self._page.__aexit__()


class Crowd:
    """`seen` counts what happened by kind; `filed` hands numbers to the desk. `seconds` of the last answers."""

    def __init__(self, base: str, platform: Platform, *, rate: float, web_share: float, handled_share: float) -> None:
        self._base, self._platform = base, platform
        self._rate, self._web_share, self._handled_share = rate, web_share, handled_share
        self._ready: deque[asyncio.Future[None]] = deque()
        self._people: set[asyncio.Task[None]] = set()
        self._dice = random.Random(10)
        self.seen: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.filed: asyncio.Queue[str] = asyncio.Queue()
        self.numbers: list[str] = []
        self._over = False
        self.taken: list[str] = []
        self.seconds: deque[float] = deque(maxlen=2_000)

    async def talk(self, until: float, stop: asyncio.Event) -> None:
        begun, ticks = time.monotonic(), 0
        while time.monotonic() < until and not stop.is_set():
            await asyncio.sleep(max(0.0, begun + ticks / self._rate - time.monotonic()))
            ticks += 1
            self._somebody_speaks()
        self.seen["ticks"] = ticks

    async def drain(self, seconds: float) -> None:
        """Who is waiting for an answer gets it; who only waits for a turn to speak goes home."""
        for _ in range(int(seconds)):
            if self.seen["asking"]:
                await asyncio.sleep(1)
        self._over = True
        for person in list(self._people):
            person.cancel()
        await asyncio.gather(*self._people, return_exceptions=True)

    def people(self) -> int:
        return len(self._people)

    def _somebody_speaks(self) -> None:
        while self._ready:
            turn = self._ready.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        if len(self._people) >= CUSTOMERS_AT_MOST:
            self.seen["not said: too many wait"] += 1
            return
        person = asyncio.create_task(self._person())
        self._people.add(person)
        person.add_done_callback(self._gone)

    def _gone(self, person: asyncio.Task[None]) -> None:
        self._people.discard(person)
        if not person.cancelled() and (error := person.exception()):
            self.errors[f"the bench itself: {error!r}"[:90]] += 1

    async def _person(self) -> None:
        by_web = self._dice.random() < self._web_share
        who = Visitor(self._base, self.seen) if by_web else Follower(self._base, self._platform, self.seen)
        self.seen["customers"] += 1
        first = True

        async def ask(text: str) -> str:
            nonlocal first
            if not first:
                await asyncio.sleep(self._dice.uniform(2, 12))
                turn = asyncio.get_running_loop().create_future()
                self._ready.append(turn)
                await turn
            first = False
            return await self._asked(who.ask, text)

        try:
            number = await self._complain(ask)
            if self._dice.random() < self._handled_share:
                self.filed.put_nowait(number)
                await self._answer_the_survey(who, ask)
        except (Nothing, aiohttp.ClientError, OSError, ValueError, TypeError) as error:
            if not self._over:
                self.errors[f"customer: {type(error).__name__}: {re.sub(r'[0-9]+', '#', str(error))[:80]}"] += 1
        finally:
            self.taken += who.taken
            await who.leave()

    async def _asked(self, ask: Callable[[str], Awaitable[str]], text: str) -> str:
        self.seen["said"] += 1
        self.seen["asking"] += 1
        begun = time.monotonic()
        try:
            heard = await ask(text)
        finally:
            self.seen["asking"] -= 1
        self.seen["heard"] += 1
        self.seconds.append(time.monotonic() - begun)
        return heard

    async def _complain(self, ask: Callable[[str], Awaitable[str]]) -> str:
        dice = self._dice
        name = dice.choice(SURNAMES) + "".join(dice.sample(GIVEN, 2))
        if dice.random() < 0.3:
            await ask("你好")
        answers = {
            "希望我们": "把钱退给我，再道个歉",
            "怎么称呼": f"我叫{name}",
            "姓名": f"我叫{name}",
            "手机号": f"139{dice.randrange(10**8):08d}",
            "联系电话": f"139{dice.randrange(10**8):08d}",
            "证件": "不提供",
            "哪家": "朝阳支行",
            "机构": "朝阳支行",
            "哪一天": "昨天",
            "日期": "昨天",
            "哪天": "昨天",
            "金额": "200元",
        }
        heard = await ask(dice.choice(STORIES).format(amount=dice.randrange(20, 5_000)))
        corrected = dice.random() > 0.2
        for _ in range(14):
            if "确认提交" in heard and not corrected:
                corrected = True
                heard = await ask(f"金额改成{dice.randrange(20, 5_000)}")
                continue
            if "确认提交" in heard:
                return await self._confirmed(ask)
            question = [line for line in heard.splitlines() if not MENU_LINE.match(line)][-1:] or [heard]
            answer = next((words for mark, words in answers.items() if mark in question[0]), None)
            if answer is None:
                raise Nothing("an unexpected question: " + question[0][:40])
            heard = await ask(answer)
        raise Nothing("the bot does not come to an end")

    async def _confirmed(self, ask: Callable[[str], Awaitable[str]]) -> str:
        heard = await ask("确认提交")
        found = NUMBER.search(heard)
        if found is None:
            raise Nothing("no number: " + heard[:40])
        self.numbers.append(found.group())
        self.seen["numbers heard"] += 1
        for words in AFTERWARDS:
            if self._dice.random() < 0.3:
                await ask(words)
        return found.group()

    async def _answer_the_survey(self, who: Follower | Visitor, ask: Callable[[str], Awaitable[str]]) -> None:
        await who.hear(SURVEY_SECONDS, "解决")
        self.seen["surveys"] += 1
        for words in ("1", "5", "没有"):
            await ask(words)
        self.seen["surveys answered"] += 1
