"""Operations about the knowledge: what is suggested and found, how entries come about, what they lack."""

from casebackend.api import (
    article_files,
    assist,
    briefs,
    candidates,
    conversations,
    curation,
    gaps,
    knowledge_health,
    precedents,
    replies,
)
from casebackend.assist.health import Only, What
from casebackend.attachments.allowlist import allowed
from casebackend.candidates import rules as candidates_rules
from casebackend.curation import rules as curation_rules
from casebackend.gaps import rules as gap_rules
from casebackend.operation import BY, WORDS, Operation
from casebackend.parameters import ARTICLE, DAY, PAGE, REFERENCE, UUID, Schema, choice
from casebackend.replies.queries import Box
from casebackend.replies.rules import LONGEST_FILTER
from knowledge.articles import Audience, Kind

KINDS: Schema = {"type": "array", "items": choice(Kind)}
NAME: Schema = {"type": "string", "maxLength": 200}
ENTRIES: dict[str, Schema] = {
    "q": WORDS, "kind": KINDS, "audience": choice(Audience), "branch": NAME, "source": NAME, "unit": UUID, "on": DAY,
    "order": choice(("relevance", "newest")),
}  # fmt: skip
NUMBER: Schema = {"type": "integer", "minimum": 0, "maximum": 3650}
HEALTH: dict[str, Schema] = {"days": NUMBER, "within": NUMBER, "kind": choice(Kind), "only": choice(Only), "q": NAME}

FILES = tuple(each.type for each in allowed())
PAPERS: Schema = {
    "type": "object",
    "properties": {"file": {"type": "array", "items": {"type": "string", "format": "binary"}, "minItems": 1}},
    "required": ["file"],
}

