from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

type Secret = Annotated[SecretStr, Field(min_length=12)]


class Settings(BaseSettings):
    """Read from the environment (TINGSU_...). No secret has a default."""

    model_config = SettingsConfigDict(env_prefix="TINGSU_", frozen=True, extra="ignore", hide_input_in_errors=True)

    backend_url: str
    token_actions: Secret
    actions_secret: Secret
    actions_port: int = 5055
