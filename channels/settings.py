from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read from TINGSU_*; what is secret has no default, so that a forgotten one stops the start."""

    model_config = SettingsConfigDict(env_prefix="TINGSU_", frozen=True, extra="ignore")

    bank_name: str = "听诉示范银行"
    backend_url: str = "http://127.0.0.1:8000"
    token_channels: SecretStr = Field(min_length=8)
    bot_url: str = "http://127.0.0.1:5005"
    bot_secret: SecretStr = Field(min_length=8)
    var_dir: Path = Path("var")
    wechat_token: SecretStr = Field(min_length=3)
    wechat_app_id: str = Field(min_length=3)
    wechat_app_secret: SecretStr = Field(min_length=3)
    wechat_account: str = Field(min_length=3, description="原始 ID of our account, gh_…")
    wechat_api_url: str = "https://api.weixin.qq.com"
    ivr_token: SecretStr = Field(min_length=8)
    session_key: SecretStr = Field(min_length=16)
    spool_key: SecretStr = Field(min_length=16)
    cookie_secure: bool = Field(default=False, description="true wherever customers come by https")
    channels_host: str = "127.0.0.1"
    channels_port: int = 8080
