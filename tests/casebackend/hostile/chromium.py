"""A browser that notices when anything of an attacker comes alive: a script, a dialog, an element, a request."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Page, Request, async_playwright

CHROMIUM = "/usr/bin/chromium"
# Whatever an attacker names is not found, so that nothing leaves this machine.
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip
# Everything that folds is opened first: what lies in it may load and run only then.
SWEEP = """() => {
  for (const each of document.querySelectorAll("details")) each.open = true;
  const found = [];
  const home = new URL(location.href).origin;
  const ours = (value) => { try { return new URL(value, location.href).origin === home; } catch { return false; } };
  const links = ["href", "src", "action", "data", "xlink:href", "hx-get", "hx-post", "poster"];
  const odd = ["iframe", "object", "embed", "base", "math", "style"];
  for (const element of document.querySelectorAll("*")) {
    for (const { name, value } of element.attributes) {
      const bad = name === "x7" || /^on/.test(name) || ["style", "srcdoc", "ping", "formaction"].includes(name)
        || (links.includes(name) && !ours(value))
        || /^(data-)?hx-(on|vals|live|config)/.test(name);
      if (bad) found.push(`<${element.localName} ${name}=${value.slice(0, 60)}>`);
    }
    if (odd.includes(element.localName)) found.push(`<${element.localName}>`);
    if (element.localName === "script" && !element.src) found.push("<script>");
  }
  if (document.documentElement.textContent.includes("x7=1337")) found.push("a template was evaluated");
  return found;
}"""


@dataclass
class Watch:
    """What came alive, with the page on which it did."""

    context: BrowserContext
    origin: str
    alive: list[str] = field(default_factory=list)
    opened: int = 0
    at: str = ""

    @classmethod
    async def over(cls, context: BrowserContext, origin: str) -> "Watch":
        made = cls(context, origin)
        await context.expose_function("x7", lambda *_: made.note("a script ran"))
        context.on("request", made._asked)
        context.on("console", lambda said: made.said(said.text))
        context.on("weberror", lambda error: made.note(f"error {error.error}"))
        context.on("dialog", lambda dialog: made.note(f"dialog {dialog.message}"))
        return made

    def note(self, what: str) -> None:
        self.alive.append(f"{self.at}: {what}")

    def said(self, text: str) -> None:
        if "Content Security Policy" in text or "Trusted Type" in text or "x7" in text:
            self.note(text[:300])

    def _asked(self, request: Request) -> None:
        if request.url.startswith(("http", "ws")) and urlsplit(request.url).netloc != urlsplit(self.origin).netloc:
            self.note(f"asked {request.url[:100]}")

    async def look(self, page: Page, path: str, *, stay: float = 0) -> int:
        """`stay`: milliseconds for what opens late. Returns the status."""
        self.at = path
        answer = await page.goto(f"{self.origin}{path}", wait_until="load", timeout=120_000)
        if stay:
            await page.evaluate(SWEEP)
            await page.wait_for_timeout(stay)
        await self.sweep(page)
        self.opened += 1
        return answer.status if answer else 0

    async def sweep(self, page: Page) -> None:
        for found in await page.evaluate(SWEEP):
            self.note(found)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        await started.close()


async def seated(browser: Browser, origin: str, secret: str) -> Watch:
    """A colleague who is logged in."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    await context.add_cookies([{"name": "tingsu", "value": secret, "url": origin}])
    return await Watch.over(context, origin)
