"""Whether a message says when somebody should call. Standard library only."""

import re

LONGEST_WISH = 30
CALL = re.compile(r"回电|回拨|回(?:我|个|我个)?电话|接电话|联系我|给我(?:打|回)|打给我|打电话给我|打过来|改时间")
WHEN = re.compile(
    r"今[天日早晚]|明[天日早晚]|后天|天后|周|星期|礼拜|上午|下午|早上|中午|晚上|[\d一二两三四五六七八九十][点时号日:：]|都可以|都行|随时"
)


def names_a_call(text: str) -> bool:
    """A short message that says when somebody should call."""
    return len(text) <= LONGEST_WISH and CALL.search(text) is not None and WHEN.search(text) is not None
