"""Client certificates: asked of the accounts that are bound to one, over real TLS and from a proxy that is named."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import ValidationError
from sqlalchemy import select

from casebackend.access.listening import context_of
from casebackend.app import create_app
from casebackend.audit.model import AuditEntry
from casebackend.credentials import certificates
from casebackend.credentials import service as credentials
from casebackend.settings import Settings
from ops.ports import free_port
from tests.casebackend.access.test_transport import PROXY, _settings, certificate
from tests.casebackend.credentials.steps import RIGHT, asks
from tests.casebackend.staff.logins import BASE, hired, light, open_sessions, staff
from tests.world import World

HEADER = "X-Client-Certificate"
PEM, PKCS8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8


@dataclass
class Authority:
    """Signs for a day of the real clock and of the world's."""

    folder: Path
    now: datetime

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Bank CA")])
        self.file = self.folder / "ca.pem"
        basic = x509.BasicConstraints(ca=True, path_length=None)
        made = self._begun(self.name, self.key.public_key()).add_extension(basic, critical=True)
        self.file.write_bytes(made.sign(self.key, hashes.SHA256()).public_bytes(PEM))

    def _begun(self, name: x509.Name, key: Any, days: int = 5_000) -> x509.CertificateBuilder:
        begun = self.now - timedelta(days=1)
        return x509.CertificateBuilder(
            self.name, name, key, x509.random_serial_number(), begun, begun + timedelta(days=days)
        )

    def card(self, holder: str, days: int = 5_000) -> tuple[str, Path]:
        """The certificate, and a file with its key for the browser."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, holder)])
        signed = self._begun(name, key.public_key(), days).sign(self.key, hashes.SHA256()).public_bytes(PEM)
        file = self.folder / f"{holder}.pem"
        file.write_bytes(signed + key.private_bytes(PEM, PKCS8, serialization.NoEncryption()))
        return signed.decode(), file


@pytest.fixture
def authority(world: World, tmp_path: Path) -> Authority:
    return Authority(tmp_path, world.time)


def with_settings(world: World, **given: object) -> Settings:
    return world.settings.model_copy(update=given)


@asynccontextmanager
async def over_tls(world: World, authority: Authority) -> AsyncIterator[Any]:
    """Browsers over real TLS, each with the card that it was given, or none."""
    pem, key = certificate(authority.folder)
    settings = with_settings(world, tls_certificate=pem, tls_key=key, client_ca=authority.file)
    app = create_app(settings, world.database, now=lambda: world.time, name=f"{world.app.name}-cards")
    app.ctx.passwords = light()
    port = free_port()
    server: Any = await app.create_server(
        host="127.0.0.1", port=port, ssl=context_of(settings), return_asyncio_server=True
    )
    await server.startup()
    await server.start_serving()
    base = f"https://localhost:{port}"

    def browser(card: Path | None = None) -> httpx.AsyncClient:
        trusted = ssl.create_default_context(cafile=pem)
        if card is not None:
            trusted.load_cert_chain(card)
        return httpx.AsyncClient(base_url=base, verify=trusted, timeout=30, headers={"Origin": base})

    yield browser
    server.close()


async def enters(client: httpx.AsyncClient, password: str = RIGHT, **headers: str) -> httpx.Response:
    return await client.post("/login", data={"login": "chen", "password": password}, headers=headers)


async def bound(world: World, user_id: object, pem: str) -> httpx.Response:
    async with await staff(world, "security") as security:
        return await security.post(f"/api/v1/users/{user_id}/certificates", json={"certificate": pem})


async def test_a_bound_account_opens_with_its_card_only_and_so_does_its_cookie(
    world: World, authority: Authority
) -> None:
    user = await hired(world)
    (card, own), (_, other) = authority.card("chen"), authority.card("wu")
    world.app.ctx.settings = with_settings(world, client_ca=authority.file)
    async with over_tls(world, authority) as browser:
        async with browser() as client:
            assert (await enters(client)).status_code == 303
        assert (await bound(world, user.id, card)).status_code == 201
        assert await open_sessions(world, user) == 0
        for wrong in (None, other):
            async with browser(wrong) as client:
                refused = await enters(client)
                assert refused.status_code == 401
                assert "须使用已绑定的客户端证书登录" in refused.text
        async with browser(own) as client:
            assert (await enters(client, "wrong")).status_code == 401
            assert (await enters(client)).status_code == 303
            assert (await client.get("/account")).status_code == 200
            cookies = dict(client.cookies)
        async with browser() as thief:
            thief.cookies.update(cookies)
            assert (await thief.get("/account")).status_code == 302
        async with browser(own) as client:
            client.cookies.update(cookies)
            assert (await client.get("/account")).status_code == 200


async def test_a_card_of_another_authority_does_not_come_through_the_door(world: World, authority: Authority) -> None:
    elsewhere = authority.folder / "elsewhere"
    elsewhere.mkdir()
    _, false = Authority(elsewhere, world.time).card("chen")
    async with over_tls(world, authority) as browser, browser(false) as client:
        with pytest.raises(httpx.TransportError):
            await client.get("/login")


async def test_a_right_password_without_the_card_counts_as_a_wrong_one(world: World, authority: Authority) -> None:
    user = await hired(world)
    card, own = authority.card("chen")
    world.app.ctx.settings = with_settings(world, client_ca=authority.file)
    assert (await bound(world, user.id, card)).status_code == 201
    async with over_tls(world, authority) as browser:
        async with browser() as client:
            for _ in range(5):
                world.wait(milliseconds=1)
                assert (await enters(client)).status_code == 401
        async with browser(own) as client:
            assert "连续多次未成功已暂停登录" in (await enters(client)).text


async def test_a_card_is_taken_away_and_the_password_alone_opens_again(world: World, authority: Authority) -> None:
    user = await hired(world)
    card, _ = authority.card("chen")
    world.app.ctx.passwords = light()
    world.app.ctx.settings = with_settings(world, client_ca=authority.file)
    made = (await bound(world, user.id, card)).json()
    path, api = f"/security/accounts/{user.id}/certificates", f"/api/v1/users/{user.id}/certificates"
    async with await staff(world, "security") as security:
        assert "1 张" in (await security.get("/security/accounts")).text
        page = (await security.get(path)).text
        assert made["fingerprint"] in page
        assert "CN=chen" in page
        assert [each["fingerprint"] for each in (await security.get(api)).json()["items"]] == [made["fingerprint"]]
        other = {"fingerprint": "0" * 64}
        assert (await security.post(f"{api}/unbinding", json=other)).status_code == 404
        gone = {"fingerprint": made["fingerprint"]}
        assert (await security.post(f"{path}/unbinding", data=gone)).status_code == 303
        assert (await security.post(f"{api}/unbinding", json=gone)).status_code == 404
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(world.app), base_url=BASE, headers={"Origin": BASE}
    ) as client:
        assert (await enters(client)).status_code == 303
    async with world.database.reading() as session:
        events = select(AuditEntry.event).where(AuditEntry.object == f"user:{user.id}").order_by(AuditEntry.seq)
        kept = [each for each in await session.scalars(events) if each.startswith("certificate")]
    assert kept == ["certificate.bound", "certificate.unbound"]


async def test_what_cannot_be_bound_is_refused_in_words_and_locks_nobody_out(
    world: World, authority: Authority
) -> None:
    user = await hired(world)
    (card, file), (old, _) = authority.card("chen"), authority.card("old", days=1)
    off = await bound(world, user.id, card)
    assert (off.status_code, off.json()["type"]) == (409, "/problems/certificates-off")
    world.app.ctx.settings = with_settings(world, client_ca=authority.file)
    for pem in ("x", file.read_text(), card + card, card[:200]):
        refused = await bound(world, user.id, pem)
        assert (refused.status_code, refused.json()["type"]) == (422, "/problems/certificate-unreadable")
    world.wait(seconds=1)
    late = await bound(world, user.id, old)
    assert (late.status_code, late.json()["type"]) == (422, "/problems/certificate-expired")
    assert (await bound(world, user.id, card)).status_code == 201
    again = await bound(world, user.id, card)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/certificate-bound")
    async with await staff(world, "security") as security:
        me = re.findall(
            r"/security/accounts/([0-9a-f-]{36})/certificates\" aria-label=\"客户端证书：([^\"]+)",
            (await security.get("/security/accounts")).text,
        )
        mine = next(each for each, name in me if "安全" in name)
        answer = await bound(world, mine, authority.card("security")[0])
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/certificate-not-shown")
        unknown = "/security/accounts/00000000-0000-4000-8000-000000000000/certificates"
        assert (await security.get(unknown)).status_code == 404


async def test_a_certificate_is_the_second_factor_that_a_role_asks_for(world: World, authority: Authority) -> None:
    user = await hired(world)
    await asks(world, "totp.roles", "intake")
    world.app.ctx.passwords = light()
    card, _ = authority.card("chen")
    behind(world)
    async with caller(world, PROXY) as client:
        assert (await enters(client, **told(None))).headers["location"].startswith("/account/second-factor")
    assert (await bound(world, user.id, card)).status_code == 201
    world.wait(seconds=1)
    async with caller(world, PROXY) as client:
        assert (await enters(client, **told(card))).headers["location"] == "/queue"


def behind(world: World) -> None:
    """The same bank behind a proxy that verifies certificates."""
    settings = with_settings(world, trusted_proxies=PROXY, client_certificate_header=HEADER)
    world.app.ctx.settings = settings
    world.app.ctx.trusted_proxies = frozenset({PROXY})
    world.app.config.PROXIES_COUNT = 1


def caller(world: World, address: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(world.app, client=(address, 40000))
    host = "desk.bank.example"
    return httpx.AsyncClient(transport=transport, base_url=f"http://{host}", headers={"Origin": f"https://{host}"})


def told(card: str | None) -> dict[str, str]:
    forwarded = {"X-Forwarded-For": "10.7.7.7", "X-Forwarded-Proto": "https"}
    return forwarded | ({HEADER: quote(card)} if card else {})


async def test_of_a_proxy_the_header_counts_and_of_nobody_else(world: World, authority: Authority) -> None:
    user = await hired(world)
    world.app.ctx.passwords = light()
    (card, _), (other, _) = authority.card("chen"), authority.card("wu")
    behind(world)
    assert (await bound(world, user.id, card)).status_code == 201
    async with caller(world, PROXY) as client:
        for wrong in (None, other, "%00nothing"):
            assert (await enters(client, **told(wrong))).status_code == 401
        assert (await enters(client, **told(card))).status_code == 303
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(world.app), base_url=BASE, headers={"Origin": BASE}
    ) as stranger:
        assert (await enters(stranger, **{HEADER: quote(card)})).status_code == 401


async def test_a_card_that_is_bound_while_somebody_logs_in_is_asked_of_that_login_too(
    world: World, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await hired(world)
    card, _ = authority.card("chen")
    passwords = world.app.ctx.passwords = light()
    behind(world)
    run, turns = passwords.run, iter((False, True))

    async def meanwhile(work: Any) -> Any:
        if next(turns, False):
            assert (await bound(world, user.id, card)).status_code == 201
        return await run(work)

    monkeypatch.setattr(passwords, "run", meanwhile)
    async with caller(world, PROXY) as client:
        assert (await enters(client, **told(None))).status_code == 401
    assert await open_sessions(world, user) == 0


async def test_a_login_that_is_just_being_opened_ends_when_a_card_is_bound(
    world: World, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL a transaction does not see what another one has not committed yet."""
    user = await hired(world)
    card, _ = authority.card("chen")
    world.app.ctx.passwords = light()
    behind(world)
    looked, goes_on, stage_now = asyncio.Event(), asyncio.Event(), credentials.stage_now

    async def held_up(*args: Any, **how: Any) -> Any:
        looked.set()
        await goes_on.wait()
        return await stage_now(*args, **how)

    async with await staff(world, "security") as security, caller(world, PROXY) as client:
        monkeypatch.setattr(credentials, "stage_now", held_up)
        login = asyncio.create_task(enters(client, **told(None)))
        await looked.wait()
        path = f"/api/v1/users/{user.id}/certificates"
        binding = asyncio.create_task(security.post(path, json={"certificate": card}))
        await asyncio.wait({binding}, timeout=1)
        goes_on.set()
        assert (await login).status_code == 303
        assert (await binding).status_code == 201
    assert await open_sessions(world, user) == 0


async def test_a_login_waits_for_a_card_that_is_just_being_bound(world: World, authority: Authority) -> None:
    user = await hired(world)
    card, _ = authority.card("chen")
    world.app.ctx.passwords = light()
    behind(world)
    async with caller(world, PROXY) as client:
        async with world.database.transaction() as session:
            await certificates.bind(session, user, card, shown=None, by="test", himself=False, now=world.time)
            login = asyncio.create_task(enters(client, **told(None)))
            await asyncio.wait({login}, timeout=1)
        assert (await login).status_code == 401
    assert await open_sessions(world, user) == 0


def test_certificates_that_nobody_verifies_are_refused_at_the_start() -> None:
    with pytest.raises(ValidationError, match="TINGSU_CLIENT_CA"):
        _settings(client_ca=Path("ca.pem"))
    with pytest.raises(ValidationError, match="TINGSU_CLIENT_CERTIFICATE_HEADER"):
        _settings(client_certificate_header=HEADER)
