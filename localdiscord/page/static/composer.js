// Where one types: a text, or a command whose options are filled in one by one.
//
// What a client refuses to send, the driver refuses too, in words; it is shown above the line.

import { leaves, matching, named, split } from "./commands.js";
import { done, forget, note } from "./doing.js";
import { el, iconButton, isNarrow } from "./dom.js";
import { Filling } from "./filling.js";
import { toNewest } from "./messages.js";
import { channel, events, here, known } from "./store.js";
import { COMBOBOX, hide, hideSoon, offer, offers, takesKey } from "./suggestions.js";

const TALLEST = 200;
const HINTED_IN_FULL = 32;

const root = document.getElementById("composer");
const hint = el("p", { class: "hint-line", hidden: true });
const complaint = el("p", { class: "complaint", role: "alert", hidden: true });
const text = el("textarea", {
  rows: 1,
  autocomplete: "off",
  spellcheck: false,
  enterKeyHint: "send",
  ...COMBOBOX,
});
const opener = iconButton("slash", "Commands of the bot", openPicker);
const sender = iconButton("send", "Send", send);
const line = el("div", { class: "line" });
const host = { leave, send, complain, sender };
let filling = null;

/** Begin to take what is typed. */
export function startComposer() {
  root.append(hint, complaint, offers, line);
  // The list above the line is no taller than what is free there, least of all with a keyboard.
  const room = () => root.style.setProperty("--room", `${root.getBoundingClientRect().top}px`);
  new ResizeObserver(room).observe(root);
  window.addEventListener("resize", room);
  showText("");
  text.addEventListener("input", typed);
  text.addEventListener("keydown", key);
  text.addEventListener("blur", () => hideSoon(text));
  events.addEventListener("moved", name);
  events.addEventListener("state", () => {
    name();
    drawHint();
  });
  events.addEventListener("commands", () => {
    if (document.activeElement === text) typed();
  });
}

function name() {
  const place = channel(here.channel);
  text.placeholder = place ? `Message #${place.name}` : "";
  text.setAttribute("aria-label", place ? `Message #${place.name}` : "Message");
}

function complain(sentence) {
  complaint.textContent = sentence ?? "";
  complaint.hidden = !sentence;
}

// What to try first, until somebody has read it

function drawHint() {
  const said = known.state.hint;
  hint.hidden = !said || localStorage.getItem("hint read") === said;
  if (hint.dataset.said === said) return;
  hint.dataset.said = said;
  const away = () => {
    readHint();
    text.focus();
  };
  hint.replaceChildren(
    el("span", {}, tryable(said)),
    iconButton("close", "Put the hint away", away),
  );
}

/** A sentence in which commands between backticks can be pressed, which types them. */
function tryable(said) {
  return said.split("`").map((part, index) => {
    if (index % 2 === 0) return part;
    const type = () => {
      showText(part);
      text.focus();
      typed();
    };
    return el(
      "button",
      { type: "button", class: "try", title: `Type ${part}`, onclick: type },
      part.length > HINTED_IN_FULL ? `${part.slice(0, HINTED_IN_FULL)}…` : part,
    );
  });
}

function readHint() {
  localStorage.setItem("hint read", known.state.hint);
  drawHint();
}

// A text

function showText(value) {
  filling = null;
  hide();
  line.className = "line";
  line.replaceChildren(opener, text, sender);
  root.classList.remove("filling");
  text.value = value;
  grow();
}

function grow() {
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight, TALLEST)}px`;
}

function typed() {
  complain(null);
  grow();
  const found = named(text.value);
  if (found) fill(new Filling(found.command, split(found.command, found.rest), host));
  else if (!text.value.startsWith("/") || text.value.includes("\n")) hide();
  else offerCommands();
}

function offerCommands() {
  const items = matching(text.value.slice(1)).map((command) => ({
    label: `/${command.name}`,
    more: summary(command),
    description: command.description,
    sign: "/",
    pick: () => fill(new Filling(command, {}, host)),
  }));
  const none = known.commands.length
    ? "The bot has no command like that."
    : "The bot has not registered any command.";
  offer(text, items.length ? null : none, items);
}

function summary(command) {
  const needed = command.options.filter((one) => one.required).map((one) => ` ${one.name}`);
  const others = command.options.length - needed.length;
  return needed.join("") + (others ? ` +${others} optional` : "");
}

function openPicker() {
  if (!text.value.startsWith("/")) text.value = "/";
  text.focus();
  typed();
}

function key(event) {
  if (event.isComposing || takesKey(event)) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    send();
  }
}

// A command

function fill(command) {
  hide();
  filling = command;
  line.className = "line command";
  line.replaceChildren(iconButton("close", "Leave the command", leave), command.element, sender);
  root.classList.add("filling");
  command.focus();
}

function leave() {
  complain(null);
  showText(filling ? `/${filling.command.name}` : "");
  text.focus();
}

// Sending

async function send() {
  complain(null);
  if (filling) await sendCommand(filling);
  else if (text.value.trim()) await sendText(text.value);
}

async function sendText(said) {
  const bare = leaves().find((one) => said.trim() === `/${one.name}`);
  if (bare) {
    fill(new Filling(bare, {}, host));
    return;
  }
  showText("");
  toNewest();
  await done(said.startsWith("/") ? "type" : "say", { text: said }, null, (sentence) => {
    showText(said);
    complain(sentence);
  });
}

async function sendCommand(command) {
  const { name: called } = command.command;
  const missing = command.missing();
  if (missing) {
    command.blame(`/${called} needs ${missing.option.name}.`, missing);
    return;
  }
  const options = await command.values();
  showText("");
  if (!isNarrow()) text.focus();
  toNewest();
  const sending = note(`Sending /${called} …`, { busy: true });
  const sent = await done("command", { name: called, options }, null, (sentence) => {
    fill(command);
    command.blame(sentence);
  });
  forget(sending);
  if (sent) readHint();
}
