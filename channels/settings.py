from pathlib import Path

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from channels.tls import LOOPBACK, Url


class Settings(BaseSettings):
    """Read from TINGSU_*; what is secret has no default, so that a forgotten one stops the start."""

    model_config = SettingsConfigDict(env_prefix="TINGSU_", frozen=True, extra="ignore")

    bank_name: str = "听诉示范银行"
    backend_url: Url = "http://127.0.0.1:8000"
    token_channels: SecretStr = Field(min_length=8)
    backend_seconds: float = Field(default=2.0, gt=0, le=30, description="the longest call of the case backend")
    bot_url: Url = "http://127.0.0.1:5005"
    bot_secret: SecretStr = Field(min_length=8)
    var_dir: Path = Path("var")
    wechat_token: SecretStr = Field(min_length=3)
    wechat_app_id: str = Field(min_length=3)
    wechat_app_secret: SecretStr = Field(min_length=3)
    wechat_account: str = Field(min_length=3, description="原始 ID of our account, gh_…")
    wechat_api_url: Url = "https://api.weixin.qq.com"
    ivr_token: SecretStr = Field(min_length=8)
    session_key: SecretStr = Field(min_length=16)
    spool_key: SecretStr = Field(min_length=16)
    cookie_secure: bool = Field(default=False, description="true wherever customers come by https")
    tls_certificate: Path | None = Field(default=None, description="of our own listener, PEM; none on the loopback")
    tls_key: Path | None = None
    channels_host: str = "127.0.0.1"
    upload_mb: int = Field(default=20, ge=1, le=200, description="largest file of a customer; the backend has its own")
    recording_mb: int = Field(default=30, ge=1, le=2_000, description="largest recording of a call")
    channels_port: int = 8080
    proxies_count: int = Field(default=0, ge=0, le=5, description="our proxies, which say in X-Forwarded-For who came")

    @field_validator("channels_host")
    @classmethod
    def nothing_is_plain_outside_the_loopback(cls, host: str, others: ValidationInfo) -> str:
        if host not in LOOPBACK and not (others.data.get("tls_certificate") and others.data.get("tls_key")):
            raise ValueError("a listener outside the loopback needs TINGSU_TLS_CERTIFICATE and TINGSU_TLS_KEY")
        return host
