from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read from the environment (TINGSU_...), frozen, checked at start. No secret has a default."""

    model_config = SettingsConfigDict(env_prefix="TINGSU_", frozen=True, extra="ignore")

    database_url: str
    var_dir: Path
    host: str = "127.0.0.1"
    port: int = 8000
    bank_name: str = "听诉示范银行"
    token_channels: SecretStr
    token_actions: SecretStr
    token_bot: SecretStr
    token_worker: SecretStr
    token_api: SecretStr
    session_key: SecretStr
    data_key: SecretStr = Field(description="base64 of 32 bytes: encrypts personal data")
    audit_key: SecretStr = Field(description="base64 of 32 bytes: signs the audit chain")
    survey_delay_seconds: int = Field(default=86_400, ge=0, description="from the reply to the survey")
