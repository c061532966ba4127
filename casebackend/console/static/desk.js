"use strict";
// Everything here is a comfort: pages and forms work without it, except the live view of a conversation.

const csrf = () => document.body.dataset.csrf || "";
const me = () => document.body.dataset.me || "";
const one = (selector, within = document) => within.querySelector(selector);

// The one way from text to elements (Trusted Types): pages that our server has rendered and escaped. Nothing becomes a script.
const rendered = { createHTML: (text) => text, createScript: () => "" };
const trusted = window.trustedTypes?.createPolicy("desk", rendered) ?? rendered;
htmx.registerExtension("desk", { init: (api) => api.initSecurity(trusted) });

document.addEventListener("htmx:config:request", (event) => {
  event.detail.ctx.request.headers["X-CSRF-Token"] = csrf();
  if (event.target.closest?.("[data-upload]")) event.detail.ctx.request.timeout = "600s"; // a large file on a slow line
});

// A form of a section goes back to its section: with the page unchanged but for the anchor, nothing would be loaded.
document.addEventListener("htmx:after:request", (event) => {
  const hx = event.detail.ctx.hx;
  if (!hx?.redirect?.includes("#")) return;
  const to = new URL(hx.redirect, location.href);
  if (to.pathname !== location.pathname || to.search !== location.search) return;
  location.hash = to.hash;
  hx.redirect = undefined;
  hx.refresh = "true";
});

// ---- the page of a case: nodes of the picture, sections, fields that a refusal names
function step(link) {
  const card = one(`#step-${link.dataset.step}`);
  const cards = card?.closest(".stepcards");
  if (!cards) return;
  for (const each of cards.children) each.classList.toggle("open", each === card);
  cards.classList.add("chosen");
  for (const each of document.querySelectorAll("[data-step]")) {
    if (each.dataset.step === link.dataset.step) each.setAttribute("aria-current", "step");
    else each.removeAttribute("aria-current");
  }
}

function unfold() { // what an address or a link points at is opened, and what holds it
  const wanted = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!wanted) return;
  for (let box = wanted.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  if (wanted.matches("details, .section")) wanted.scrollIntoView();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-step]");
  if (link && !event.ctrlKey && !event.metaKey) { event.preventDefault(); step(link); }
  const wrong = event.target.closest("[data-wrong]");
  const field = wrong && document.getElementById(wrong.dataset.wrong);
  if (field) { event.preventDefault(); field.focus(); }
  const more = one("details.more[open]");
  if (more && !more.contains(event.target)) more.open = false;
});
document.addEventListener("keydown", (event) => {
  const more = one("details.more[open]");
  if (event.key === "Escape" && more) { more.open = false; one("summary", more).focus(); }
});
document.addEventListener("toggle", (event) => {
  if (event.target.matches("details.move[open]")) one("form :is(select, textarea, input:not([type=hidden]))", event.target)?.focus();
}, true);
document.addEventListener("DOMContentLoaded", () => { // the months of a phone stand side by side: begin with this one
  const month = one(".month[data-now]");
  const months = month?.closest(".months");
  if (months && months.scrollWidth > months.clientWidth) months.scrollLeft = month.offsetLeft - months.offsetLeft;
});
window.addEventListener("hashchange", unfold);
document.addEventListener("DOMContentLoaded", () => setTimeout(unfold));
document.addEventListener("DOMContentLoaded", () => { // where one is may lie beyond the edge of a phone
  for (const each of document.querySelectorAll(".nav [aria-current], .tabs [aria-current]")) {
    const strip = each.parentElement;
    strip.scrollLeft = each.offsetLeft - strip.offsetLeft - (strip.clientWidth - each.clientWidth) / 2;
  }
});

// ---- a recorded call plays from the sentence that was clicked
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-play]");
  const player = button && document.getElementById(button.dataset.play);
  if (!player) return;
  const from = Number(button.dataset.at) / 1000;
  const start = () => { player.currentTime = from; player.play(); };
  if (player.readyState >= HTMLMediaElement.HAVE_METADATA) start();
  else { player.addEventListener("loadedmetadata", start, { once: true }); player.load(); }
});

