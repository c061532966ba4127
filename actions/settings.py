from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read from the environment (TINGSU_...). No secret has a default."""

    model_config = SettingsConfigDict(env_prefix="TINGSU_", frozen=True, extra="ignore")

    backend_url: str
    token_actions: SecretStr
    actions_secret: SecretStr
    actions_port: int = 5055
