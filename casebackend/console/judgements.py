"""机器人判断: of each message of a talk what it was taken for, how surely, and what followed. Opened when asked for."""

from typing import Any
from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.hearing import left_out
from casebackend.console.rendering import console, is_partial, page
from casebackend.console.talks import visible
from casebackend.conversations import judgements
from casebackend.conversations.danger_rules import all_rules
from casebackend.database import reading
from casebackend.handoffs.rules import REASONS

bp = console("judgements")
PURPOSES = {
    "complaint": "投诉", "inform": "提供信息", "correct": "更正", "supplement": "补充", "second_complaint": "再次投诉",
    "suggestion": "建议", "praise": "表扬", "ask_rule": "咨询", "progress": "查询进度", "urge": "催办",
    "withdraw": "撤回", "handoff": "要求人工", "fraud": "资金安全", "abuse": "辱骂", "feedback": "评价",
    "affirm": "同意",
    "deny": "否定", "refuse": "不愿提供", "cancel": "取消填写", "step_back": "返回上一步", "repeat": "再说一遍",
    "greet": "问候", "thanks": "致谢", "goodbye": "告别", "menu": "问能办什么", "out_of_scope": "无关内容",
    "nlu_fallback": "没有听懂",
}  # fmt: skip
DECISIONS = {
    "action_intake": "登记投诉", "action_file": "提交登记", "action_change": "修改填写内容",
    "action_cancel": "取消填写",
    "action_resume": "回到原来的问题", "action_progress": "查询进度", "action_urge": "催办", "action_withdraw": "撤回",
    "action_hand_off": "转人工", "action_safety": "安全提示并转人工", "action_identity": "核实身份",
    "action_menu": "说明能办的事", "action_supplement": "补充材料", "action_second": "再次投诉",
    "action_opinion": "建议或表扬",
    "action_duplicate": "与已有投诉比对", "action_revisit": "回访", "action_answer": "解答规则",
}  # fmt: skip
SAYS = "回复固定用语"


def decision_of(name: str | None) -> str:
    if name is None:
        return "—"
    return DECISIONS.get(name, SAYS if name.startswith("utter_") else name)


@bp.get("/console/conversations/<conversation_id:uuid>/judgements")
@reading
async def show(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    await visible(session, request.ctx.principal, conversation_id)
    hidden = await left_out(session, request.ctx.principal, conversation_id)
    values: dict[str, Any] = {
        "rows": await judgements.of_conversation(session, conversation_id, left_out=hidden),
        "kinds": {rule.code: rule.kind for rule in await all_rules(session)} | {"intent:abuse": "机器人判为辱骂"},
        "purposes": PURPOSES,
        "decision_of": decision_of,
        "reasons": REASONS,
        "conversation_id": conversation_id,
    }
    return page(request, "_judgements.html" if is_partial(request) else "judgements.html", **values)