// A refusal marks the fields that it names and leads to the first.
document.addEventListener("htmx:after:swap", (event) => {
  const links = [...(event.detail.ctx.target?.querySelectorAll?.("[data-wrong]") ?? [])];
  const fields = links.map((link) => document.getElementById(link.dataset.wrong)).filter(Boolean);
  for (const field of fields) field.setAttribute("aria-invalid", "true");
  fields[0]?.focus();
});

// ---- what was typed into a form of a case outlives a reload of the page and the end of the login, for its writer
// alone, until it is sent, he logs out, or the tab is closed
const kept = (form) => `kept:${me()}:${form.dataset.keep}`;

function keep(form) {
  const values = [...new FormData(form)].filter(([name, value]) => value && !["csrf", "move", "version"].includes(name));
  sessionStorage.setItem(kept(form), JSON.stringify(values));
}

function restore(form) {
  const values = JSON.parse(sessionStorage.getItem(kept(form)) || "[]");
  let found = false;
  for (const [name, value] of values) {
    for (const field of form.querySelectorAll(`[name="${name}"]`)) {
      if (field.type === "checkbox") { if (field.value === value) field.checked = found = true; } else if (field.value !== value) { field.value = value; found = true; }
    }
  }
  if (!found) return;
  const note = document.createElement("p");
  note.className = "kept";
  note.textContent = "已恢复您上次填写、尚未提交的内容。";
  form.prepend(note);
}

document.addEventListener("input", (event) => {
  event.target.removeAttribute("aria-invalid");
  const form = event.target.closest("form[data-keep]");
  if (form) keep(form);
});
document.addEventListener("DOMContentLoaded", () => {
  if (me() && sessionStorage.getItem("me") !== me()) { // another one starts with empty forms
    sessionStorage.clear();
    sessionStorage.setItem("me", me());
  }
  const done = new URLSearchParams(location.search).get("done");
  const number = one("[data-case]")?.dataset.case;
  if (done && number) sessionStorage.removeItem(`kept:${me()}:${number}:${done}`);
  for (const form of document.querySelectorAll("form[data-keep]")) if (!one("[role=alert]", form)) restore(form);
});

document.addEventListener("submit", (event) => { if (event.target.matches("form[action='/logout']")) sessionStorage.clear(); });

// ---- who writes is at work and is not logged out; who was logs in beside the page, and goes on in it
const AWAKE = 60_000;
let heard = Date.now();

async function session() {
  const answer = await fetch("/console/session", { redirect: "manual" }).catch(() => null);
  return answer?.ok ? answer.json() : null;
}

async function goOn() {
  const link = one("[data-again]");
  const found = link && (await session());
  if (!found) return;
  if (found.user !== me()) { location.reload(); return; }
  document.body.dataset.csrf = found.csrf;
  for (const field of document.querySelectorAll("[name=csrf]")) field.value = found.csrf;
  link.parentElement.textContent = "已重新登录，请再提交一次。";
}

document.addEventListener("input", (event) => {
  if (!event.isTrusted || !me() || Date.now() - heard < AWAKE) return;
  heard = Date.now();
  session();
});
window.addEventListener("focus", goOn);
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") goOn(); });

// One letter leads to a part of the page of a case; Enter does the rest.
const KEYS = { m: "#act summary", t: "#composer-text", p: "svg.wide a[data-step]", s: "#sections summary", c: "#cards .text" };

// ---- composer and suggestions
const used = new Set();
const became = (card, what) => {
  if (card?.dataset.use) fetch(`/console/suggestions/${card.dataset.use}/${what}`, { method: "POST", headers: { "X-CSRF-Token": csrf() } });
};

// Without a safe line there is no clipboard, and with one it may be forbidden: then by a selection, as by hand.
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedBySelection(text);
  }
}

function copiedBySelection(text) {
  const before = document.activeElement;
  const box = document.createElement("textarea");
  box.value = text;
  box.className = "sr";
  document.body.append(box);
  box.select();
  try { return document.execCommand("copy"); } catch { return false; } finally { box.remove(); before?.focus(); }
}

