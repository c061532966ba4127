"""What goes into each operation of the published interface and what comes out; the rest is read off the routes."""

from casebackend.api import (
    assignments,
    attachments,
    cases,
    conversations,
    corrections,
    dangers,
    dictionaries,
    drafts,
    escalations,
    evidence,
    exports,
    extensions,
    families,
    flows,
    grading,
    handlings,
    histories,
    identity,
    limits,
    logins,
    notices,
    own,
    parties,
    pickups,
    policies,
    recusals,
    registration,
    reminders,
    reports,
    retention,
    reviews,
    standing,
    supervision,
    surveys,
    tasks,
    tellings,
    tokens,
    voids,
)
from casebackend.attachments.allowlist import allowed, is_audio
from casebackend.cases.conditions import CONDITIONS
from casebackend.cases.handlings import FIELDS as HANDLINGS
from casebackend.cases.queues import Queue
from casebackend.cases.task_views import Box
from casebackend.conversations.rules import Channel
from casebackend.demands import rules as supervision_rules
from casebackend.exports.queries import Box as ExportBox
from casebackend.exports.rules import MEDIA as EXPORTED
from casebackend.extensions import rules as extensions_rules
from casebackend.knowledge_operations import KNOWLEDGE
from casebackend.operation import BY, NAMED, Operation
from casebackend.parameters import DAY, PAGE, UUID, Schema, choice, conditions
from casebackend.people_operations import PEOPLE
from casebackend.reviews import rules as reviews_rules
from casebackend.staff.rules import Outcome

FILES = tuple(each.type for each in allowed())
SOUNDS = tuple(each.type for each in allowed() if is_audio(each.type))
UPLOAD: Schema = {
    "type": "object",
    "properties": {
        "kind": {"type": "string", "enum": ["file", "regulator"]},
        "file": {"type": "array", "items": {"type": "string", "format": "binary"}, "minItems": 1},
    },
    "required": ["file"],
}
WHOSE: dict[str, Schema] = {
    "X-Channel": choice(Channel),
    "X-Sender": {"type": "string", "pattern": "^[A-Za-z0-9_.~%-]{1,128}$"},
}
AFTER: Schema = {"type": "integer", "minimum": 0, "maximum": 999_999_999}


