"""A name that is put right: what is right stands beside what is wrong, or alone. Standard library only."""

import re
from collections.abc import Sequence

from casebackend.customers import names
from casebackend.customers.name_words import COMPOUND, NOT_NAMES

# "我姓笪不姓达", "我叫逄小雨，不是庞小雨", "我不姓达，姓笪": what is right stands beside what is wrong.
_SAID = (
    r"(?:^|(?<=[，,。；;！!\s]))(?:嗯|哦|等等|等一下|不对|对了|那个)?[，,\s]*(?:[我俺咱]的?)?"
    r"(?:本人|名字|姓名)?(?:应该|其实)?"
)
_NAME = r"[一-鿿㐀-䶿]"
_ENDS = r"(?:的|了|啊|哦|呀){0,2}(?=[，,。；;！!\s]|$)"
RENAMED = (
    re.compile(
        rf"{_SAID}(?P<how>叫|姓|是)(?:做|作)?(?P<right>{_NAME}{{1,4}}?)[的，,、\s]{{0,2}}(?:而|可)?不(?:是|叫|姓)(?:那个|叫|姓)?"
        rf"(?P<wrong>{_NAME}{{1,4}}?){_ENDS}"
    ),
    re.compile(
        rf"{_SAID}不(?:是[叫姓]|是|叫|姓)(?P<wrong>{_NAME}{{1,4}}?)[，,、\s]{{0,2}}(?:而|应该)?(?:[我俺咱]|本人)?"
        rf"(?P<how>叫|姓|是姓|是叫|是)(?P<right>{_NAME}{{1,4}}?){_ENDS}"
    ),
    re.compile(
        rf"(?:名字|姓名|姓氏?)(?:[写打记填弄搞输听]|登记)?错了?[，,。\s]{{0,2}}(?:我|应该|其实)?是?(?P<how>姓)(?P<right>{_NAME}{{1,2}}?){_ENDS}"
    ),
)


# The whole message: 我姓笪, 不对我姓笪.
SURNAME_ALONE = re.compile(
    rf"(?:嗯|哦|喂|哎|等等|等一下|不对|错了|写错了|对了|那个|是)*[，,。！!\s]*(?:[我俺咱]|本人|免贵)是?姓(?P<right>{_NAME}{{1,2}}?)"
    r"(?:的|啊|哦|呀|哈|呢)*(?:[，,\s]*(?:改一下|写错了|弄错了|打错了|听错了|记错了|谢谢))?[。！!~～\s]*"
)
# The whole message, where a name almost the same was told before: 打错了，是周建国.
TOLD_WRONG = re.compile(
    rf"(?:哎|哦|等等|等一下|不对|不好意思|抱歉|我|名字|刚才|刚刚){{0,3}}[，,\s]*[打写填说弄搞记输]错(?:字|一个字)?了?[，,。\s]*"
    rf"(?:我|名字)?(?:应该|其实)?(?:是|叫)?(?P<right>{_NAME}{{2,4}}?)(?:的|啊|哦|呀)?[。！!~～\s]*"
)
WEEKDAY = re.compile(r"周[一二三四五六日天末几]")
NO_SURNAME = frozenset("什啥名氏甚不谁哪么")


def _surname_alone(text: str, known: Sequence[str]) -> tuple[int, int, str] | None:
    """With the given name of the last name that is known, which it is where that has this surname already."""
    match, whole = SURNAME_ALONE.fullmatch(text), next((name for name in reversed(known) if len(name) > 1), None)
    if match is None or whole is None or NO_SURNAME.intersection(match["right"]):
        return None
    right = match["right"]
    if len(right) > 1 and right not in COMPOUND:
        return None
    return *match.span("right"), whole[names.surname_length(whole) or 1 :]


def _almost_the_same(text: str, known: Sequence[str]) -> tuple[int, int, str] | None:
    match = TOLD_WRONG.fullmatch(text)
    right = match["right"] if match else ""
    if match is None or right in NOT_NAMES or names.NO_NAME.search(right) or WEEKDAY.match(right):
        return None
    near = any(len(name) == len(right) and _apart(name, right) == 1 for name in known)
    return (*match.span("right"), "") if near else None


def _apart(one: str, other: str) -> int:
    return sum(mine != theirs for mine, theirs in zip(one, other, strict=True))


def renamed(text: str, known: Sequence[str] = ()) -> tuple[int, int, str] | None:
    """Where the right name stands that is said beside a wrong one, and what belongs to it besides: of who puts only the
    surname right, the given name among those that are `known` stays."""
    match = next((found for pattern in RENAMED if (found := pattern.search(text))), None) if len(text) <= 40 else None
    if match is None:
        return _surname_alone(text, known) or _almost_the_same(text, known)
    right, wrong = match["right"], match.groupdict().get("wrong", "")
    if match["how"].endswith("姓"):
        if len(right) > 1 and right not in COMPOUND:
            return None
        full = [name for name in known if len(name) > max(1, len(wrong))]
        meant = [name for name in full if name.startswith(wrong)] or (full if len(full) == 1 else [""])
        whole = meant[-1]
        return *match.span("right"), whole[len(wrong) or names.surname_length(whole) or 1 :]
    if len(right) < 2 or right in NOT_NAMES or names.NO_NAME.search(right):
        return None
    sure = match["how"].endswith("叫") or wrong in known or "名" in match.group()
    return (*match.span("right"), "") if sure else None