// What was not copied is left selected, and is no use of it.
async function copyFrom(button, source, told) {
  const before = button.textContent;
  const done = await copied(source.textContent.trim());
  if (done) told(); else document.getSelection().selectAllChildren(source);
  button.textContent = done ? "已复制" : "没有复制，请按 Ctrl+C";
  setTimeout(() => { button.textContent = before; }, done ? 1500 : 5000);
}

// Where an answer is written: to the customer in the conversation, else in the open form of an answer.
const GOALS = "#composer-text, #act textarea[name^=reply_]";
let goal = null;
document.addEventListener("focusin", (event) => { if (event.target.matches(GOALS)) goal = event.target; });
const writable = (field) => field?.isConnected && !field.disabled && field.offsetParent !== null;

// The written answer is one letter: what goes into a field of it brings neither greeting nor remedies of its own.
const wordsFor = (box, holder) => ((box.id !== "composer-text" && one("[data-in-form]", holder)) || one(".text", holder)).textContent.trim();

function insert(card) {
  if (!one("[data-act=insert]", card)) return;
  const box = [goal, ...document.querySelectorAll(GOALS)].find(writable);
  const said = one("#assist-note");
  if (said) said.textContent = box ? "" : "请先接管会话，或打开答复的表单。";
  if (!box) return;
  const text = wordsFor(box, card);
  const start = box.selectionStart ?? box.value.length;
  box.setRangeText((start && !box.value.slice(0, start).endsWith("\n") ? "\n" : "") + text, start, box.selectionEnd ?? start, "end");
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
  if (card.dataset.use) {
    if (box.id === "composer-text") {
      used.add(card.dataset.use);
      one("#composer-used").value = [...used].join(",");
    }
    became(card, "inserted");
  }
  const gap = /【请填写：[^】]*】/.exec(box.value);
  if (gap) box.setSelectionRange(gap.index, gap.index + gap[0].length); // what is typed next fills the first gap
  const note = (box.id === "composer-text" && one("#composer-note")) || said;
  if (note) note.textContent = card.classList.contains("inner") ? "插入的内容仅供内部使用，请改写后再发送。" : "";
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (!button) return;
  const card = button.closest("[data-card]");
  if (button.dataset.act === "insert") insert(card);
  if (button.dataset.act === "open") became(card, "opened");
  if (button.dataset.act === "recover") recover();
  if (button.dataset.act === "forget") forget();
  if (button.dataset.act === "ask") ask();
  if (button.dataset.act === "copy") copyFrom(button, one(".text", card), () => became(card, "copied"));
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const typing = event.target.closest("input, textarea, select");
  if (event.key === "/" && !typing) {
    const box = one("[data-search]");
    if (box) { event.preventDefault(); box.focus(); }
  }
  if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey && KEYS[event.key]) {
    const goal = one(KEYS[event.key]);
    if (goal) { event.preventDefault(); goal.focus(); goal.scrollIntoView({ block: "nearest" }); }
  }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.id === "composer-text") {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
  if (event.altKey && event.key.toLowerCase() === "z" && one("#composer-moved:not([hidden])")) {
    event.preventDefault();
    recover();
  }
  if (event.altKey && /^[1-5]$/.test(event.key)) {
    const card = document.querySelectorAll("[data-card]")[Number(event.key) - 1];
    if (card) { event.preventDefault(); insert(card); }
  }
});

// ---- words picked in the conversation are asked of the knowledge
function picked() {
  const selection = document.getSelection();
  const words = selection?.toString().trim().replace(/\s+/g, " ").slice(0, 200) ?? "";
  return words.length > 1 && one("#bubbles")?.contains(selection.anchorNode) ? words : "";
}

function ask() {
  const field = one("#ask-text");
  if (!field) return;
  field.value = picked() || field.value;
  if (field.value) field.form.requestSubmit(); else field.focus();
}

