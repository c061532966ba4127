"use strict";
// Comfort only: without it, what is typed is searched for by the form, and texts are copied by hand. Stands on desk.js.

class Completions {
  constructor(box) {
    this.box = box;
    this.list = document.createElement("ul");
    this.list.className = "completions";
    this.list.id = "completions";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "输入提示");
    box.parentElement.append(this.list);
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": "completions", "aria-expanded": "false" })) box.setAttribute(name, value);
    box.addEventListener("input", () => this.later());
    box.addEventListener("compositionend", () => this.later());
    box.addEventListener("keydown", (event) => this.key(event));
    box.addEventListener("blur", () => setTimeout(() => this.close(), 200));
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), 150);
  }

  async ask() {
    const typed = this.box.value.trim();
    if (!typed) { this.close(); return; }
    const answer = await fetch(`${this.box.dataset.completes}?q=${encodeURIComponent(typed)}`, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok || this.box.value.trim() !== typed || document.activeElement !== this.box) return;
    this.list.innerHTML = trusted.createHTML(await answer.text());
    this.chosen = -1;
    this.mark();
  }

  options() { return [...this.list.querySelectorAll("[role=option]")]; }

  mark() {
    const options = this.options();
    options.forEach((each, place) => each.setAttribute("aria-selected", String(place === this.chosen)));
    this.box.setAttribute("aria-expanded", String(options.length > 0));
    if (options[this.chosen]) this.box.setAttribute("aria-activedescendant", options[this.chosen].id);
    else this.box.removeAttribute("aria-activedescendant");
  }

  key(event) {
    const options = this.options();
    if (event.isComposing || !options.length) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const places = options.length + 1; // the box itself is one of them
      this.chosen = (this.chosen + 1 + (event.key === "ArrowDown" ? 1 : places - 1)) % places - 1;
      this.mark();
      event.preventDefault();
    } else if (event.key === "Enter" && this.chosen >= 0) {
      event.preventDefault();
      options[this.chosen].querySelector("a").click();
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.close();
    }
  }

  close() {
    clearTimeout(this.timer);
    this.list.replaceChildren();
    this.chosen = -1;
    this.mark();
  }
}

document.addEventListener("DOMContentLoaded", () => {
  for (const box of document.querySelectorAll("[data-completes]")) new Completions(box);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copies]");
  const text = button && document.getElementById(button.dataset.copies);
  if (!text) return;
  const { told, number } = button.dataset;
  copyFrom(button, text, () => {
    if (told) fetch(told, { method: "POST", body: new URLSearchParams({ what: "copied", version: number }), headers: { "X-CSRF-Token": csrf() } });
  });
});
