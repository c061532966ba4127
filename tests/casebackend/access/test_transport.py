"""Outside the loopback everything travels over TLS."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr, ValidationError

from casebackend.app import create_app
from casebackend.settings import Settings
from ops.ports import free_port
from tests.world import World, configured

PROXY, STRANGER = "10.1.1.1", "10.9.9.9"
TOLD = {"X-Forwarded-For": "10.7.7.7", "X-Forwarded-Proto": "https"}


def caller(world: World, address: str, host: str = "desk.bank.example") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(world.app, client=(address, 40000))
    return httpx.AsyncClient(transport=transport, base_url=f"http://{host}")


def behind_a_proxy(world: World) -> None:
    settings = world.settings.model_copy(update={"trusted_proxies": f"{PROXY}, 10.1.1.2"})
    made = create_app(settings, world.database, name=f"{world.app.name}-proxied")
    world.app.ctx.trusted_proxies = made.ctx.trusted_proxies
    world.app.config.PROXIES_COUNT = made.config.PROXIES_COUNT


def certificate(folder: Path) -> tuple[Path, Path]:
    """Signed by itself, for the loopback."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    begun = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, begun, begun + timedelta(days=1))
    alternative = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    signed = made.add_extension(alternative, critical=False).sign(key, hashes.SHA256())
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    held = (folder / "tls.pem", folder / "tls.key")
    held[0].write_bytes(signed.public_bytes(pem))
    held[1].write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return held


@pytest.mark.parametrize("path", ["/login", "/api/v1/openapi.json", "/health/live", "/static/desk.css", "/nowhere"])
async def test_plain_http_from_another_machine_is_refused_everywhere(world: World, path: str) -> None:
    for host in ("desk.bank.example", "127.0.0.1:8000"):
        async with caller(world, STRANGER, host=host) as client:
            response = await client.get(path)
            assert response.status_code == 403
            assert "HTTPS" in response.text
            assert "set-cookie" not in response.headers


async def test_tls_of_our_own_is_taken_and_says_so_for_a_year(world: World, tmp_path: Path) -> None:
    pem, key = certificate(tmp_path)
    port = free_port()
    app = create_app(world.settings, world.database, now=lambda: world.time, name=f"{world.app.name}-tls")
    offered = {"cert": str(pem), "key": str(key)}
    server: Any = await app.create_server(host="127.0.0.1", port=port, ssl=offered, return_asyncio_server=True)
    await server.startup()
    await server.start_serving()
    trusted = ssl.create_default_context(cafile=pem)
    async with httpx.AsyncClient(base_url=f"https://localhost:{port}", verify=trusted, timeout=30) as client:
        response = await client.get("/health/live")
        cookie = await client.post("/login", data={"login": "x", "password": "x"}, headers={"Origin": "https://evil"})
    server.close()
    assert response.status_code == 200
    assert response.headers["strict-transport-security"] == "max-age=31536000"
    assert cookie.status_code == 403


async def test_on_the_loopback_our_own_programs_speak_plainly(world: World) -> None:
    for address in ("127.0.0.1", "::1"):
        async with caller(world, address) as client:
            assert (await client.get("/health/live")).status_code == 200


async def test_a_proxy_on_the_loopback_that_nobody_named_is_refused(world: World) -> None:
    async with caller(world, "127.0.0.1") as client:
        assert (await client.get("/login", headers=TOLD)).status_code == 403


async def test_nobody_but_a_named_proxy_may_say_that_it_was_https(world: World) -> None:
    behind_a_proxy(world)
    async with caller(world, STRANGER) as client:
        assert (await client.get("/login", headers=TOLD)).status_code == 403
    async with caller(world, PROXY) as client:
        response = await client.get("/login", headers=TOLD)
        assert response.status_code == 200
        assert "strict-transport-security" in response.headers
        assert (await client.get("/login", headers=TOLD | {"X-Forwarded-Proto": "http"})).status_code == 403
        assert (await client.get("/login")).status_code == 403


def _settings(**given: object) -> Settings:
    usual = configured("sqlite+aiosqlite:///x.db", Path("/tmp")).model_dump()
    return Settings(**{name: value for name, value in usual.items() if value is not None} | given)


def test_a_listener_outside_the_loopback_without_tls_does_not_start() -> None:
    with pytest.raises(ValidationError, match="TINGSU_TLS_CERTIFICATE or TINGSU_TRUSTED_PROXIES"):
        _settings(host="0.0.0.0")
    with pytest.raises(ValidationError, match="belong together"):
        _settings(tls_certificate=Path("tls.pem"))
    assert _settings(host="0.0.0.0", trusted_proxies=PROXY).trusted_proxies == PROXY
    assert _settings(host="10.0.0.5", tls_certificate=Path("a.pem"), tls_key=Path("a.key")).tls_key
    assert isinstance(_settings().session_key, SecretStr)
