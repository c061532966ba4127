"""Names for staff of what a case holds as slugs, for pages and for paper. Standard library only."""

from casebackend.cases.words import PAUSE_LABELS, DeclineReason, Responsible, Satisfaction, ToldBy, Validity

CHANNELS = {
    "wechat": "微信",
    "webchat": "网页",
    "ivr": "电话语音",
    "hotline": "客服热线",
    "counter": "网点来访",
    "letter": "来信",
    "email": "邮件",
    "regulator": "监管转办",
}
CHOICES: dict[str, dict[str, str]] = {
    "decline_reason": {
        DeclineReason.NOT_COMPLAINANT: "非投诉人本人或其代理人提出",
        DeclineReason.NOT_OUR_INSTITUTION: "不属于本行产品、服务或人员",
        DeclineReason.NOT_A_COMPLAINT: "不属于消费投诉",
        DeclineReason.ALREADY_DECIDED: "已有处理决定，无新事实",
        DeclineReason.IN_OTHER_PROCEDURE: "已进入诉讼、仲裁等程序",
    },
    "pause_ground": {ground.value: label for ground, label in PAUSE_LABELS.items()},
    "responsible": {Responsible.YES: "有责", Responsible.PARTLY: "部分有责", Responsible.NO: "无责"},
    "validity": {Validity.VALID: "成立", Validity.INVALID: "不成立"},
    "told_by": {
        ToldBy.PHONE: "电话告知",
        ToldBy.LETTER: "书面信函",
        ToldBy.EMAIL: "电子邮件",
        ToldBy.SMS: "短信告知",
        ToldBy.IN_PERSON: "当面告知",
    },
    "satisfaction": {
        Satisfaction.SATISFIED: "满意",
        Satisfaction.NEUTRAL: "一般",
        Satisfaction.UNSATISFIED: "不满意",
        Satisfaction.NO_ANSWER: "无人接听",
    },
}
