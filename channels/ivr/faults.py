"""What is wrong with a document, where: never what stands there."""

from collections.abc import Iterable
from dataclasses import dataclass

from jsonschema import ValidationError as SchemaFault
from pydantic import ValidationError

MOST_NAMED = 20
SAYS = {
    "missing": "缺少此项",
    "required": "缺少必填项",
    "type": "类型不对",
    "enum": "不在允许的取值内",
    "extra_forbidden": "未知的项",
    "additionalProperties": "有未知的项",
    "minItems": "不能为空",
    "too_short": "不能为空",
    "maxItems": "项数过多",
    "too_long": "项数过多",
    "maxLength": "文字过长",
    "string_too_long": "文字过长",
    "minimum": "超出范围",
    "maximum": "超出范围",
    "timezone_aware": "时间缺少时区",
}


@dataclass(frozen=True)
class Fault:
    path: str
    message: str


class Malformed(Exception):
    def __init__(self, faults: Iterable[Fault]) -> None:
        super().__init__("malformed")
        self.faults = list(faults)[:MOST_NAMED]


def pointer(parts: Iterable[object]) -> str:
    return "".join("/" + str(part)[:40].replace("~", "~0").replace("/", "~1") for part in parts)


def of_model(error: ValidationError, *, below: str = "") -> Malformed:
    faults = error.errors(include_input=False, include_url=False, include_context=False)
    return Malformed(
        Fault(below + pointer(fault["loc"]), SAYS.get(fault["type"], "内容不符合要求")) for fault in faults
    )


def of_schema(errors: Iterable[SchemaFault], *, below: str) -> list[Fault]:
    return [
        Fault(below + pointer(error.absolute_path), SAYS.get(str(error.validator), "内容不符合要求"))
        for error in errors
    ]
