// <complaint-chat>: one conversation over /chat/ws. The frames are described in frames.py.

const WORDS = {
  who: { bot: "智能助手", agent: "工作人员", customer: "我", system: "服务提示" },
  state: { connecting: "正在连接…", open: "在线", offline: "网络不通，消息将在恢复后自动发送" },
  queued: "正在为您转接工作人员…",
  person: (name) => `${name || "工作人员"} 正在为您服务`,
  pending: "发送中…",
  tooLong: "这条消息超过 4000 字，请分成几条发送。",
  answering: "正在回复…",
  checking: "已收到，正在核对…",
  uploading: (name, share) => `正在发送文件“${name}”… ${share}%`,
  tooLarge: (most) => `文件超过 ${most}MB，没有发送。可以压缩后再发，或者分成几个文件。`,
  empty: "这个文件是空的，没有发送。",
  uploadFailed: "文件没有发出，请检查网络后重试。",
  progress: (done, total) => `已填写 ${done} / ${total} 项`,
};
const LONGEST = 4000;
const MB = 1024 * 1024;
const THUMBNAIL = { side: 240, quality: 0.7 };
const ACK_MS = 10_000;
const CATCH_UP_MS = { waiting: 5_000, idle: 45_000 };
const BACK_OFF_MS = { first: 500, most: 20_000 };
const CHECKING_MS = 2_500;
const ANSWER_MS = 60_000;

class Outbox {
  /** Messages not yet taken, oldest first; they survive a reload of the page. */
  constructor(key) {
    this.key = key;
    try {
      this.waiting = JSON.parse(sessionStorage.getItem(key)) || [];
    } catch {
      this.waiting = [];
    }
  }

  get head() {
    return this.waiting.find((message) => !message.kept);
  }

  get keeps() {
    return this.waiting.some((message) => message.kept);
  }

  /** Kept for us while the system was away: asked for again later, which says where it belongs. */
  keep(cid, kept) {
    for (const message of this.waiting) if (!cid || message.cid === cid) message.kept = kept;
    this.save();
  }

  add(message) {
    this.waiting.push(message);
    this.save();
  }

  take(cid) {
    this.waiting = this.waiting.filter((message) => message.cid !== cid);
    this.save();
  }

  save() {
    try {
      sessionStorage.setItem(this.key, JSON.stringify(this.waiting));
    } catch {
      /* private mode: kept in memory only */
    }
  }
}

