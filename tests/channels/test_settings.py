from pathlib import Path

import pytest
from pydantic import ValidationError

from channels.settings import Settings

SECRETS = {
    name: f"{name}-secret-for-tests"
    for name in (
        "token_channels", "bot_secret", "wechat_token", "wechat_app_id", "wechat_app_secret", "wechat_account",
        "ivr_token", "session_key", "spool_key",
    )
}  # fmt: skip


@pytest.mark.parametrize("name", ["backend_url", "bot_url", "wechat_api_url"])
def test_other_machines_are_spoken_to_over_tls_alone(name: str) -> None:
    with pytest.raises(ValidationError, match="https is needed outside the loopback"):
        Settings(**SECRETS | {name: "http://10.0.0.5:8000"})  # type: ignore[arg-type]
    for url in ("https://desk.bank.example", "http://127.0.0.1:8000", "http://localhost:8000"):
        assert getattr(Settings(**SECRETS | {name: url}), name) == url  # type: ignore[arg-type]


def test_a_listener_outside_the_loopback_without_tls_does_not_start() -> None:
    with pytest.raises(ValidationError, match="TINGSU_TLS_CERTIFICATE"):
        Settings(**SECRETS | {"channels_host": "0.0.0.0"})  # type: ignore[arg-type]
    held = {"tls_certificate": Path("tls.pem"), "tls_key": Path("tls.key"), "channels_host": "0.0.0.0"}
    assert Settings(**SECRETS | held).channels_host == "0.0.0.0"  # type: ignore[arg-type]
