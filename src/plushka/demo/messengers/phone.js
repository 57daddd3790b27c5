// The phone's side of a chat: shows what there is and sends what is pressed. No library, no storage.
const phone = document.querySelector(".phone");
const base = phone.dataset.base;
const chat = phone.querySelector(".chat");
const keyboard = phone.querySelector(".keyboard");
const known = JSON.parse(phone.dataset.bots);
let shown = 0;
let keys = "";

async function send(what, body = {}) {
  await fetch(`${base}/${what}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  await look();
}

function linked(html) {
  return html.replace(/https:\/\/[^\s<]+/g, (link) => {
    const mine = known.find((one) => link.startsWith(one.link));
    const plain = link.replaceAll("&amp;", "&");
    const href = mine ? `${mine.open}${new URLSearchParams(new URL(plain).search).values().next().value ?? ""}` : plain;
    return `<a href="${href}">${link}</a>`;
  });
}

function button(key, message) {
  const made = document.createElement("button");
  made.textContent = key.text;
  made.addEventListener("click", () => {
    if (key.asks_contact) send("contact");
    else if (key.app) window.open(`${base}/app?url=${encodeURIComponent(key.app)}`, "_blank", "width=420,height=800");
    else if (key.link) window.open(key.link, "_blank");
    else if (key.action) send("press", { message_id: message.id, action: key.action });
    else send("write", { text: key.text });
  });
  return made;
}

function row(keysOfRow, message) {
  const made = document.createElement("div");
  made.className = "row";
  made.append(...keysOfRow.map((key) => button(key, message)));
  return made;
}

function bubble(message) {
  const said = document.createElement("div");
  said.className = `said ${message.side}`;
  const inner = document.createElement("div");
  inner.className = "bubble";
  const at = new Date(message.at * 1000).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  const picture = message.picture === null ? "" : `<img alt="" src="${phone.dataset.pictures}/${message.picture}.png">`;
  inner.innerHTML = `${picture}${linked(message.html)}<time>${at}</time>`;
  if (message.file) {
    const file = document.createElement("p");
    file.textContent = `📎 ${message.file}`;
    inner.prepend(file);
  }
  inner.querySelector("img")?.addEventListener("load", () => (chat.scrollTop = chat.scrollHeight));
  said.append(inner, ...message.rows.map((one) => row(one, message)));
  return said;
}

async function look() {
  const answer = await fetch(`${base}/state?after=${shown}`);
  const state = await answer.json();
  for (const message of state.messages) chat.append(bubble(message));
  if (state.messages.length) {
    shown = state.count;
    chat.scrollTop = chat.scrollHeight;
  }
  const told = JSON.stringify(state.keyboard);
  if (told !== keys) {
    keys = told;
    keyboard.replaceChildren(...state.keyboard.map((one) => row(one, null)));
    keyboard.hidden = state.keyboard.length === 0;
    chat.scrollTop = chat.scrollHeight;
  }
  const isOpen = state.was_begun && !state.is_blocked;
  phone.querySelector(".write").hidden = !isOpen;
  phone.querySelector(".start").hidden = isOpen;
  phone.querySelector(".app").hidden = !state.app;
  phone.querySelector(".app").dataset.url = state.app;
}

phone.querySelector(".write").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = event.target.elements.text;
  if (field.value.trim()) send("write", { text: field.value });
  field.value = "";
});
phone.querySelector(".start button").addEventListener("click", () => send("start", { start: phone.dataset.start }));
phone.querySelector(".app").addEventListener("click", (event) => {
  const url = encodeURIComponent(event.target.dataset.url);
  window.open(`${base}/app?url=${url}`, "_blank", "width=420,height=800");
});
for (const one of phone.querySelectorAll("details button")) {
  one.addEventListener("click", () => {
    one.closest("details").open = false;
    send(one.dataset.what, JSON.parse(one.dataset.body ?? "{}"));
  });
}
async function watch() {
  try {
    await look();
  } finally {
    setTimeout(watch, 400);
  }
}
watch();
