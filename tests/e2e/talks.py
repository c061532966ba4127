"""The ways customers talk, from the first sentence to the number."""

import re
from collections.abc import Awaitable, Callable

STORY = "你们朝阳支行昨天无缘无故扣了我200块年费，打电话也没人理"
NUMBER = re.compile(r"TS\d{14}")
MENU_LINE = re.compile(r"\d+[.、]|（回复|回复数字")

type Ask = Callable[[str], Awaitable[str]]


def number_in(text: str) -> str:
    found = NUMBER.search(text)
    if found is None:
        raise AssertionError(f"no number in: {text}")
    return found.group()


async def file_complaint(ask: Ask, *, name: str = "王小明", phone: str = "13800138000", story: str = STORY) -> str:
    """Answers what is asked, in whatever order, and says yes to the read-back. Gives the number."""
    heard = await ask(story)
    answers = {
        "希望我们": "把钱退给我，再道个歉",
        "怎么称呼": f"我叫{name}",
        "姓名": f"我叫{name}",
        "手机号": phone,
        "联系电话": phone,
        "证件": "不提供",
        "哪家": "朝阳支行",
        "机构": "朝阳支行",
        "日期": "昨天",
        "哪天": "昨天",
        "金额": "200元",
    }
    for _ in range(12):
        if "确认提交" in heard:
            return number_in(await ask("确认提交"))
        question = [line for line in heard.splitlines() if not MENU_LINE.match(line)][-1]
        answer = next((words for mark, words in answers.items() if mark in question), None)
        if answer is None:
            raise AssertionError(f"an unexpected question: {heard}")
        heard = await ask(answer)
    raise AssertionError("the bot does not come to an end")
