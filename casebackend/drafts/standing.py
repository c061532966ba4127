"""For whom somebody complains: for himself, for a ward, as an agent, as an heir, for an organisation
(银保监会令2020年第3号 Art. 13, 14). Only what is tied to the complaint or to the account of the dead counts: whoever
helped his mother at the counter, or tells of a death, may complain for himself all the same, and is asked.

Standard library only."""

import re

from casebackend.customers.spelling import simplified

KIN = (
    r"(?:父母|父亲|母亲|爸爸?|妈妈?|老爸|老妈|爷爷|奶奶|外公|外婆|姥爷|姥姥|老伴|丈夫|妻子|爱人|老公|老婆|先生|太太|孩子|儿子|女儿|"
    r"哥哥?|姐姐?|弟弟?|妹妹?|岳父|岳母|公公|婆婆|叔叔|阿姨|舅舅|姑姑|亲人|亲属|家属)"
)
OTHERS = rf"(?:{KIN}|家里老人|家人|老人|朋友|同学|邻居|亲戚|委托人|当事人|别人|他人|他|她)"
DIED = r"(?:去世|过世|病故|病逝|已故|离世|身故|死亡|不在了|不在人世)"
ESTATE = (
    r"(?:遗产|遗嘱|继承|过户|公证|名下|存款|存单|存折|定期|账户|账号|银行卡|[他她]的(?:卡|钱|账)|卡(?:里|上)的?(?:钱|余额)|余额|"
    r"取不出|取不了|取出来|支取|提取|销户|冻结)"
)
# What is told of the speaker himself after a death: 忘了还信用卡，收了我300.
OWN = r"(?:[扣收罚]了?(?:我|俺)|我(?:自己)?的(?:卡|信用卡|账户|贷款|存款)|我(?:自己)?(?:忘|没|逾期|还款|还信用卡))"
OF_THE_DEAD = re.compile(rf"(?:我(?:的|们)?)?{OTHERS}[^，,。；;]{{0,8}}{DIED}(?!证明)")
OF_THE_ESTATE = re.compile(ESTATE)
OF_HIMSELF = re.compile(OWN)
HEIR = re.compile(
    rf"我(?:们)?是[^，,。]{{0,8}}继承人|(?:继承|遗产)[^，,。]{{0,6}}(?:存款|账户|手续|公证)|"
    rf"(?:已故|过世|去世|死去)的?{OTHERS}[^，,。]{{0,8}}{ESTATE}"
)
COMPLAINS = r"(?:投诉|反映|反馈|举报|登记|维权|申诉|讨个?(?:说法|公道)|要个?说法|投个?诉)"
# Said of the speaker: collectors, too, come 受某某银行委托.
HERE = r"(?:^|[，,。；;！!\s]|我|俺|本人|今天|现在)(?:们)?(?:是)?"
AGENT = re.compile(
    rf"(?:替|帮|代替?|代表|受)(?:我|我们|我的|俺)?(?:家|家里)?(?:的)?{OTHERS}(?:的?委托)?(?:来|本人|去|向你们|跟你们){{0,2}}"
    rf"[^，,。；;]{{0,6}}{COMPLAINS}|"
    rf"{HERE}受(?!银行|你们|贵行|总行)[^，,。；;]{{0,8}}委托(?!的?(?:公司|机构|催收|第三方))|"
    rf"我(?:就)?是(?:他|她|{OTHERS})的?(?:代理人|受托人|委托代理人|律师)|我是(?:代理人|受托人|代理律师|委托代理人)|"
    rf"{OTHERS}[^，,。；;]{{0,6}}(?:委托|授权|托)了?(?:我|俺)(?:来|去|全权|代|帮|替|办|处理|投诉|反映|跟|和|向|[，,。；;]|$)"
)
GUARDIAN = re.compile(
    r"(?<!不)(?<!没)(?:我|俺)(?:们)?(?:就)?是[^，,。；;]{0,8}(?:监护人|法定代理人)|作为[^，,。；;]{0,8}(?:监护人|法定代理人)"
)
_FIRM = r"(?:公司|单位|企业|厂子?|工厂|店|店里|商户|合作社|学校|工作室)"
_OURS = rf"(?:(?:我们|咱们|俺们|我|本){_FIRM}|我司|敝公司)"
ORGANISATION = re.compile(
    rf"(?:代表|替|帮|代){_OURS}[^，,。；;]{{0,4}}{COMPLAINS}|{_OURS}(?:来|要|想|现在){{0,2}}{COMPLAINS}|以{_FIRM}(?:的)?名义|"
    rf"(?:我|俺)(?:就)?是[^，,。；;]{{0,10}}{_FIRM}?的?(?:法定代表人|法人代表)|(?:我|俺)是[^，,。；;]{{0,8}}{_FIRM}的?(?:法人|财务|会计|出纳|老板|负责人|经办人?)|"
    rf"{_OURS}(?:的|在你们[^，,。；;]{{0,8}}的?)?(?:对公|基本户|一般户|公户|账户|账号|结算户|贷款|网银|[Pp][Oo][Ss]|收款码|U盾)|我们(?:的)?(?:对公(?:账户|户)|公户|基本户)"
)
MYSELF = re.compile(
    r"我(?:就)?是本人|(?<![不还])是我(?:自己|本人)(?:的事|投诉|办|[，,。；;]|$)|(?:不是|没有)(?:替|帮|代)(?:别人|他人|谁)"
)

DEATH = re.compile(rf"{OTHERS}[^，,。；;]{{0,8}}{DIED}|(?:已故|过世|去世)的?{OTHERS}")
HELPED = re.compile(
    rf"(?<![让叫要])(?:替|帮|代)(?:我|我们|我的|俺)(?:家|家里)?(?:的)?{OTHERS}[^，,。；;]{{0,4}}(?:办|问|取|存|查|处理|弄|转|销|还)"
)
OF_THE_SPEAKER = re.compile(r"(?:骂|吼|推|打|凶|怼|赶|刁难|为难|敷衍|对)(?:了)?(?:我|俺)(?![妈爸爷奶])")


def capacity_of(text: str) -> str | None:
    """The code of matters.yml, `self` where it is said again; None where nothing of it is said."""
    said = simplified(text)
    if MYSELF.search(said):
        return "self"
    if _heir(said):
        return "heir"
    if GUARDIAN.search(said):
        return "legal_representative"
    if ORGANISATION.search(said):
        return "organisation"
    return "agent" if AGENT.search(said) else None


def _heir(said: str) -> bool:
    if HEIR.search(said):
        return True
    died = OF_THE_DEAD.search(said)
    rest = said[: died.start()] + said[died.end() :] if died else ""
    return died is not None and OF_THE_ESTATE.search(rest) is not None and OF_HIMSELF.search(rest) is None


def in_doubt(text: str) -> bool:
    """A death, or an errand for somebody else, and not for whom the complaint is."""
    said = simplified(text)
    if capacity_of(said) is not None or OF_HIMSELF.search(said) or OF_THE_SPEAKER.search(said):
        return False
    return bool(DEATH.search(said) or HELPED.search(said))