KNOWLEDGE: dict[str, Operation] = {
    "assist.suggestions": Operation("会话的知识建议", None, assist.Suggestions),
    "assist.for_case": Operation("投诉的知识建议", None, assist.Suggestions),
    "assist.inserted": Operation("建议已插入", status=204),
    "suggestions.opened": Operation("建议已打开", status=204),
    "suggestions.copied": Operation("建议已复制", status=204),
    "suggestions.refused": Operation("建议不适用", assist.Judge, status=204),
    "curation.articles": Operation(
        "在办的知识条目版本",
        None,
        curation.ArticlePage,
        query={"status": choice(curation_rules.ArticleStatus), "mine": choice(("0", "1"))} | PAGE,
    ),
    "curation.draft": Operation(
        "起草知识条目或新版本",
        curation.DraftArticle,
        curation.ArticleView,
        status=201,
        located=True,
        refuses=frozenset({404}),
    ),
    "curation.article": Operation("一个知识条目版本及其办理过程", None, curation.ArticleView, tagged=True),
    "curation.edit": Operation("修改草稿", curation.EditArticle, curation.ArticleView),
    "article_files.listing": Operation("知识条目版本的依据附件", None, article_files.ArticleFiles, query=PAGE),
    "article_files.add": Operation("上传依据附件", None, article_files.ArticleFiles, status=201, form=PAPERS),
    "article_files.file": Operation("下载依据附件", media=FILES, refuses=frozenset({409})),
    "article_files.remove": Operation("删除依据附件", article_files.RemoveArticleFile, article_files.ArticleFileView),
    "curation.step": Operation("办理一步：提交、初审、审批、发布、验证、失效", curation.TakeStep, curation.ArticleView),
    "curation.merge": Operation("合并相近条目", curation.MergeArticle, curation.ArticleView),
    "curation.change_requests": Operation(
        "知识变更申请",
        None,
        curation.ChangeRequestPage,
        query={"state": choice(curation_rules.RequestState), "unit": UUID} | PAGE,
    ),
    "curation.request_change": Operation(
        "提出知识变更申请",
        curation.AskChange,
        curation.ChangeRequestView,
        status=201,
        tagged=True,
        refuses=frozenset({404}),
    ),
    "curation.decide": Operation("处理知识变更申请", curation.DecideChange, curation.ChangeRequestView),
    "curation.affected": Operation(
        "引用了旧版本的投诉和会话",
        None,
        curation.ImpactPage,
        query={"article": ARTICLE, "reviewed": choice(("0", "1"))} | PAGE,
    ),
    "curation.review": Operation("受影响事项已复核", None, curation.ImpactView),
    "suggestions.flagged": Operation("建议的条目有误", assist.Judge, status=204),
    "impacts.affected": Operation("条目变更将影响的在办投诉", None, curation.AffectedView),
    "suggestions.brief": Operation("交接摘要", None, briefs.Brief),
    "own_replies.listing": Operation("我的常用语", None, replies.OwnReplyPage, query=PAGE),
    "own_replies.write": Operation("新增我的常用语", replies.WriteReply, replies.OwnReply, status=201, located=True),
    "own_replies.reply": Operation("我的一条常用语及其各版本", None, replies.OwnReply),
    "own_replies.change": Operation("修改我的常用语", replies.WriteReply, replies.OwnReply),
    "own_replies.drop": Operation("删除我的常用语", status=204),
    "team_replies.listing": Operation("团队常用语", None, replies.TeamReplyPage, query={"state": choice(Box)} | PAGE),
    "team_replies.propose": Operation(
        "提交团队常用语", replies.WriteReply, replies.TeamReply, status=201, located=True
    ),
    "team_replies.reply": Operation("一条团队常用语及其各版本", None, replies.TeamReply),
    "team_replies.propose_change": Operation("提交团队常用语的修改", replies.WriteReply, replies.TeamReply),
    "team_replies.decide": Operation("审批团队常用语", replies.DecideReply, replies.TeamReply),
    "team_replies.retire": Operation("停用团队常用语", replies.RetireReply, replies.TeamReply),
    "replies.offered": Operation(
        "会话中可用的常用语：本人、团队和通用话术，按投诉填好变量",
        None,
        replies.OfferedReplies,
        query={"q": {"type": "string", "maxLength": LONGEST_FILTER}, "case": REFERENCE},
    ),
    "replies.used": Operation(
        "记录常用语的使用", replies.UseReply, replies.UsedReply, status=201, refuses=frozenset({404})
    ),
    "gaps.open_gap": Operation("登记知识缺口", gaps.OpenGap, gaps.GapView, status=201, located=True),
    "gaps.listing": Operation(
        "知识缺口",
        None,
        gaps.GapPage,
        query={"state": choice(gap_rules.GapState), "origin": choice(gap_rules.Origin)} | PAGE,
    ),
    "gaps.gap": Operation("一个知识缺口", None, gaps.GapView),
    "gaps.decide": Operation("处理知识缺口", gaps.DecideGap, gaps.GapView),
    "health_of_knowledge.entries": Operation("知识健康度", None, knowledge_health.HealthPage, query=HEALTH | PAGE),
    "health_of_knowledge.uses": Operation(
        "建议使用记录", None, knowledge_health.UsePage, query=HEALTH | {"what": choice(What), "article": BY} | PAGE
    ),
    "phrasings.listing": Operation(
        "待学问法", None, knowledge_health.PhrasingPage, query={"state": choice(curation_rules.PhrasingState)} | PAGE
    ),
    "phrasings.decide": Operation("确认问法", knowledge_health.DecidePhrasing, knowledge_health.PhrasingView),
    "phrasings.withdraw": Operation("收回已加入的问法", None, knowledge_health.PhrasingView),
    "suggestions.asked": Operation("向知识助手提问", assist.AskAssistant, assist.Suggestions),
    "assist.answer": Operation(
        "可直接回答客户的条目；没有合适的为 204", conversations.ForMessage, conversations.Answer, other={204: "没有"}
    ),
    "assist.search": Operation("查询知识库", None, assist.FoundPage, query=ENTRIES | PAGE),
    "assist.completions": Operation("知识库查询的输入提示", None, assist.Completions, query={"q": WORDS}),
    "candidates.listing": Operation(
        "案例候选列表",
        None,
        candidates.CandidatePage,
        query={"state": choice(candidates_rules.State), "topic": NAME} | PAGE,
    ),
    "candidates.topics": Operation(
        "案例候选按主题计数", None, candidates.TopicPage, query={"state": choice(candidates_rules.State)} | PAGE
    ),
    "candidates.candidate": Operation("一个案例候选", None, candidates.CandidateView),
    "candidates.near": Operation("与候选相近的已发布条目", None, candidates.Near),
    "candidates.reject": Operation("不采用候选（理由必填）", candidates.RejectCandidate, candidates.CandidateView),
    "candidates.to_draft": Operation("候选转为典型案例草稿", None, candidates.CandidateView),
    "candidates.merge": Operation("候选并入已有条目（变更申请）", candidates.MergeCandidate, candidates.CandidateView),
    "precedents.of_case_precedents": Operation("一件投诉的相似案例", None, precedents.Precedents),
    "precedents.search": Operation("按情形查找相似案例", None, precedents.Precedents, query={"q": WORDS}),
}