document.addEventListener("selectionchange", () => {
  const button = one("#ask-picked");
  if (button) button.hidden = !picked();
});
document.addEventListener("keydown", (event) => {
  if (event.altKey && event.key.toLowerCase() === "q" && one("#ask-text")) { event.preventDefault(); ask(); }
});

// ---- the thread moved while an answer was being written: the draft is dropped, and comes back only when its writer
// has seen the new message and asks for it
let composing = false;
const droppedAt = () => `dropped:${one("#talk").dataset.conversation}`;
const droppedOf = () => JSON.parse(sessionStorage.getItem(droppedAt()) || "null");
const useAll = (ids) => {
  for (const id of ids) used.add(id);
  one("#composer-used").value = [...used].join(",");
};

function moved(newest) {
  const box = one("#composer-text");
  const seen = one("#composer-seen");
  seen.dataset.newest = newest;
  if (composing) return; // half a character is no text yet: dropped when it is whole
  if (box.value.trim()) drop(box);
  seen.value = newest;
}

function drop(box) {
  const before = droppedOf();
  const text = [before?.text, box.value].filter(Boolean).join("\n");
  sessionStorage.setItem(droppedAt(), JSON.stringify({ text, used: [...(before?.used ?? []), ...used] }));
  box.value = "";
  used.clear();
  useAll([]);
  for (const id of ["#composer-note", "#say-result"]) one(id).textContent = "";
  showDropped();
}

function showDropped() {
  const note = one("#composer-moved");
  if (!note) return;
  const found = droppedOf();
  note.hidden = !found;
  one("q", note).textContent = found?.text ?? "";
}

function recover() {
  const found = droppedOf();
  const box = one("#composer-text");
  if (!found || !writable(box)) return;
  box.value = [found.text, box.value].filter(Boolean).join("\n");
  useAll(found.used);
  forget();
  box.focus();
}

function forget() {
  sessionStorage.removeItem(droppedAt());
  showDropped();
  one("#composer-text").focus();
}

document.addEventListener("compositionstart", (event) => { composing = event.target.id === "composer-text"; });
document.addEventListener("compositionend", () => {
  const seen = one("#composer-seen");
  const waited = composing && seen && Number(seen.dataset.newest ?? 0) > Number(seen.value);
  composing = false;
  if (waited) setTimeout(() => moved(seen.dataset.newest));
});
document.addEventListener("DOMContentLoaded", () => { if (one("#composer-moved")) showDropped(); });

document.addEventListener("said", () => {
  const box = one("#composer-text");
  const seen = one("#composer-seen");
  if (seen?.dataset.newest) seen.value = seen.dataset.newest;
  if (box) forget();
  if (box) { box.value = ""; box.focus(); }
  used.clear();
  for (const id of ["#composer-used"]) if (one(id)) one(id).value = "";
  for (const id of ["#composer-note", "#say-result"]) if (one(id)) one(id).textContent = "";
  live?.refresh();
});

// ---- the live conversation: the stream only says that something changed, the page asks by its cursor
class Live {
  constructor(root) {
    this.root = root;
    this.at = `/console/conversations/${root.dataset.conversation}`;
    this.known = null;
    this.failures = 0;
    this.list = one("#bubbles", root);
    this.bottom();
    this.listen();
  }

  bottom() { this.list.scrollTop = this.list.scrollHeight; }

  cursor() {
    const all = this.list.querySelectorAll("li[data-seq]");
    return all.length ? all[all.length - 1].dataset.seq : "0";
  }

  listen() {
    const source = new EventSource(`${this.at}/events`);
    source.addEventListener("state", (event) => { this.failures = 0; this.changed(JSON.parse(event.data)); });
    source.addEventListener("error", () => {
      this.failures += 1;
      if (source.readyState === EventSource.CLOSED || this.failures >= 4) { source.close(); this.poll(); }
    });
  }

  poll() { // the fall-back of proxies that swallow streams
    setInterval(() => this.refresh(), 4000);
  }

