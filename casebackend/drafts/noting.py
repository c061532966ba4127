"""What a message tells about who complains, besides the fields of the form."""

from casebackend.drafts import care as care_reading
from casebackend.drafts import groups, standing
from casebackend.drafts.lines import SELF, Edit, Line
from casebackend.drafts.model import Draft
from casebackend.drafts.rules import COMPLAINT
from casebackend.matters.catalogue import catalogue

MANY = 2
OPEN, ASKED = "open", "asked"


def note(draft: Draft, text: str) -> tuple[list[str], list[str]]:
    """Keeps it in the draft. What is new, in words for the customer, and the papers that are brought later."""
    said, papers = _capacity(draft, text)
    many = groups.group_of(text)
    if many is not None and many > (draft.group_size or 1):
        draft.group_size = many
        said.append(f"约{many}位以上的客户一起反映" if many > MANY else "几位客户一起反映")
        papers.append("各位投诉人的名单和推选代表的书面材料")
    care = care_reading.care_for(text, draft.care or ())
    if care:
        draft.care = [*(draft.care or ()), *care]
        said.append(f"请处理人员留意：{'、'.join(care)}")
    return said, papers


def _capacity(draft: Draft, text: str) -> tuple[list[str], list[str]]:
    code = standing.capacity_of(text)
    if code is None or code == (draft.capacity or SELF):
        return [], []
    draft.capacity = None if code == SELF else code
    known = catalogue()
    capacity = known.capacities[code]
    labels = [known.documents[kind] for kind in (*capacity.documents, *capacity.may_ask)]
    return [f"您以{capacity.label}的身份反映"], labels


def doubts(draft: Draft, text: str) -> str | None:
    """`open` from the message that leaves open for whom it is until it is asked, once; a line that was put right, or a
    capacity that was told, leaves nothing open."""
    before: str | None = (draft.last_result or {}).get("doubt")
    if draft.capacity is not None or draft.matter_type != COMPLAINT:
        return None
    return OPEN if before is None and standing.in_doubt(text) else before


def put_right(draft: Draft, edit: Edit) -> None:
    match edit.line:
        case Line.CAPACITY:
            draft.capacity = None if edit.capacity == SELF else edit.capacity
        case Line.GROUP:
            draft.group_size = edit.group if edit.group > 1 else None
        case Line.CARE:
            draft.care = list(edit.care)


def shown(draft: Draft) -> dict[Line, str]:
    """The lines that stand in the read-back, in words."""
    found: dict[Line, str] = {}
    if draft.capacity and draft.capacity != SELF:
        found[Line.CAPACITY] = catalogue().capacities[draft.capacity].label
    if (draft.group_size or 1) > 1:
        found[Line.GROUP] = f"{draft.group_size}人"
    if draft.care:
        found[Line.CARE] = "、".join(draft.care)
    return found
