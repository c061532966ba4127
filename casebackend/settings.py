from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

type Secret = Annotated[SecretStr, Field(min_length=12)]


class Settings(BaseSettings):
    """Read from the environment (TINGSU_...), frozen, checked at start. No secret has a default."""

    model_config = SettingsConfigDict(env_prefix="TINGSU_", frozen=True, extra="ignore", hide_input_in_errors=True)

    database_url: str
    var_dir: Path
    host: str = "127.0.0.1"
    port: int = 8000
    bank_name: str = "听诉示范银行"
    token_channels: Secret
    token_actions: Secret
    token_bot: Secret
    token_worker: Secret
    token_api: Secret | None = Field(default=None, description="reads the whole API; of the demo and of tests only")
    session_key: Secret
    data_key: Secret = Field(description="base64 of 32 bytes: encrypts personal data")
    audit_key: Secret = Field(description="base64 of 32 bytes: signs the audit chain")
    survey_delay_seconds: int = Field(default=86_400, ge=0, description="from the reply to the survey")
    wechat_window_hours: int = 48
    case_number_letters: str = Field(default="TS", pattern=r"^[A-Z]{1,4}$", description="what case numbers begin with")
    case_number_digits: int = Field(default=6, ge=4, le=8, description="digits of the count of a day")
    smtp_host: str | None = Field(default=None, description="mail to staff; none: a line a mail in var/log/mail.jsonl")
    smtp_port: int = 25
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_starttls: bool = False
    smtp_from: str = "tingsu@localhost"
    console_address: str = Field(default="http://127.0.0.1:8000", description="what links in mails begin with")

    @model_validator(mode="after")
    def each_program_has_its_own_token(self) -> Self:
        tokens = [self.token_channels, self.token_actions, self.token_bot, self.token_worker, self.token_api]
        given = [token.get_secret_value() for token in tokens if token is not None]
        if len(set(given)) < len(given):
            raise ValueError("two of TINGSU_TOKEN_... are the same: a token says which program is calling")
        return self
