from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

type Secret = Annotated[SecretStr, Field(min_length=12)]
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def _over_tls(url: str) -> str:
    found = urlsplit(url)
    if found.scheme != "https" and found.hostname not in LOOPBACK:
        raise ValueError("https is needed outside the loopback")
    return url


type Url = Annotated[str, AfterValidator(_over_tls)]


class Settings(BaseSettings):
    """Read from the environment (TINGSU_...). No secret has a default."""

    model_config = SettingsConfigDict(env_prefix="TINGSU_", frozen=True, extra="ignore", hide_input_in_errors=True)

    backend_url: Url
    token_actions: Secret
    actions_secret: Secret
    actions_port: int = 5055
