"""What a rule asks of a case, and how the bank may change it. Standard library only."""

from collections.abc import Collection, Mapping
from typing import Any

# In words, for whoever reads the rules.
LABELS = {
    "keywords": "文字中出现",
    "amount_from": "涉及金额不少于（元）",
    "group_from": "人数不少于",
    "age_from": "年龄不小于",
    "age_under": "年龄小于",
    "sources": "来源",
    "tiers": "客户层级",
    "dangers": "安全规则判为",
    "care": "客户自述需要照顾",
}
# What the program fixes: a rule of it can be ended, not changed.
FIXED = frozenset({"care"})
# What stands in a rule, and what it is called.
TIERS = {"ordinary": "普通", "gold": "贵宾", "private": "私人银行"}


def said(when: Mapping[str, Any], sources: Mapping[str, str]) -> dict[str, object]:
    """The condition by its words."""
    names = {"sources": sources, "tiers": TIERS}
    return {
        LABELS[name]: [names.get(name, {}).get(each, each) for each in value] if isinstance(value, list) else value
        for name, value in when.items()
    }


def condition_of(when: Mapping[str, Any]) -> str:
    """Each rule has one."""
    return next(name for name in LABELS if name in when)


def wrong(when: Mapping[str, Any], given: Mapping[str, Any], known: Mapping[str, Collection[str]]) -> str | None:
    """`given`: what stands there from now on; `known`: the words that a condition may name, where not any."""
    name = condition_of(when)
    other = given.keys() - {name}
    if other or (given and name in FIXED):
        return f"这条规则按“{LABELS[name]}”判断，条件的种类不能改；可以停用"
    unknown = [word for word in given.get(name, ()) if word not in known[name]] if name in known else []
    return f"没有“{'、'.join(unknown)}”，请从已有的选项中选择" if unknown else None
