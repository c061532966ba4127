from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

MOST_ELEMENTS = 200
MOST_MARKS = 4_000


class NotXml(Exception):
    """Not the flat document that the platform sends; never says what it was."""


def parse(body: bytes) -> dict[str, str]:
    """The top-level elements by name; nested ones are not for us."""
    if body.count(b"<") > MOST_MARKS:
        raise NotXml("too many elements")
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError) as error:
        raise NotXml("malformed") from error
    if root.tag != "xml" or len(root) > MOST_ELEMENTS:
        raise NotXml("unknown document")
    return {child.tag: child.text or "" for child in root}


def text_answer(*, to: str, sender: str, at: int, text: str) -> str:
    return (
        f"<xml><ToUserName>{cdata(to)}</ToUserName><FromUserName>{cdata(sender)}</FromUserName>"
        f"<CreateTime>{at}</CreateTime><MsgType>{cdata('text')}</MsgType><Content>{cdata(text)}</Content></xml>"
    )


def cdata(text: str) -> str:
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"
