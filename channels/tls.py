"""Outside the loopback everything travels over TLS."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def _over_tls(url: str) -> str:
    found = urlsplit(url)
    if found.scheme != "https" and found.hostname not in LOOPBACK:
        raise ValueError("https is needed outside the loopback")
    return url


type Url = Annotated[str, AfterValidator(_over_tls)]