A, C, D = conversations, cases, drafts
S = supervision
T = conversations.ForMessage
SEEN, NONE = {200: "以前收到过"}, {204: "没有"}
OPERATIONS: dict[str, Operation] = {
    **PEOPLE,
    **KNOWLEDGE,
    "extensions.ask": Operation(
        "申请延期", extensions.AskExtension, extensions.ExtensionView, status=201, located=True
    ),
    "extensions.of_case_extensions": Operation("一件投诉的延期和补充材料", None, extensions.TimeOfCase),
    "extensions.listing": Operation(
        "延期列表", None, extensions.ExtensionPage, query={"state": choice(extensions_rules.State), "unit": UUID} | PAGE
    ),
    "extensions.extension": Operation("一项延期", None, extensions.ExtensionView),
    "extensions.decide": Operation("审批或撤回延期", extensions.DecideExtension, extensions.ExtensionView),
    "extensions.tell": Operation("登记已告知客户延期", extensions.TellExtension, extensions.ExtensionView),
    "extensions.add_material": Operation("登记补充材料", extensions.AddMaterial, extensions.MaterialView, status=201),
    "extensions.decide_material": Operation("确认是否新事实", extensions.DecideMaterial, extensions.MaterialView),
    "extensions.tell_material": Operation(
        "登记已告知客户时限重新计算", extensions.TellExtension, extensions.MaterialView
    ),
    "tellings.of_case_tellings": Operation("一件投诉须告知客户的事项", None, tellings.OwedPage, query=PAGE),
    "tellings.tell": Operation("登记已告知客户", tellings.TellOwed, tellings.OwedView),
    "extensions.expect": Operation("变更暂停办理的预计恢复日期", extensions.ExpectBack, extensions.TimeOfCase),
    "extensions.record_contact": Operation("登记联系客户", extensions.RecordContact, status=204),
    "limits.limits": Operation("时限", None, limits.LimitList, query=PAGE),
    "limits.add": Operation(
        "新增一条时限（按生效日）", limits.AddLimit, limits.LimitView, status=201, refuses=frozenset({404})
    ),
    "limits.reminders": Operation("提醒规则", None, reminders.ReminderList, query=PAGE),
    "limits.replace_reminders": Operation(
        "替换一类时限的提醒规则（按生效日）",
        reminders.ReplaceReminders,
        reminders.ReminderList,
        status=201,
        refuses=frozenset({404}),
    ),
    "thresholds.listing": Operation("提醒参数", None, reminders.ThresholdList, query=PAGE),
    "thresholds.add": Operation(
        "新增一条提醒参数（按生效日）",
        reminders.AddThreshold,
        reminders.ThresholdView,
        status=201,
        refuses=frozenset({404}),
    ),
    "limits.calendar": Operation("一年的工作日历", None, limits.CalendarView),
    "limits.day": Operation("日历中的一天", None, limits.DayView),
    "limits.edit_day": Operation("修改日历中的一天", limits.EditDay, limits.DayView),
    "limits.import_notice": Operation("导入放假安排；先看差异，再确认", limits.ImportNotice, limits.NoticeResult),
    "profiles.listing": Operation("内部时限方案及适用机构", None, limits.ProfileUses),
    "profiles.duty_holders": Operation("机构职能及承担机构", None, limits.Duties),
    "profiles.give_duty": Operation("指定承担职能的机构", limits.GiveDuty, limits.Duties, status=201),
    "profiles.use": Operation("为机构指定内部时限方案", limits.UseProfile, limits.ProfileUses, status=201),
    "tasks.ask": Operation("请其他单位或人员协办", tasks.AskTask, tasks.TaskView, status=201, located=True),
    "tasks.of_case": Operation("一件投诉的协办任务和会签", None, tasks.CaseTasks, query=PAGE),
    "tasks.listing": Operation(
        "待我协办、我已反馈、我发起的任务", None, tasks.TaskPage, query={"box": choice(Box)} | PAGE
    ),
    "tasks.task": Operation("一项协办任务", None, tasks.TaskView),
    "tasks.receive": Operation("接收协办任务", None, tasks.TaskView),
    "tasks.answer": Operation("反馈协办任务", tasks.AnswerTask, tasks.TaskView),
    "tasks.cancel": Operation("取消协办任务", tasks.CancelTask, tasks.TaskView),
    "recusals.of_case_recusals": Operation("回避情况", None, recusals.RecusalsView),
    "recusals.declare": Operation("本人申请回避", recusals.DeclareRecusal, recusals.RecusalsView, status=201),
    "recusals.waive": Operation("总行解除回避", recusals.GrantWaiver, recusals.RecusalsView, status=201),
    "evidence.of_case_evidence": Operation("证据清单", None, evidence.EvidenceList, query=PAGE),
    "evidence.add": Operation("登记证据", evidence.AddEvidence, evidence.EvidenceView, status=201),
    "evidence.file": Operation("下载证据文件", media=FILES, refuses=frozenset({409})),
    "attachments.of_case_attachments": Operation("附件清单", None, attachments.AttachmentList, query=PAGE),
    "attachments.attachment": Operation("一个附件", None, attachments.AttachmentView),
    "attachments.add": Operation("上传附件", None, attachments.AttachmentList, status=201, form=UPLOAD),
    "attachments.file": Operation("下载附件", media=FILES, refuses=frozenset({409})),
    "attachments.preview": Operation("图片附件或PDF前几页的预览", media=("image/jpeg",), refuses=frozenset({409})),
    "media.keep": Operation(
        "客户发来的文件，先于引用它的消息", None, attachments.MediaKept, status=201, raw=True, headers=WHOSE
    ),
    "media.claim": Operation("领取一个待取的文件", attachments.ClaimMedia, attachments.MediaDutyView, other=NONE),
    "media.content": Operation("交回取到的文件", None, attachments.MediaKept, status=201, raw=True),
    "media.failed": Operation("没有取到", attachments.MediaLost, status=204),
    "recordings.keep": Operation(
        "交来一次通话的录音", None, attachments.RecordingKept, status=201, raw=True, query={"duration_ms": AFTER}
    ),
    "recordings.of_case_recordings": Operation("一件投诉的通话录音", None, attachments.RecordingList, query=PAGE),
    "recordings.audio": Operation("播放录音", media=SOUNDS, refuses=frozenset({409}), other={206: "录音的一段"}),
    "attachments.remove": Operation("删除附件", attachments.RemoveAttachment, attachments.AttachmentView),
    "assignments.candidates": Operation("可以承办的人员及理由", None, assignments.CandidatesView, tagged=True),
    "assignments.assign": Operation("分派承办人", assignments.Assign, assignments.CandidatesView),
    "conversations.receive": Operation("客户消息入库", A.Inbound, A.InboundReceipt, status=201, other=SEEN),
    "conversations.open_conversation": Operation("打开会话", A.OpenConversation, A.ConversationView),
    "conversations.conversation": Operation("会话和游标之后的消息", None, A.ConversationView, query={"after": AFTER}),
    "conversations.claim_turn": Operation("领取一轮对话", A.ClaimTurn, A.Turn, other=NONE),
    "conversations.take_over_turn": Operation("问卷接管一轮对话", A.TakeOverTurn, A.Turn),
    "conversations.finish_turn": Operation("一轮对话的答复", A.TurnDone, A.TurnResult),
    "conversations.fail_turn": Operation("一轮对话未成功", A.TurnFailed, status=204),
    "conversations.claim_deliveries": Operation(
        "领取待投递消息", A.ClaimDelivery, A.DeliveryView, many=True, other=NONE
    ),
    "conversations.finish_delivery": Operation("投递结果", A.DeliveryDone, status=204),
    "drafts.draft": Operation("填写中的投诉", None, D.DraftView, other=NONE),
    "drafts.standing": Operation("客户说到哪里：草稿、意愿与常用项", T, D.Standing),
    "drafts.absorb": Operation("把一条消息读进填写中的投诉", D.AbsorbMessage, D.Absorbed),
    "drafts.cancel": Operation("取消填写", T, status=204),
    "drafts.submit_transcript": Operation("提交通话转写", D.Transcript, D.DraftView),
    "own_cases.file": Operation("确认并登记投诉", T, D.CaseReceipt, status=201),
    "own_cases.progress": Operation("客户查询进度", T, own.Progress),
    "own_cases.urge": Operation("客户催办", T, own.UrgeOutcome),
    "own_cases.withdraw": Operation("客户撤诉", T, own.WithdrawOutcome),
    "own_requests.supplement": Operation("客户补充情况或材料", T, own.SupplementOutcome),
    "own_requests.look": Operation("登记前查找相似投诉", T, own.Likeness),
    "own_requests.choose": Operation("客户选择如何处理相似投诉", T, own.LikenessChoice),
    "identity.begin": Operation("开始核实客户身份", identity.BeginIdentity, identity.IdentityStep),
    "identity.answer": Operation("客户回答身份核实", T, identity.IdentityStep),
    "identity.confirm": Operation("向核心系统核实客户身份", T, identity.IdentityStep),
    "own_pickups.details": Operation("客户查看登记内容和答复", T, own.OwnDetails),
    "own_pickups.contact": Operation("客户变更联系电话", T, own.ContactOutcome),
    "own_pickups.issue": Operation("取件码", pickups.AskPickup, pickups.PickupView),
    "visits.begin": Operation("进度网页：输入取件码", pickups.BeginVisit, pickups.VisitBegun, status=201),
    "visits.answer": Operation("进度网页：输入核实码", pickups.AnswerVisit, pickups.VisitStep),
    "visits.view": Operation("进度网页：办理进度", None, pickups.VisitView),
    "visits.confirm": Operation("进度网页：核心系统核实", pickups.ConfirmVisit, pickups.ConfirmStep),
    "visits.urge": Operation("进度网页：催办", None, pickups.VisitDone),
    "visits.supplement": Operation("进度网页：补充材料", pickups.AddToVisit, pickups.VisitDone),
    "visits.withdraw": Operation("进度网页：撤诉", None, pickups.VisitDone),
    "visits.end": Operation("进度网页：结束查询", status=204),
    "surveys.of_case": Operation("一件投诉的回访", None, surveys.Surveys),
    "surveys.record": Operation("登记一次电话回访", surveys.RecordSurvey, surveys.Surveys, status=201),
    "revisits.answer": Operation("客户回答回访", T, own.SurveyOutcome),
    "cases.listing": Operation(
        "投诉列表", None, C.CasePage, query={"queue": choice(Queue)} | conditions(CONDITIONS) | PAGE
    ),
    "cases.search": Operation(
        "按条件查找投诉；查找客户只能用这一种", C.SearchCases, C.CasePage, refuses=frozenset({400})
    ),
    "handlings.handling_list": Operation(
        "办理查询：各件投诉的每一步", None, handlings.HandlingPage, query=conditions(HANDLINGS) | PAGE
    ),
    "reports.listing": Operation("固定报表", None, reports.ReportList, query=PAGE),
    "reports.report": Operation(
        "一张报表；每个数字带查询条件",
        None,
        reports.Report,
        query={"from": DAY, "to": DAY, "by": BY} | conditions(CONDITIONS),
    ),
    "reports.coding": Operation(
        "分类一致性：两人先后分类的结果比较；每个数字带查询条件",
        None,
        reports.CodingReport,
        query={"from": DAY, "to": DAY} | conditions(CONDITIONS),
    ),
    "reports.hints": Operation(
        "分类建议采纳：建议与最后分类逐类比较；每个数字带查询条件",
        None,
        reports.HintsReport,
        query={"from": DAY, "to": DAY} | conditions(CONDITIONS),
    ),
    "exports.ask": Operation(
        "申请导出列表或报表；须写明用途，超过规定行数须他人审批",
        exports.AskExport,
        exports.ExportView,
        status=201,
        located=True,
        refuses=frozenset({429}),
    ),
    "exports.listing": Operation(
        "我的导出、待我审批的导出", None, exports.ExportPage, query={"box": choice(ExportBox)} | PAGE
    ),
    "exports.export": Operation("一次导出", None, exports.ExportView),
    "exports.decide": Operation("审批或撤回导出", exports.DecideExport, exports.ExportView),
    "exports.file": Operation("下载导出的文件，仅申请人", media=tuple(EXPORTED.values()), refuses=frozenset({409})),
    "cases.case": Operation("一件投诉", None, C.CaseView),
    "cases.timeline": Operation("流转记录", None, histories.TimelineView, query=PAGE),
    "cases.confirmation": Operation("客户确认：登记前读了什么、客户怎么答、何时", None, D.CaseConfirmation),
    "cases.clocks": Operation("时限", None, histories.ClocksView, query=PAGE),
    "cases.move": Operation("办理一步", C.MoveCase, C.CaseView, also=C.Moved),
    "cases.classify": Operation("调整分类（签名的修改）", C.Classify, C.CaseView),
    "cases.tell": Operation("登记已另行告知处理结果", C.TellDecision, C.CaseView),
    "voids.listing": Operation("待另一名管理员确认的作废申请", None, voids.VoidRequestPage, query=PAGE),
    "voids.refuse": Operation("驳回或撤回作废申请", voids.RefuseVoid, C.Moved),
    "own_families.own_second": Operation("客户提出二次投诉", T, own.SecondOutcome),
    "families.family": Operation("投诉家族：首次、催办、二次、核查、监管、合并、拆分、关联", None, families.FamilyView),
    "families.open_second": Operation(
        "转为二次投诉", families.OpenSecond, families.Opened, status=201, located=True, tagged=True
    ),
    "families.split": Operation("拆分投诉", families.Split, families.Opened, status=201, located=True, tagged=True),
    "families.join": Operation("拆分出的投诉并回原投诉", families.Join, families.Joined),
    "families.links": Operation("关联", None, families.LinkPage, query=PAGE),
    "families.relate": Operation("建立关联", families.Link, families.LinkView, status=201),
    "families.unrelate": Operation("解除关联", status=204),
    "reviews.apply": Operation("申请核查", reviews.ApplyForReview, reviews.ReviewView, status=201, located=True),
    "reviews.of_case": Operation("一件投诉的核查", None, reviews.ReviewPage, query=PAGE),
    "reviews.listing": Operation(
        "核查列表", None, reviews.ReviewPage, query={"state": choice(reviews_rules.State)} | PAGE
    ),
    "reviews.review": Operation("一件核查", None, reviews.ReviewView),
    "reviews.move": Operation("核查办理一步", reviews.MoveReview, reviews.ReviewView),
    "handoffs.hand_off": Operation("转人工", A.HandoffRequest, A.HandoffView),
    "handoffs.callback": Operation("客户说什么时候方便接电话", T, A.CallbackOutcome),
    "handoffs.waiting": Operation("等待人工的会话", response=A.WaitingPage, query=PAGE),
    "handoffs.take": Operation("接管会话", None, A.ConversationView),
    "handoffs.give_back": Operation("交还机器人", None, A.ConversationView),
    "handoffs.judgements": Operation("一个会话中机器人对每条消息的判断", None, dangers.JudgementPage, query=PAGE),
    "handoffs.judged": Operation(
        "一段日期内机器人的判断，新的在前",
        None,
        dangers.JudgementPage,
        query={"from": DAY, "to": DAY, "called": choice(("yes", "no"))} | PAGE,
    ),
    "danger_rules.listing": Operation("安全与情绪规则", None, dangers.DangerRulePage, query=PAGE),
    "danger_rules.propose": Operation(
        "提出安全与情绪规则的新一版",
        dangers.ProposeDangerRule,
        dangers.DangerRuleView,
        status=201,
        refuses=frozenset({404}),
    ),
    "danger_rules.decide": Operation("复核安全与情绪规则的新一版", dangers.DecideDangerRule, dangers.DangerRuleView),
    "flows.listing": Operation("内部流程的各版", None, flows.FlowPage, query=PAGE),
    "flows.propose": Operation(
        "提出内部流程的新一版", flows.ProposeFlow, flows.FlowView, status=201, refuses=frozenset({404})
    ),
    "flows.decide": Operation("复核内部流程的新一版", flows.DecideFlow, flows.FlowView),
    "grading_rules.listing": Operation("定级与优先规则", None, grading.GradingRulePage, query=PAGE),
    "grading_rules.propose": Operation(
        "提出定级与优先规则的新一版",
        grading.ProposeGradingRule,
        grading.GradingRuleView,
        status=201,
        refuses=frozenset({404}),
    ),
    "grading_rules.decide": Operation("复核定级与优先规则的新一版", grading.DecideGradingRule, grading.GradingRuleView),
    "heartbeats.beat": Operation("程序心跳", A.Heartbeat, status=204),
    "escalations.urge": Operation("同事催办", escalations.UrgeCase, escalations.UrgeView, status=201),
    "escalations.urges": Operation("一件投诉的同事催办", None, escalations.UrgePage, query=PAGE),
    "notices.listing": Operation("我的提醒", None, notices.NoticePage, query={"open": choice(("0", "1"))} | PAGE),
    "notices.acknowledge": Operation("确认知悉", None, notices.NoticeView),
    "digests.board": Operation("运行看板", None, standing.StandingView),
    "supervision.open_item": Operation("发起督办", S.OpenSupervision, S.SupervisionView, status=201, located=True),
    "supervision.of_case": Operation("一件投诉的督办", None, S.SupervisionPage, query=PAGE),
    "supervision.listing": Operation(
        "督办列表", None, S.SupervisionPage, query={"state": choice(supervision_rules.State)} | PAGE
    ),
    "supervision.item": Operation("一项督办", None, S.SupervisionView),
    "supervision.read": Operation("督办已阅", None, S.SupervisionView),
    "supervision.reply": Operation("回复督办", S.ReplySupervision, S.SupervisionView, status=201, located=True),
    "supervision.send_back": Operation(
        "退回督办的回复", S.ReturnSupervision, S.SupervisionView, status=201, located=True
    ),
    "supervision.close": Operation("结束督办", S.CloseSupervision, S.SupervisionView),
    "dictionaries.listing": Operation(
        "一个字典在某日有效的名称和代码", None, dictionaries.TermPage, query={"on": DAY} | PAGE
    ),
    "retention.policies": Operation("保存期限（按事项、生效日）", None, retention.PolicyPage, query=PAGE),
    "retention.add_policy": Operation(
        "新增一条保存期限（按生效日）", retention.AddPolicy, retention.PolicyView, status=201
    ),
    "retention.archive": Operation(
        "已办结事项的保存至和法律保留", None, retention.ArchivePage, query={"held": choice(("yes", "no"))} | PAGE
    ),
    "talk_holds.listing": Operation("一个会话的法律保留", None, retention.TalkHoldPage, query=PAGE),
    "talk_holds.set_hold": Operation(
        "对会话设置法律保留（未形成投诉的也可）", retention.HoldReason, retention.TalkHoldView, status=201
    ),
    "talk_holds.lift_hold": Operation("解除会话的法律保留", retention.HoldReason, retention.TalkHoldView),
    "dictionaries.known": Operation("全部字典", None, dictionaries.DictionaryPage, query=PAGE),
    "dictionaries.changes": Operation(
        "一个字典的变更记录和待生效的变更", None, dictionaries.TermChangePage, query=PAGE
    ),
    "dictionaries.change": Operation(
        "字典名称的新增、修改、停用、删除（按生效日）", dictionaries.ChangeTerm, dictionaries.TermChangeView, status=201
    ),
    "dictionaries.cancel": Operation("撤销未生效的字典变更", None, dictionaries.TermChangeView),
    "dictionaries.codes": Operation("导入官方代码", dictionaries.ImportCodes, dictionaries.Imported, status=201),
    "registration.create": Operation(
        "登记一件事项", registration.Register, registration.Registered, status=201, located=True
    ),
    "registration.registration": Operation("登记信息", None, registration.RegistrationView),
    "registration.severity": Operation("指定投诉等级", registration.ChangeSeverity, registration.RegistrationView),
    "registration.matter": Operation("变更事项类型", registration.ChangeMatter, registration.RegistrationView),
    "registration.units": Operation("变更机构", registration.ChangeUnits, registration.RegistrationView),
    "registration.notice_form": Operation("约定告知方式", registration.ChangeNoticeForm, registration.RegistrationView),
    "registration.correct": Operation("更正登记信息", corrections.CorrectRegistration, registration.RegistrationView),
    "registration.group": Operation("变更投诉人数", registration.ChangeGroup, registration.RegistrationView),
    "registration.regulator_date": Operation(
        "变更监管或转办单位要求的日期", registration.ChangeRegulatorDate, registration.RegistrationView
    ),
    "registration.people": Operation("登记相关人员", parties.Person, parties.PersonView, status=201),
    "registration.documents": Operation("收到证明材料", parties.DocumentReceived, parties.DocumentView, status=201),
    "registration.objects": Operation("登记业务对象", parties.ObjectNamed, parties.ObjectView, status=201),
    "registrations.save": Operation(
        "暂存登记", registration.Register, registration.SavedDraft, status=201, located=True
    ),
    "registrations.listing": Operation("我的暂存", None, registration.SavedDraftPage, query=PAGE),
    "registrations.pool": Operation("离岗人员留下的暂存，待接手", None, registration.SavedDraftPage, query=PAGE),
    "registrations.take": Operation("接手一份暂存", None, registration.SavedDraft, status=201),
    "registrations.draft": Operation("一份暂存", None, registration.DraftContent, refuses=frozenset({409})),
    "registrations.change": Operation("修改暂存", registration.Register, registration.SavedDraft),
    "registrations.reset": Operation("重置暂存", status=204),
    "registrations.submit": Operation("提交复核", None, registration.Registered, status=201, located=True),
    "registrations.suggested": Operation("建议的分类", registration.ForCoding, registration.Suggestion, many=True),
    "security.listing": Operation("安全参数", None, policies.ParameterList, query=PAGE),
    "security.add": Operation(
        "修改一项安全参数（按生效日）",
        policies.AddParameter,
        policies.ParameterView,
        status=201,
        refuses=frozenset({404}),
    ),
    "logins.listing": Operation(
        "登录日志",
        None,
        logins.LoginPage,
        query={"from": DAY, "to": DAY, "login": NAMED, "address": NAMED, "outcome": choice(Outcome)} | PAGE,
    ),
    "logins.unlock": Operation("解除暂停登录", logins.Unlock, status=204, refuses=frozenset({404})),
    "tokens.listing": Operation("服务令牌", None, tokens.TokenPage, query=PAGE),
    "tokens.token": Operation("一个服务令牌", None, tokens.TokenView),
    "tokens.issue": Operation(
        "签发服务令牌；明文只答复一次", tokens.IssueToken, tokens.IssuedToken, status=201, located=True
    ),
    "tokens.replace": Operation("更换服务令牌；明文只答复一次", None, tokens.IssuedToken, status=201, located=True),
    "tokens.revoke": Operation("吊销服务令牌", status=204),
    "openapi.description": Operation("本文档"),
}
