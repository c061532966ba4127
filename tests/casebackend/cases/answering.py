"""Any matter on its short way to the answer of an outlet, told by telephone or in writing."""

from typing import Any

import httpx

from tests.casebackend.cases.builders import REPLY, told, unit
from tests.casebackend.registration.takers import CUSTOMER, Counter

OUTLET = "北京朝阳支行"
PROPOSED = {
    "findings": "属实", "judgement_basis": "章程", "opinion": "直接答复", "validity": "invalid",
    "responsible": "not_responsible", "cause_c": "其他",
}  # fmt: skip
# What an answer of an outlet has to say about what the customer may do next; of the others nothing.
WAYS = {
    "complaint": "可在30日内向上级机构申请核查，也可以申请调解、仲裁或者提起诉讼。",
    "objection": "如有异议，可以申请调解、仲裁或者提起诉讼。",
    "petition": "如不服，可以自收到答复之日起30日内请求上一级机关、单位复查。",
    "enquiry": None, "suggestion": None, "praise": None, "report": None, "personal_info": None,
}  # fmt: skip
# Without a plan there is no result to tell.
PLAIN = {name: value for name, value in REPLY.items() if name != "reply_decision"}
SENT = {"told_by": "letter", "told_proof": "邮寄回执"}


async def proposed(counter: Counter, matter: str, **fields: Any) -> str:
    """Registered at the counter about the outlet, in its hands, and ready to be answered."""
    outlet = await unit(counter.world, OUTLET)
    given = {"unit_id": outlet, "people": [CUSTOMER], "objects": [{"kind": "product", "value": "信用卡"}]} | fields
    if matter == "personal_info":
        given |= {"personal_right": "access"}
    number = str((await counter.sure(matter_type=matter, **given))["number"])
    desk = counter.desk
    await desk.sure("lead", number, "accept")
    await desk.sure("agent", number, "dispatch", handling_unit_id=outlet, opinion="由网点直接答复")
    await desk.sure("outlet", number, "receive")
    await desk.sure("outlet", number, "propose_reply", **PROPOSED)
    return number


async def answers(counter: Counter, number: str, **fields: Any) -> httpx.Response:
    return await counter.desk.does("outlet", number, "reply", **told(counter.world, **SENT), **PLAIN | fields)
