import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy import parse_message

from channels.envelope import clean
from channels.wechat.xml import NotXml, parse, text_answer
from tests.cpu import measured

ENTITIES = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
LAUGHS = f'<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY l0 "ha">{ENTITIES}]><xml><Content>&l9;</Content></xml>'
QUADRATIC = f'<!DOCTYPE xml [<!ENTITY a "{"a" * 50_000}">]><xml><Content>{"&a;" * 50_000}</Content></xml>'
FILE = '<!DOCTYPE xml [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><Content>&f;</Content></xml>'
NETWORK = '<!DOCTYPE xml SYSTEM "http://127.0.0.1:1/evil.dtd"><xml><Content>1</Content></xml>'
PARAMETER = '<!DOCTYPE xml [<!ENTITY % p SYSTEM "http://127.0.0.1:1/"> %p;]><xml/>'
DEEP = "<xml>" + "<a>" * 60_000 + "</a>" * 60_000 + "</xml>"
WIDE = "<xml>" + "<a/>" * 10_000 + "</xml>"
BROKEN = ["", "<xml>", "{}", "<xml><a></xml>", "<html/>", "\x00<xml/>", '<?xml version="1.0" encoding="nope"?><xml/>']


@pytest.mark.parametrize("bomb", [LAUGHS, QUADRATIC, FILE, NETWORK, PARAMETER, WIDE, *BROKEN])
def test_bombs_and_nonsense_are_refused_fast(bomb: str) -> None:
    body = bomb.encode()
    with measured() as took, pytest.raises(NotXml):
        parse(body)
    assert took[0] < 0.05


def test_deep_nesting_neither_crashes_nor_is_slow() -> None:
    with measured() as took:
        with pytest.raises(NotXml):
            parse(DEEP.encode())
        with contextlib.suppress(NotXml):
            assert parse(b"<xml>" + b"<a>" * 1_900 + b"</a>" * 1_900 + b"</xml>") == {"a": ""}
    assert took[0] < 0.1


@given(st.text(min_size=1, max_size=400).map(clean).filter(lambda text: text.strip()))
def test_what_we_answer_is_what_the_reference_reads(text: str) -> None:
    answer = text_answer(to="oA", sender="gh_bank", at=1772416800, text=text)
    read = parse_message(answer)
    assert (read.target, read.source, read.type) == ("oA", "gh_bank", "text")
    assert parse(answer.encode())["Content"] == text.replace("\r", "\n")


def test_a_message_of_the_platform_is_read_as_the_reference_reads_it() -> None:
    body = (
        "<xml><ToUserName><![CDATA[gh_bank]]></ToUserName><FromUserName><![CDATA[oA]]></FromUserName>"
        "<CreateTime>1772416800</CreateTime><MsgType><![CDATA[voice]]></MsgType><MediaId><![CDATA[m1]]></MediaId>"
        "<Format><![CDATA[amr]]></Format><Recognition><![CDATA[多收了我五十块]]></Recognition>"
        "<MsgId>24389112345678901</MsgId></xml>"
    )
    ours, theirs = parse(body.encode()), parse_message(body)
    assert (ours["MsgId"], ours["MediaId"], ours["Recognition"]) == (
        str(theirs.id),
        theirs.media_id,
        theirs.recognition,
    )
