"""No program starts with a secret that is no secret."""

import base64
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from actions.settings import Settings as ActionsSettings
from casebackend.access.guard import _service
from casebackend.access.principal import ANONYMOUS
from casebackend.settings import Settings
from tests.world import World

KEY = base64.b64encode(b"k" * 32).decode()
GOOD = {
    "database_url": "sqlite+aiosqlite:///x",
    "var_dir": Path("var"),
    **{f"token_{name}": f"long-enough-{name}" for name in ("channels", "actions", "bot", "worker", "api")},
    **{f"{name}_key": KEY for name in ("session", "data", "audit")},
}
SECRETS = [name for name in GOOD if name.startswith("token_") or name.endswith("_key")]


def settings(**values: Any) -> Settings:
    return Settings.model_validate(GOOD | values)


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("value", ["", "eleven-char"])
def test_a_short_secret_is_refused_without_being_repeated(name: str, value: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        settings(**{name: value})
    assert name in str(refusal.value)
    assert not value or value not in str(refusal.value)


def test_two_programs_never_share_a_token() -> None:
    with pytest.raises(ValidationError) as refusal:
        settings(token_bot=GOOD["token_worker"])
    assert "TINGSU_TOKEN" in str(refusal.value)
    assert str(GOOD["token_worker"]) not in str(refusal.value)


def test_outside_the_demo_there_is_no_tester(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TINGSU_TOKEN_API", raising=False)
    without = Settings.model_validate({name: value for name, value in GOOD.items() if name != "token_api"})
    assert without.token_api is None
    assert _service(without, "") is ANONYMOUS
    assert _service(without, "None") is ANONYMOUS
    assert _service(without, "long-enough-bot").name == "bot"


async def test_an_empty_bearer_is_nobody(world: World) -> None:
    """Also if a token were empty in spite of everything."""
    careless = world.settings.model_copy(update={"token_api": SecretStr("")})
    assert _service(careless, "") is ANONYMOUS


@pytest.mark.parametrize("name", ["token_actions", "actions_secret"])
def test_the_actions_too_want_real_secrets(name: str) -> None:
    secrets = {"token_actions": "long-enough-actions", "actions_secret": "long-enough-secret"}
    good = {"backend_url": "http://127.0.0.1:8000"} | secrets
    assert ActionsSettings.model_validate(good)
    with pytest.raises(ValidationError):
        ActionsSettings.model_validate(good | {name: ""})


@pytest.mark.parametrize(
    ("url", "secret", "good"),
    [
        (None, None, True),
        ("https://core.bank.example", "a-secret-of-both", True),
        ("http://127.0.0.1:8095", "a-secret-of-both", True),
        ("http://core.bank.example", "a-secret-of-both", False),
        ("https://core.bank.example", None, False),
        (None, "a-secret-of-both", False),
    ],
)
def test_core_banking_is_asked_over_tls_and_with_a_secret_or_not_at_all(
    url: str | None, secret: str | None, *, good: bool
) -> None:
    if good:
        assert settings(core_bank_url=url, core_bank_secret=secret).core_bank_url == url
    else:
        with pytest.raises(ValidationError) as refusal:
            settings(core_bank_url=url, core_bank_secret=secret)
        assert "a-secret-of-both" not in str(refusal.value)


@pytest.mark.parametrize(
    "given",
    [
        {"core_objects": "bank"},
        {"core_objects": "demo", "trusted_proxies": "127.0.0.1"},
        {"core_objects": "demo", "host": "10.0.0.5", "tls_certificate": Path("a.pem"), "tls_key": Path("a.key")},
    ],
)
def test_no_card_is_called_checked_by_a_double_where_customers_are_or_by_a_bank_that_nobody_named(
    given: dict[str, Any],
) -> None:
    assert settings().core_objects == "none"
    assert settings(core_objects="demo").core_objects == "demo"
    with pytest.raises(ValidationError, match="TINGSU_CORE_OBJECTS"):
        settings(**given)