class ComplaintChat extends HTMLElement {
  connectedCallback() {
    this.parts = Object.fromEntries([...this.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    this.after = 0;
    this.shown = new Map();
    this.outbox = new Outbox("tingsu.outbox");
    this.inFlight = null;
    this.attempt = 0;
    this.timers = {};
    this.listen();
    this.setElder(stored("tingsu.elder") === "on");
    for (const message of this.outbox.waiting) this.showPending(message);
    this.connect();
  }

  listen() {
    const { form, text, elder } = this.parts;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.submit();
    });
    text.addEventListener("input", () => this.grow());
    this.parts.attach.addEventListener("click", () => this.parts.file.click());
    this.parts.file.addEventListener("change", () => this.attach());
    elder.addEventListener("click", () => this.setElder(elder.getAttribute("aria-pressed") !== "true"));
    for (const chip of this.querySelectorAll("[data-say]")) {
      chip.addEventListener("click", () => this.say(chip.dataset.say));
    }
    addEventListener("online", () => this.connect(true));
    addEventListener("offline", () => this.setState("offline"));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.catchUp();
    });
  }

  // --- the wire

  connect(now = false) {
    if (this.socket && this.socket.readyState <= WebSocket.OPEN) return;
    clearTimeout(this.timers.reconnect);
    if (!now && this.attempt > 0) {
      const wait = Math.min(BACK_OFF_MS.most, BACK_OFF_MS.first * 2 ** (this.attempt - 1));
      this.timers.reconnect = setTimeout(() => this.connect(true), wait * (0.7 + Math.random() * 0.6));
      return;
    }
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/chat/ws`);
    this.socket = socket;
    this.ready = false;
    socket.addEventListener("open", () => this.send({ type: "hello", after: this.after }));
    socket.addEventListener("message", (event) => this.hear(JSON.parse(event.data)));
    socket.addEventListener("close", (event) => this.lost(socket, event));
  }

  lost(socket, event) {
    if (socket !== this.socket) return;
    if (event.code === 4401) {
      if (stored("tingsu.renewed") !== String(Math.floor(Date.now() / 60_000))) {
        store("tingsu.renewed", String(Math.floor(Date.now() / 60_000)));
        location.reload();
        return;
      }
    }
    this.inFlight = null;
    this.attempt += 1;
    clearTimeout(this.timers.ack);
    this.setState(navigator.onLine === false || this.attempt > 1 ? "offline" : "connecting");
    this.connect();
  }

  send(frame) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  catchUp() {
    if (this.socket?.readyState === WebSocket.OPEN) this.send({ type: this.ready ? "sync" : "hello", after: this.after });
    else this.connect(true);
  }

  scheduleCatchUp() {
    clearTimeout(this.timers.catchUp);
    const calm = this.ready && !this.waitingSince && !this.outbox.keeps;
    this.timers.catchUp = setTimeout(() => {
      this.catchUp();
      this.scheduleCatchUp();
    }, calm ? CATCH_UP_MS.idle : CATCH_UP_MS.waiting);
  }

  hear(frame) {
    const hearing = {
      messages: () => this.onMessages(frame),
      ack: () => this.onAck(frame),
      kept: () => this.onKept(frame),
      slow: () => this.onSlow(frame),
      refused: () => this.onRefused(frame),
      notice: () => this.onNotice(frame),
    };
    hearing[frame.type]?.();
    this.scheduleCatchUp();
  }

  onMessages(frame) {
    this.ready = true;
    this.attempt = 0;
    this.owner = frame.owner;
    this.ownerName = frame.owner_name;
    this.setState("open");
    if (this.noticeOf === "unreachable") this.setNotice("");
    for (const item of frame.items) this.show(item);
    if (frame.items.some((item) => item.author !== "customer")) this.setWaiting(false);
    this.setProgress(frame.draft);
    this.setLarge(frame.large);
    if (this.outbox.keeps) this.outbox.keep(null, false);
    this.sendNext();
  }

  onAck({ cid, seq, answering }) {
    this.settled(cid);
    const bubble = this.pendingBubble(cid);
    const picture = bubble?.querySelector(".thumbnail");
    if (picture && this.shown.has(seq)) this.shown.get(seq).querySelector(".words").after(picture);
    if (bubble && this.shown.has(seq)) bubble.remove();
    else if (bubble) this.place(bubble, seq);
    this.setWaiting(answering && this.after <= seq);
    this.sendNext();
  }

  onKept({ cid, text }) {
    this.released(cid);
    this.outbox.keep(cid, true);
    this.setFate(cid, text);
    this.sendNext();
  }

  onSlow({ cid, text, retry_ms }) {
    clearTimeout(this.timers.ack);
    this.setNotice(text);
    this.setFate(cid, WORDS.pending);
    clearTimeout(this.timers.slow);
    this.timers.slow = setTimeout(() => {
      this.setNotice("");
      this.inFlight = null;
      this.sendNext();
    }, retry_ms);
  }

  onRefused({ cid, text }) {
    this.settled(cid);
    const bubble = this.pendingBubble(cid);
    if (bubble) bubble.dataset.failed = "";
    this.setFate(cid, text);
    this.sendNext();
  }

  onNotice({ about, text }) {
    this.setNotice(text, about);
  }

  // --- saying

  submit() {
    const text = this.parts.text.value.trim();
    if (!text) return;
    if ([...text].length > LONGEST) {
      this.setNotice(WORDS.tooLong);
      return;
    }
    this.parts.text.value = "";
    this.grow();
    this.say(text);
    this.parts.text.focus();
  }

  /** The file first; the message that names it only when it is there. */
  async attach() {
    const [file] = this.parts.file.files;
    this.parts.file.value = "";
    if (!file) return;
    const most = Number(this.dataset.uploadMb);
    if (!file.size || file.size > most * MB) {
      this.setNotice(file.size ? WORDS.tooLarge(most) : WORDS.empty);
      return;
    }
    this.parts.attach.disabled = true;
    this.setNotice("");
    try {
      const [{ ok, kept }, picture] = await Promise.all([this.upload(file), thumbnail(file)]);
      if (ok) this.say("", [{ kind: kept.kind, reference: kept.reference, note: file.name.slice(-100) }], picture);
      else this.setNotice(kept.detail || WORDS.uploadFailed);
    } catch {
      this.setNotice(WORDS.uploadFailed);
    } finally {
      this.parts.attach.disabled = false;
      this.parts.upload.hidden = true;
    }
  }

  /** XMLHttpRequest tells how much has gone; fetch does not. */
  upload(file) {
    this.setUpload(file.name, 0);
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", "/chat/files");
      request.setRequestHeader("X-File-Name", encodeURIComponent(file.name.slice(-100)));
      request.responseType = "json";
      request.upload.addEventListener("progress", ({ loaded, total }) => {
        this.setUpload(file.name, Math.floor((100 * loaded) / (total || file.size)));
      });
      request.addEventListener("load", () => {
        const ok = request.status >= 200 && request.status < 300 && Boolean(request.response);
        resolve({ ok, kept: request.response || {} });
      });
      for (const end of ["error", "abort", "timeout"]) request.addEventListener(end, reject);
      request.send(file);
    });
  }

  setUpload(name, share) {
    this.parts.upload.hidden = false;
    this.parts["upload-words"].textContent = WORDS.uploading(name, share);
    this.parts["upload-bar"].value = share;
  }

  say(text, media = [], picture = null) {
    if (!this.inFlight) this.setNotice("");
    const message = media.length ? { cid: newId(), text, media } : { cid: newId(), text };
    this.outbox.add(message);
    this.showPending(message);
    if (picture) this.pendingBubble(message.cid).querySelector(".words").after(picture);
    this.sendNext();
  }

  sendNext() {
    const head = this.outbox.head;
    if (!head || this.inFlight || this.socket?.readyState !== WebSocket.OPEN) return;
    this.inFlight = head.cid;
    this.send({ type: "say", cid: head.cid, text: head.text, ...(head.media ? { media: head.media } : {}) });
    clearTimeout(this.timers.ack);
    this.timers.ack = setTimeout(() => this.socket.close(), ACK_MS);
  }

  settled(cid) {
    this.released(cid);
    this.outbox.take(cid);
  }

  released(cid) {
    clearTimeout(this.timers.ack);
    if (this.inFlight === cid) this.inFlight = null;
  }

  // --- showing

  show(item) {
    this.after = Math.max(this.after, item.seq);
    if (this.shown.has(item.seq)) return;
    const bubble = this.bubble(item.author, item.text);
    if (item.choices.length && item.author !== "customer") bubble.append(this.choices(item.choices));
    this.place(bubble, item.seq);
  }

  showPending({ cid, text, media }) {
    const bubble = this.bubble("customer", text || `[文件]${media?.[0]?.note ?? ""}`);
    bubble.dataset.pending = cid;
    this.parts.log.append(bubble);
    this.setFate(cid, WORDS.pending);
    this.retireChoices();
    this.toEnd();
  }

  bubble(author, text) {
    const bubble = element("div", "bubble");
    bubble.dataset.author = author;
    const name = author === "agent" && this.ownerName ? this.ownerName : WORDS.who[author];
    if (name) bubble.append(element("span", author === "customer" ? "unseen" : "who", name));
    const words = element("div", "words");
    words.said = { author, text };
    words.textContent = this.spoken(words.said);
    bubble.append(words);
    return bubble;
  }

  choices(texts) {
    const group = element("div", "choices");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", "可选的回答");
    for (const text of texts) {
      const button = element("button", "", text);
      button.type = "button";
      button.addEventListener("click", () => {
        button.setAttribute("aria-pressed", "true");
        this.say(text);
        this.parts.text.focus({ preventScroll: true });
      });
      group.append(button);
    }
    return group;
  }

  retireChoices() {
    for (const button of this.parts.log.querySelectorAll(".choices button")) button.disabled = true;
  }

  place(bubble, seq) {
    delete bubble.dataset.pending;
    bubble.querySelector(".fate")?.remove();
    bubble.dataset.seq = seq;
    this.shown.set(seq, bubble);
    const next = [...this.parts.log.children].find((other) => !other.dataset.seq || Number(other.dataset.seq) > seq);
    const following = next && next !== bubble ? next : null;
    if (following || bubble.parentNode !== this.parts.log) this.parts.log.insertBefore(bubble, following);
    if (bubble.dataset.author === "customer") {
      for (const [earlier, other] of this.shown) {
        if (earlier < seq) for (const button of other.querySelectorAll(".choices button")) button.disabled = true;
      }
    }
    this.toEnd();
  }

  pendingBubble(cid) {
    return [...this.parts.log.children].find((bubble) => bubble.dataset.pending === cid);
  }

  setFate(cid, words) {
    const bubble = this.pendingBubble(cid);
    if (!bubble) return;
    const fate = bubble.querySelector(".fate") || bubble.appendChild(element("span", "fate"));
    fate.textContent = words;
  }

  setWaiting(waiting) {
    clearTimeout(this.timers.checking);
    clearTimeout(this.timers.giveUp);
    this.waitingSince = waiting ? Date.now() : 0;
    this.parts.typing.hidden = !waiting;
    this.parts["typing-words"].textContent = WORDS.answering;
    if (waiting) {
      this.timers.checking = setTimeout(() => (this.parts["typing-words"].textContent = WORDS.checking), CHECKING_MS);
      this.timers.giveUp = setTimeout(() => this.setWaiting(false), ANSWER_MS);
      this.toEnd();
    }
  }

  setState(state) {
    this.dataset.state = state;
    let words = WORDS.state[state];
    if (state === "open" && this.owner === "person") words = WORDS.person(this.ownerName);
    if (state === "open" && this.owner === "queued") words = WORDS.queued;
    if (this.parts.state.textContent !== words) this.parts.state.textContent = words;
  }

  setNotice(text, of = "") {
    this.noticeOf = of;
    this.parts.notice.textContent = text;
    this.parts.notice.hidden = !text;
  }

  setProgress(draft) {
    this.parts.progress.hidden = !draft;
    if (!draft) return;
    this.parts["progress-words"].textContent = WORDS.progress(draft.done, draft.total);
    this.parts["progress-bar"].max = draft.total || 1;
    this.parts["progress-bar"].value = draft.done;
  }

  setElder(on) {
    this.elder = on;
    document.documentElement.toggleAttribute("data-elder", on);
    this.parts.elder.setAttribute("aria-pressed", String(on));
    store("tingsu.elder", on ? "on" : "off");
    for (const words of this.parts.log.querySelectorAll(".words")) words.textContent = this.spoken(words.said);
    this.toEnd();
  }

  /** Asked for in the talk: only a change counts, the switch on the page has the last word. */
  setLarge(large) {
    const asked = large ? "on" : "off";
    if (asked === (stored("tingsu.large") || "off")) return;
    store("tingsu.large", asked);
    this.setElder(large);
  }

  /** In large type every sentence has its own line. */
  spoken({ author, text }) {
    return this.elder && author !== "customer" ? text.replace(/([。！？；])(?=[^\n”’」）])/gu, "$1\n") : text;
  }

  grow() {
    const { text } = this.parts;
    text.rows = Math.min(5, text.value.split("\n").length + Math.floor(text.value.length / 60));
  }

  toEnd() {
    const { log } = this.parts;
    requestAnimationFrame(() => (log.scrollTop = log.scrollHeight));
  }
}

function element(name, className, text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

/** Drawn anew and small, as a data: address, which is all that the page's policy lets in; null for what is no picture. */
async function thumbnail(file) {
  if (!file.type.startsWith("image/")) return null;
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, THUMBNAIL.side / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const picture = element("img", "thumbnail");
    picture.alt = file.name;
    picture.src = canvas.toDataURL("image/jpeg", THUMBNAIL.quality);
    return picture;
  } catch {
    return null;
  }
}

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function stored(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function store(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    /* private mode */
  }
}

customElements.define("complaint-chat", ComplaintChat);
