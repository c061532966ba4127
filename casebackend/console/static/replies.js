"use strict";
// 常用语 beside an answer: filtered while one types, put in by Enter where one wrote last. Stands on desk.js.

class Canned {
  constructor(root) {
    this.root = root;
    this.box = one("#canned-filter");
    this.list = one("#canned-list");
    this.note = one("#canned-note");
    this.chosen = 0;
    this.goal = null;
    this.turn = 0;
    this.asked = Promise.resolve();
    document.addEventListener("focusin", (event) => { if (event.target.matches(Canned.GOALS)) this.goal = event.target; });
    document.addEventListener("keydown", (event) => this.jump(event));
    this.box.addEventListener("input", () => this.later());
    this.box.addEventListener("compositionend", () => this.later());
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // the list stands while the box has the focus
    this.list.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (row) this.insert(row);
    });
    this.asked = this.ask();
  }

  static GOALS = "#composer-text, #act textarea[name^=reply_]";

  jump(event) {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyR") return;
    event.preventDefault();
    this.box.focus();
    this.box.select();
    this.root.scrollIntoView({ block: "nearest" });
  }

  later() {
    clearTimeout(this.timer);
    this.asked = new Promise((resolve) => { this.timer = setTimeout(() => resolve(this.ask()), 150); });
  }

  async ask() {
    const turn = ++this.turn;
    const asked = new URLSearchParams({ q: this.box.value.trim() });
    if (this.root.dataset.number) asked.set("case", this.root.dataset.number);
    const answer = await fetch(`${this.root.dataset.at}?${asked}`, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok || turn !== this.turn) return;
    this.list.innerHTML = trusted.createHTML(await answer.text());
    this.typed = asked.get("q");
    this.chosen = 0;
    this.mark();
  }

  options() { return [...this.list.querySelectorAll("[role=option]")]; }

  mark() {
    const options = this.options();
    options.forEach((each, place) => each.setAttribute("aria-selected", String(place === this.chosen)));
    this.box.setAttribute("aria-expanded", String(options.length > 0));
    if (options[this.chosen]) {
      this.box.setAttribute("aria-activedescendant", options[this.chosen].id);
      options[this.chosen].scrollIntoView({ block: "nearest" });
    } else this.box.removeAttribute("aria-activedescendant");
  }

  async key(event) {
    if (event.isComposing) return;
    const options = this.options();
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options.length) {
      event.preventDefault();
      this.chosen = (this.chosen + (event.key === "ArrowDown" ? 1 : options.length - 1)) % options.length;
      this.mark();
    } else if (event.key === "Enter") {
      event.preventDefault();
      while (this.typed !== this.box.value.trim()) { // what was typed is looked for first
        const asked = this.asked;
        await asked;
        if (asked === this.asked) break;
      }
      const row = this.options()[this.chosen];
      if (this.typed !== this.box.value.trim()) this.note.textContent = "暂时查不到常用语，请稍后再试。";
      else if (row) this.insert(row);
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.target()?.focus();
    }
  }

  target() {
    const open = (field) => field?.isConnected && !field.disabled && field.offsetParent !== null;
    return [this.goal, ...document.querySelectorAll(Canned.GOALS)].find(open) ?? null;
  }

  insert(row) {
    const goal = this.target();
    const { missing, blocked } = row.dataset;
    if (blocked || missing) this.note.textContent = blocked ? `${blocked}，不能插入。` : `还缺：${missing}，不能插入。请先在投诉中补齐，或改用别的常用语。`;
    else if (!goal) this.note.textContent = "请先接管会话，或打开答复的表单。";
    else this.put(row, goal);
  }

  put(row, goal) {
    const text = wordsFor(goal, row);
    const start = goal.selectionStart ?? goal.value.length;
    goal.setRangeText((start && !goal.value.slice(0, start).endsWith("\n") ? "\n" : "") + text, start, goal.selectionEnd ?? start, "end");
    goal.dispatchEvent(new Event("input", { bubbles: true }));
    goal.focus();
    this.note.textContent = "";
    this.box.value = "";
    this.later();
    this.count(row.dataset, goal, text);
  }

  async count({ reach, id, number }, goal, text) {
    const talk = goal.id === "composer-text";
    const body = new URLSearchParams({ reach, id, version: number, target: talk ? "talk" : "form" });
    if (this.root.dataset.number) body.set("case", this.root.dataset.number);
    const answer = await fetch(this.root.dataset.at, { method: "POST", body, headers: { "X-CSRF-Token": csrf() } }).catch(() => null);
    if (!answer?.ok || !talk) return;
    const { use_id } = await answer.json();
    if (!goal.value.includes(text.slice(0, 10))) return; // sent or wiped meanwhile
    used.add(use_id);
    one("#composer-used").value = [...used].join(",");
  }
}

document.addEventListener("DOMContentLoaded", () => {
  const root = one("#canned");
  if (root) new Canned(root);
});
