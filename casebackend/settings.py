from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

type Secret = Annotated[SecretStr, Field(min_length=12)]
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def hosts_of(listed: str) -> frozenset[str]:
    return frozenset(each.strip() for each in listed.split(",") if each.strip())


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
    index_key: Secret | None = Field(default=None, description="the same for the blind index; see docs/keys.md")
    audit_key: Secret = Field(description="base64 of 32 bytes: signs the audit chain")
    reveal_per_hour: int = Field(default=30, ge=1, description="so often a colleague sees plain customer data")
    reveal_seconds: int = Field(default=60, ge=5, description="so long they stay on the screen")
    prints_at_once: int = Field(default=2, ge=1, description="forms drawn at once by one program")
    prints_waiting: int = Field(default=8, ge=0, description="and so many wait for their turn; more are refused")
    encoder: bool = Field(default=True, description="suggestions by nearness of sentences too")
    anchor_dir: Path | None = Field(default=None, description="signed ends of the audit; default var_dir/anchors")
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
    pg_bin: Path | None = Field(default=None, description="where pg_dump and pg_restore are; none: on the PATH")
    attachment_file_mb: int = Field(default=30, ge=1, le=2_000, description="largest single file")
    attachment_request_mb: int = Field(default=60, ge=1, le=4_000, description="largest upload, all files together")
    attachment_request_files: int = Field(default=10, ge=1, le=50)
    attachment_case_mb: int = Field(default=500, ge=1, description="all files of one case")
    attachment_case_files: int = Field(default=200, ge=1)
    attachment_reserve_mb: int = Field(default=500, ge=0, description="so much stays free on the disk of var_dir")
    disk_reserve_mb: int = Field(default=64, ge=0, le=10_000, description="given up when the database's disk is full")
    clamd: str | None = Field(default=None, description="virus scanner: tcp://host:port or unix:/path; none: no scan")
    scan_required: bool | None = Field(default=None, description="nobody opens what is not scanned; as clamd if unset")
    trusted_proxies: str = Field(default="", description="addresses of proxies whose X-Forwarded-... count; commas")
    tls_certificate: Path | None = Field(default=None, description="of our own listener, PEM; none on the loopback")
    tls_key: Path | None = None
    client_ca: Path | None = Field(default=None, description="who signs colleagues' certificates, PEM; own listener")
    client_certificate_header: str = Field(
        default="", pattern=r"^[A-Za-z-]{0,60}$", description="where a trusted proxy hands a verified one on"
    )
    core_bank_url: str | None = Field(default=None, description="who confirms customers (level 2); none: nobody does")
    core_bank_secret: Secret | None = Field(default=None, description="shared with core banking, signs both ways")
    core_bank_seconds: float = Field(default=3.0, gt=0, le=30, description="the longest wait for core banking")
    core_objects: Literal["none", "bank", "demo"] = Field(
        default="none", description="who knows cards, accounts, products, policies: nobody, core_bank_url, a double"
    )
    console_address: str = Field(default="http://127.0.0.1:8000", description="what links in mails begin with")

    @property
    def anchors(self) -> Path:
        return self.anchor_dir or self.var_dir / "anchors"

    @model_validator(mode="after")
    def a_required_scan_has_a_scanner(self) -> Self:
        if self.scan_required and self.clamd is None:
            raise ValueError("TINGSU_SCAN_REQUIRED without TINGSU_CLAMD: nobody could ever open a file")
        return self

    @model_validator(mode="after")
    def nothing_is_plain_outside_the_loopback(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("TINGSU_TLS_CERTIFICATE and TINGSU_TLS_KEY belong together")
        if self.host not in LOOPBACK and self.tls_certificate is None and not hosts_of(self.trusted_proxies):
            raise ValueError("TINGSU_HOST outside the loopback needs TINGSU_TLS_CERTIFICATE or TINGSU_TRUSTED_PROXIES")
        return self

    @property
    def asks_certificates(self) -> bool:
        return self.client_ca is not None or bool(self.client_certificate_header)

    @model_validator(mode="after")
    def somebody_verifies_the_certificates_of_colleagues(self) -> Self:
        if self.client_ca is not None and self.tls_certificate is None:
            raise ValueError("TINGSU_CLIENT_CA needs TINGSU_TLS_CERTIFICATE: who ends TLS asks for certificates")
        if self.client_certificate_header and not hosts_of(self.trusted_proxies):
            raise ValueError("TINGSU_CLIENT_CERTIFICATE_HEADER needs TINGSU_TRUSTED_PROXIES: anybody may send a header")
        return self

    @model_validator(mode="after")
    def core_banking_is_asked_over_tls_with_a_secret(self) -> Self:
        if (self.core_bank_url is None) != (self.core_bank_secret is None):
            raise ValueError("TINGSU_CORE_BANK_URL and TINGSU_CORE_BANK_SECRET belong together")
        found = urlsplit(self.core_bank_url or "https://")
        if found.scheme != "https" and found.hostname not in LOOPBACK:
            raise ValueError("TINGSU_CORE_BANK_URL outside the loopback needs https")
        return self

    @model_validator(mode="after")
    def nothing_is_called_checked_by_a_double_outside_the_demo(self) -> Self:
        if self.core_objects == "bank" and self.core_bank_url is None:
            raise ValueError("TINGSU_CORE_OBJECTS=bank needs TINGSU_CORE_BANK_URL")
        if self.core_objects == "demo" and (self.host not in LOOPBACK or hosts_of(self.trusted_proxies)):
            raise ValueError("TINGSU_CORE_OBJECTS=demo is for the loopback: it calls cards checked that nobody knows")
        return self

    @model_validator(mode="after")
    def each_program_has_its_own_token(self) -> Self:
        tokens = [self.token_channels, self.token_actions, self.token_bot, self.token_worker, self.token_api]
        given = [token.get_secret_value() for token in tokens if token is not None]
        if len(set(given)) < len(given):
            raise ValueError("two of TINGSU_TOKEN_... are the same: a token says which program is calling")
        return self
