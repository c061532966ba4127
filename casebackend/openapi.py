"""The published interface, generated from the live routes and one table of what goes in and comes out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema
from sanic import Blueprint, HTTPResponse, Request, Sanic, json

from casebackend.api import escalations, notices, supervision
from casebackend.api import assignments, assist, cases, conversations, drafts, evidence, handlings, parties, recusals, registration, reports, tasks
from casebackend.cases.conditions import CONDITIONS
from casebackend.cases.handlings import FIELDS as HANDLINGS

bp = Blueprint("openapi")
PARAMETER = re.compile(r"<(\w+):(\w+)>")
PROBLEM = {"$ref": "#/components/schemas/Problem"}


@dataclass(frozen=True, slots=True)
class Operation:
    summary: str
    request: type[BaseModel] | None = None
    response: type[BaseModel] | None = None
    many: bool = False
    status: int = 200
    query: tuple[str, ...] = ()
    other: Mapping[int, str] = field(default_factory=dict)


A, C, D = conversations, cases, drafts
S = supervision
T = conversations.ForMessage
SEEN, NONE = {200: "以前收到过"}, {204: "没有"}
OPERATIONS: dict[str, Operation] = {
    "tasks.ask": Operation("请其他单位或人员协办", tasks.AskTask, tasks.TaskView, status=201),
    "tasks.of_case": Operation("一件投诉的协办任务和会签", None, tasks.CaseTasks),
    "tasks.listing": Operation("待我协办、我已反馈、我发起的任务", None, tasks.TaskPage, query=("box", "cursor", "limit")),
    "tasks.task": Operation("一项协办任务", None, tasks.TaskView),
    "tasks.receive": Operation("接收协办任务", None, tasks.TaskView),
    "tasks.answer": Operation("反馈协办任务", tasks.AnswerTask, tasks.TaskView),
    "tasks.cancel": Operation("取消协办任务", tasks.CancelTask, tasks.TaskView),
    "recusals.of_case_recusals": Operation("回避情况", None, recusals.RecusalsView),
    "recusals.declare": Operation("本人申请回避", recusals.DeclareRecusal, recusals.RecusalsView, status=201),
    "recusals.waive": Operation("总行解除回避", recusals.GrantWaiver, recusals.RecusalsView, status=201),
    "evidence.of_case_evidence": Operation("证据清单", None, evidence.EvidenceList),
    "evidence.add": Operation("登记证据", evidence.AddEvidence, evidence.EvidenceView, status=201),
    "evidence.file": Operation("下载证据文件"),
    "assignments.candidates": Operation("可以承办的人员及理由", None, assignments.CandidatesView),
    "assignments.assign": Operation("分派承办人", assignments.Assign, assignments.CandidatesView),
    "conversations.receive": Operation("客户消息入库", A.Inbound, A.InboundReceipt, status=201, other=SEEN),
    "conversations.open_conversation": Operation("打开会话", A.OpenConversation, A.ConversationView),
    "conversations.conversation": Operation("会话和游标之后的消息", None, A.ConversationView, query=("after",)),
    "conversations.claim_turn": Operation("领取一轮对话", A.ClaimTurn, A.Turn, other=NONE),
    "conversations.take_over_turn": Operation("问卷接管一轮对话", A.TakeOverTurn, A.Turn),
    "conversations.finish_turn": Operation("一轮对话的答复", A.TurnDone, A.TurnResult),
    "conversations.fail_turn": Operation("一轮对话未成功", A.TurnFailed, status=204),
    "conversations.claim_deliveries": Operation(
        "领取待投递消息", A.ClaimDelivery, A.DeliveryView, many=True, other=NONE
    ),
    "conversations.finish_delivery": Operation("投递结果", A.DeliveryDone, status=204),
    "drafts.draft": Operation("填写中的投诉", None, D.DraftView, other=NONE),
    "drafts.absorb": Operation("把一条消息读进填写中的投诉", T, D.Absorbed),
    "drafts.cancel": Operation("取消填写", T, status=204),
    "drafts.submit_transcript": Operation("提交通话转写", D.Transcript, D.DraftView),
    "own_cases.file": Operation("确认并登记投诉", T, D.CaseReceipt, status=201),
    "own_cases.progress": Operation("客户查询进度", T, C.Progress),
    "own_cases.urge": Operation("客户催办", T, C.UrgeOutcome),
    "own_cases.withdraw": Operation("客户撤诉", T, C.WithdrawOutcome),
    "revisits.answer": Operation("客户回答回访", T, C.SurveyOutcome),
    "cases.listing": Operation("投诉列表", None, C.CasePage, query=("queue", *CONDITIONS, "cursor", "limit")),
    "handlings.handling_list": Operation(
        "办理查询：各件投诉的每一步", None, handlings.HandlingPage, query=(*HANDLINGS, "cursor", "limit")
    ),
    "reports.listing": Operation("固定报表", None, reports.ReportList),
    "reports.report": Operation(
        "一张报表；每个数字带查询条件", None, reports.Report, query=("from", "to", "by", *CONDITIONS)
    ),
    "cases.case": Operation("一件投诉", None, C.CaseView),
    "cases.timeline": Operation("流转记录", None, C.TimelineView),
    "cases.clocks": Operation("时限", None, C.ClocksView),
    "cases.move": Operation("办理一步", C.MoveCase, C.CaseView),
    "cases.classify": Operation("调整分类（签名的修改）", C.Classify, C.CaseView),
    "families.family": Operation("投诉家族：首次、催办、二次、核查、监管、合并、拆分、关联", None, families.FamilyView),
    "families.open_second": Operation("转为二次投诉", families.OpenSecond, families.Opened, status=201),
    "families.split": Operation("拆分投诉", families.Split, families.Opened, status=201),
    "families.links": Operation("关联", None, families.LinkView, many=True),
    "families.relate": Operation("建立关联", families.Link, families.LinkView, status=201),
    "families.unrelate": Operation("解除关联", status=204),
    "reviews.apply": Operation("申请核查", reviews.ApplyForReview, reviews.ReviewView, status=201),
    "reviews.of_case": Operation("一件投诉的核查", None, reviews.ReviewView, many=True),
    "reviews.listing": Operation("核查列表", None, reviews.ReviewPage, query=("state", "cursor")),
    "reviews.review": Operation("一件核查", None, reviews.ReviewView),
    "reviews.move": Operation("核查办理一步", reviews.MoveReview, reviews.ReviewView),
    "handoffs.hand_off": Operation("转人工", A.HandoffRequest, A.HandoffView),
    "handoffs.waiting": Operation("等待人工的会话"),
    "handoffs.take": Operation("接管会话", None, A.ConversationView),
    "handoffs.give_back": Operation("交还机器人", None, A.ConversationView),
    "heartbeats.beat": Operation("程序心跳", A.Heartbeat, status=204),
    "assist.suggestions": Operation("会话的知识建议", None, assist.Suggestions),
    "assist.for_case": Operation("投诉的知识建议", None, assist.Suggestions),
    "assist.inserted": Operation("建议已插入", status=204),
    "assist.answer": Operation("可直接回答客户的条目；没有合适的为 204", T, A.Answer, other=NONE),
    "assist.search": Operation("查询知识库", None, assist.Found, many=True, query=("q", "kind", "audience")),
    "escalations.urge": Operation("同事催办", escalations.UrgeCase, escalations.UrgeView, status=201),
    "escalations.urges": Operation("一件投诉的同事催办", None, escalations.UrgeView, many=True),
    "notices.listing": Operation("我的提醒", None, notices.NoticePage, query=("open", "cursor")),
    "notices.acknowledge": Operation("确认知悉", None, notices.NoticeView),
    "supervision.open_item": Operation("发起督办", S.OpenSupervision, S.SupervisionView, status=201),
    "supervision.of_case": Operation("一件投诉的督办", None, S.SupervisionView, many=True),
    "supervision.listing": Operation("督办列表", None, S.SupervisionPage, query=("state", "cursor")),
    "supervision.item": Operation("一项督办", None, S.SupervisionView),
    "supervision.read": Operation("督办已阅", None, S.SupervisionView),
    "supervision.reply": Operation("回复督办", S.ReplySupervision, S.SupervisionView, status=201),
    "supervision.close": Operation("结束督办", S.CloseSupervision, S.SupervisionView),
    "registration.create": Operation("登记一件事项", registration.Register, registration.Registered, status=201),
    "registration.registration": Operation("登记信息", None, registration.RegistrationView),
    "registration.severity": Operation("指定投诉等级", registration.ChangeSeverity, registration.RegistrationView),
    "registration.matter": Operation("变更事项类型", registration.ChangeMatter, registration.RegistrationView),
    "registration.units": Operation("变更机构", registration.ChangeUnits, registration.RegistrationView),
    "registration.people": Operation("登记相关人员", parties.Person, parties.PersonView, status=201),
    "registration.documents": Operation(
        "收到证明材料", parties.DocumentReceived, parties.DocumentView, status=201
    ),
    "registration.objects": Operation("登记业务对象", parties.ObjectNamed, parties.ObjectView, status=201),
    "registrations.save": Operation("暂存登记", registration.Register, registration.SavedDraft, status=201),
    "registrations.listing": Operation("我的暂存", None, registration.SavedDraft, many=True),
    "registrations.draft": Operation("一份暂存", None, registration.DraftContent),
    "registrations.change": Operation("修改暂存", registration.Register, registration.SavedDraft),
    "registrations.reset": Operation("重置暂存", status=204),
    "registrations.submit": Operation("提交复核", None, registration.Registered, status=201),
    "registrations.suggested": Operation("建议的分类", registration.ForCoding, registration.Suggestion, many=True),
    "openapi.description": Operation("本文档"),
}


def operations(app: Sanic[Any, Any]) -> dict[str, tuple[str, str]]:
    """Every live route of the API: name to (method, path)."""
    found = {}
    for route in app.router.routes:
        if route.path.startswith("api/v1/"):
            name = str(route.name).removeprefix(f"{app.name}.")
            method = next(iter(route.methods - {"HEAD", "OPTIONS"}))
            found[name] = (method.lower(), "/" + PARAMETER.sub(r"{\1}", route.path).rstrip("/"))
    return found


@bp.get("/openapi.json")
async def description(request: Request) -> HTTPResponse:
    return json(describe(request.app))


def describe(app: Sanic[Any, Any]) -> dict[str, Any]:
    paths: dict[str, dict[str, Any]] = {}
    for name, (method, path) in sorted(operations(app).items(), key=lambda item: item[1][1]):
        paths.setdefault(path, {})[method] = _operation(name, path, app.ctx.matrix.rows.get(name, frozenset()))
    return {
        "openapi": "3.1.0",
        "info": {"title": "听诉 案件后台", "version": "1"},
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"program": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"program": []}],
    }


def _operation(name: str, path: str, allowed: frozenset[str]) -> dict[str, Any]:
    known = OPERATIONS.get(name, Operation(name))
    parameters = [
        {"name": part, "in": "path", "required": True, "schema": {"type": "string"}}
        for part in re.findall(r"{(\w+)}", path)
    ] + [{"name": part, "in": "query", "schema": {"type": "string"}} for part in known.query]
    answer: dict[str, Any] = {"description": known.summary}
    if known.response is not None:
        reference: dict[str, Any] = {"$ref": f"#/components/schemas/{known.response.__name__}"}
        schema = {"type": "array", "items": reference} if known.many else reference
        answer["content"] = {"application/json": {"schema": schema}}
    refusal = {"description": "没有完成", "content": {"application/problem+json": {"schema": PROBLEM}}}
    found: dict[str, Any] = {
        "operationId": name,
        "tags": [name.split(".")[0]],
        "summary": known.summary,
        "responses": {str(known.status): answer, **_other(known, answer), "default": refusal},
        "x-allowed": sorted(allowed),
    }
    if parameters:
        found["parameters"] = parameters
    if known.request is not None:
        schema = {"$ref": f"#/components/schemas/{known.request.__name__}"}
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return found


def _other(known: Operation, answer: dict[str, Any]) -> dict[str, Any]:
    return {
        str(status): {"description": words} if status == 204 else answer | {"description": words}
        for status, words in known.other.items()
    }


def _schemas() -> dict[str, Any]:
    wanted: list[tuple[type[BaseModel], Any]] = []
    for known in OPERATIONS.values():
        wanted += [(known.request, "validation")] if known.request else []
        wanted += [(known.response, "serialization")] if known.response else []
    _, definitions = models_json_schema(list(dict.fromkeys(wanted)), ref_template="#/components/schemas/{model}")
    problem = TypeAdapter(dict[str, Any]).json_schema() | {
        "properties": {name: {"type": "string"} for name in ("type", "title", "detail")}
        | {"status": {"type": "integer"}}
    }
    found: dict[str, Any] = definitions["$defs"]
    return found | {"Problem": problem}