  changed(state) {
    const before = this.known;
    this.known = state;
    if (state.seq > Number(this.cursor()) || (before && before.delivery !== state.delivery)) this.refresh();
    if (state.owner !== this.root.dataset.owner) {
      this.root.dataset.owner = state.owner;
      this.get("owner", "#owner", "innerHTML");
    }
    const page = document.body.querySelector("[data-case]");
    if (page && state.cases[page.dataset.case] !== undefined && String(state.cases[page.dataset.case]) !== page.dataset.version) {
      one("#stale").hidden = false;
    }
  }

  get(what, target, swap) {
    return htmx.ajax("GET", `${this.at}/${what}`, { target, swap, headers: { "X-Background": "1" } });
  }

  async refresh() {
    if (this.busy) { this.again = true; return; }
    this.busy = true;
    const near = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 120;
    const before = this.cursor();
    try {
      await this.get(`messages?after=${before}`, "#bubbles", "beforeend");
    } finally {
      this.busy = false;
    }
    if (this.cursor() !== before) {
      if (near) this.bottom();
      const said = this.list.querySelectorAll("li.customer");
      const newest = said.length ? said[said.length - 1].dataset.seq : "0";
      const seen = one("#composer-seen");
      if (seen && Number(newest) > Number(seen.value)) {
        moved(newest);
        const number = one("[data-case]")?.dataset.case;
        this.get(`suggestions${number ? `?case=${number}` : ""}`, "#cards", "innerHTML");
      }
    }
    if (this.again) { this.again = false; await this.refresh(); }
  }
}

let live = null;
document.addEventListener("DOMContentLoaded", () => {
  const root = one("[data-conversation]");
  if (root) live = new Live(root);
});

// ---- what is taken down keeps itself: when a field is left, each minute, and when the window goes away
const EVERY = 60_000;
const CARRIED = 60_000; // of all that still leaves when a window is closed, a browser carries 64 KiB and refuses more
const keeping = { changed: false, sent: false };

async function keepDraft(form, leaving = false) {
  if (!keeping.changed || keeping.sent) return;
  keeping.changed = false;
  const said = one("[data-kept]", form);
  try {
    const body = new URLSearchParams(new FormData(form));
    const keepalive = leaving && body.toString().length < CARRIED;
    const answer = await fetch(form.dataset.keeps, { method: "POST", headers: { "X-CSRF-Token": csrf() }, body, keepalive });
    if (answer.ok) {
      const found = await answer.json();
      form.elements.draft_version.value = found.version;
      keeping.sent = Boolean(found.filed);
      said.textContent = found.filed ? `这份登记已提交，编号 ${found.filed}` : `已自动保存（${found.at}）`;
    } else if (answer.status === 409) {
      keeping.sent = true;
      said.textContent = "这份登记已在另一个窗口改动，这里不再自动保存。请把需要的内容复制过去，或重新打开";
    } else if (answer.status === 401) {
      keeping.changed = true;
      const link = Object.assign(document.createElement("a"), { href: "/login", target: "_blank", textContent: "在新窗口登录" });
      link.dataset.again = "";
      said.replaceChildren("登录已过期，没有保存。请", link, "后回到本页");
    } else throw new Error(answer.status);
  } catch {
    keeping.changed = true;
    said.textContent = "自动保存没有成功，稍后再试；请不要关闭窗口";
  }
}

document.addEventListener("DOMContentLoaded", () => {
  const form = one("form[data-keeps]");
  if (!form) return;
  form.addEventListener("input", () => { keeping.changed = true; });
  form.addEventListener("change", () => { keeping.changed = true; });
  form.addEventListener("focusout", () => keepDraft(form));
  form.addEventListener("submit", () => { keeping.changed = false; }, true);
  setInterval(() => keepDraft(form), EVERY);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") keepDraft(form, true); });
});

// ---- the watermark: its time goes on while a page stays open, from the clock of the server
document.addEventListener("DOMContentLoaded", () => {
  const marks = document.querySelectorAll("[data-watermark]");
  if (!marks.length) return;
  const began = Number(marks[0].dataset.watermark) * 1000 - performance.now();
  const said = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" });
  setInterval(() => {
    const now = said.format(began + performance.now());
    for (const each of marks) each.textContent = now;
  }, 20_000);
});
