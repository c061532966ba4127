"""What no value that is sent to us may be, whatever it means: no database could hold it, or only one of them."""

import re
from datetime import date, datetime
from typing import Any

from pydantic_core import PydanticCustomError

# Tabs, line ends and the page breaks of word processors are text; the other control characters are not.
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
FIRST_YEAR, LAST_YEAR = 1900, 2199
LARGEST = 2**31 - 1


def storable(value: Any) -> Any:
    match value:
        case str() if CONTROL.search(value):
            raise PydanticCustomError("control_character", "control characters are no text")
        case int() if abs(value) > LARGEST:
            raise PydanticCustomError("too_large", "beyond 32 bits")
        case datetime() if value.tzinfo is None:
            raise PydanticCustomError("timezone_missing", "a time needs its offset from UTC")
        case date() if not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise PydanticCustomError("year_out_of_range", "years from 1900 to 2199 only")
        case list():
            for each in value:
                storable(each)
        case dict():
            for name, each in value.items():
                storable(name)
                storable(each)
    return value


def without_controls(text: Any) -> Any:
    """For the words of customers, which are never refused."""
    return CONTROL.sub("", text) if isinstance(text, str) else text
