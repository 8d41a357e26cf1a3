// Where one types: a text, or a command whose options are filled in one by one.
//
// What a client refuses to send, the driver refuses too, in words; it is shown above the line.

import { avatar, el, icon, iconButton, isNarrow } from "./dom.js";
import { choicesOf, leaves, matching, named, split, takes, TYPE } from "./commands.js";
import { done, forget, note } from "./doing.js";
import { packed } from "./form.js";
import { act, channel, events, here, known } from "./store.js";

const SUGGEST_AFTER_MS = 150;
const MOST_LINES = 8;

const root = document.getElementById("composer");
const complaint = el("p", { class: "complaint", role: "alert", hidden: true });
const hint = el("p", { class: "hint-line", hidden: true });
const listHead = el("p", { class: "suggestions-head", id: "suggestions-head" });
const list = el("div", { id: "suggestions", role: "listbox", "aria-label": "Suggestions" });
const offers = el("div", { id: "offers", hidden: true }, listHead, list);
const text = el("textarea", {
  rows: 1,
  id: "line",
  autocomplete: "off",
  spellcheck: false,
  enterKeyHint: "send",
  role: "combobox",
  "aria-expanded": "false",
  "aria-controls": "suggestions",
  "aria-autocomplete": "list",
});
const opener = iconButton("slash", "Commands of the bot", openPicker, { class: "icon-button slash" });
const sender = iconButton("send", "Send", () => send());
const line = el("div", { class: "line" });

/** Begin to take what is typed. */
export function startComposer() {
  root.append(hint, complaint, offers, line);
  showText();
  text.addEventListener("input", () => typed());
  text.addEventListener("keydown", keyInText);
  text.addEventListener("blur", () => hideSoon(text));
  events.addEventListener("moved", name);
  events.addEventListener("state", () => {
    name();
    drawHint();
  });
  events.addEventListener("commands", () => document.activeElement === text && typed());
}

function name() {
  const place = channel(here.channel);
  text.placeholder = place ? `Message #${place.name}` : "";
  text.setAttribute("aria-label", place ? `Message #${place.name}` : "Message");
}

/** What to try first, until somebody has read it. */
function drawHint() {
  const said = known.state.hint;
  hint.hidden = !said || localStorage.getItem("hint read") === said;
  if (hint.dataset.said === said) return;
  hint.dataset.said = said;
  const away = () => {
    readHint();
    text.focus();
  };
  hint.replaceChildren(el("span", {}, said), iconButton("close", "Put the hint away", away));
}

function readHint() {
  localStorage.setItem("hint read", known.state.hint);
  drawHint();
}

function complain(sentence) {
  complaint.textContent = sentence ?? "";
  complaint.hidden = !sentence;
}

// The list of suggestions

let offered = [];
let active = -1;
let owner = null;

/** Offer items: {label, description, picture, pick}; head says what they are for. */
function offer(input, head, items, first = 0) {
  owner = input;
  offered = items;
  active = items.length ? first : -1;
  listHead.replaceChildren(...[head ?? []].flat());
  listHead.hidden = !head;
  list.hidden = !items.length;
  list.replaceChildren(
    ...items.map((item, index) =>
      el(
        "div",
        {
          class: "suggestion",
          role: "option",
          id: `suggestion-${index}`,
          // The line keeps the focus, and the keyboard of a phone stays.
          onmousedown: (event) => event.preventDefault(),
          onclick: () => item.pick(),
        },
        item.picture && avatar(item.picture, true),
        item.sign && el("span", { class: "sign", "aria-hidden": "true" }, item.sign),
        el("span", { class: "suggestion-text" }, el("span", { class: "suggestion-label" }, item.label, item.more && el("em", {}, item.more)), item.description && el("small", {}, item.description)),
      ),
    ),
  );
  offers.hidden = !head && !items.length;
  input.setAttribute("aria-expanded", String(items.length > 0));
  mark();
}

function mark() {
  list.querySelectorAll("[role=option]").forEach((one, index) => one.setAttribute("aria-selected", String(index === active)));
  if (active >= 0) {
    owner.setAttribute("aria-activedescendant", `suggestion-${active}`);
    document.getElementById(`suggestion-${active}`)?.scrollIntoView({ block: "nearest" });
  } else owner?.removeAttribute("aria-activedescendant");
}

function hide() {
  if (owner) {
    owner.setAttribute("aria-expanded", "false");
    owner.removeAttribute("aria-activedescendant");
  }
  offers.hidden = true;
  offered = [];
  active = -1;
}

function hideSoon(input) {
  setTimeout(() => owner === input && document.activeElement !== input && hide(), 100);
}

/** Keys that the list takes before the field does. Gives whether it has. */
function keyInList(event) {
  if (offers.hidden || !offered.length) return false;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    active = active < 0 ? (step > 0 ? 0 : offered.length - 1) : (active + step + offered.length) % offered.length;
    mark();
  } else if ((event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) && active >= 0) offered[active].pick();
  else if (event.key === "Escape") hide();
  else return false;
  event.preventDefault();
  return true;
}

// A text

function showText() {
  filling = null;
  line.className = "line";
  line.replaceChildren(opener, text, sender);
  root.classList.remove("filling");
}

function grow() {
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight, MOST_LINES * 22 + 22)}px`;
}

function typed() {
  complain(null);
  grow();
  const found = named(text.value);
  if (found) return fill(found.command, split(found.command, found.rest));
  if (!text.value.startsWith("/") || text.value.includes("\n")) return hide();
  const items = matching(text.value.slice(1)).map((command) => ({
    label: `/${command.name}`,
    more: command.options.length ? ` ${summary(command)}` : "",
    description: command.description,
    sign: "/",
    pick: () => fill(command, {}),
  }));
  const head = items.length ? null : known.commands.length ? "The bot has no command like that." : "The bot has not registered any command.";
  return offer(text, head, items);
}

function summary(command) {
  const needed = command.options.filter((one) => one.required).map((one) => one.name);
  const others = command.options.length - needed.length;
  return [...needed, others ? `+${others} optional` : ""].filter(Boolean).join(" ");
}

function openPicker() {
  if (!text.value.startsWith("/")) text.value = "/";
  text.focus();
  typed();
}

function keyInText(event) {
  if (event.isComposing || keyInList(event)) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    send();
  }
}

// A command

let filling = null;

function fill(command, values) {
  hide();
  filling = { command, fields: new Map(), bar: el("div", { class: "fields" }) };
  filling.title = el("span", { class: "command-name" }, `/${command.name}`);
  filling.more = el("div", { class: "more-options", role: "group", "aria-label": "Optional" });
  const box = el("div", { class: "filled" }, filling.title, filling.bar, filling.more);
  line.className = "line command";
  line.replaceChildren(iconButton("close", "Leave the command", leave), box, sender);
  root.classList.add("filling");
  for (const option of command.options) if (option.required || option.name in values) add(option, values[option.name] ?? "");
  drawMore();
  const given = Object.keys(values);
  const next = [...filling.fields.values()].find((field) => !field.input.value && field.option.type !== TYPE.file);
  const last = given.length ? filling.fields.get(given.at(-1)) : null;
  (last ?? next ?? [...filling.fields.values()][0])?.input.focus();
  if (!filling.fields.size) (filling.more.querySelector("button") ?? sender).focus();
  if (!filling.fields.size) sender.focus();
}

function leave() {
  const kept = filling ? `/${filling.command.name}` : "";
  showText();
  hide();
  complain(null);
  text.value = kept;
  grow();
  text.focus();
}

function drawMore() {
  const others = filling.command.options.filter((one) => !filling.fields.has(one.name));
  filling.more.replaceChildren(
    ...others.map((option) =>
      el(
        "button",
        {
          type: "button",
          title: option.description,
          onmousedown: (event) => event.preventDefault(),
          onclick: () => {
            add(option, "");
            drawMore();
            filling.fields.get(option.name).input.focus();
          },
        },
        icon("plus"),
        option.name,
      ),
    ),
  );
}

function add(option, value) {
  const id = `option-${option.name}`;
  const isFile = option.type === TYPE.file;
  const numeric = option.type === TYPE.whole || option.type === TYPE.number;
  const input = el("input", {
    id,
    type: isFile ? "file" : "text",
    autocomplete: "off",
    spellcheck: false,
    enterKeyHint: "send",
    inputMode: numeric ? "decimal" : "text",
    "aria-required": String(Boolean(option.required)),
    ...(isFile ? {} : { value, role: "combobox", "aria-expanded": "false", "aria-controls": "suggestions", "aria-autocomplete": "list" }),
  });
  const chip = el("div", { class: "chip" }, el("label", { for: id, title: option.description }, option.name), input);
  if (!option.required) {
    chip.append(
      iconButton("close", `Leave out ${option.name}`, () => {
        remove(option);
        (firstInput() ?? sender).focus();
      }, { class: "icon-button chip-close" }),
    );
  }
  const field = { option, input, chip, picked: null };
  filling.fields.set(option.name, field);
  filling.bar.append(chip);
  fit(field);
  input.addEventListener("input", () => typedInOption(field));
  input.addEventListener("focus", () => suggest(field));
  input.addEventListener("blur", () => hideSoon(input));
  input.addEventListener("keydown", (event) => keyInOption(event, field));
}

const firstInput = () => [...filling.fields.values()][0]?.input;

function remove(option) {
  filling.fields.get(option.name).chip.remove();
  filling.fields.delete(option.name);
  drawMore();
}

/** A field is as wide as what is in it. */
function fit(field) {
  if (field.option.type !== TYPE.file) field.input.style.width = `${Math.max(6, field.input.value.length + 2)}ch`;
}

function typedInOption(field) {
  complain(null);
  field.picked = null;
  field.chip.classList.remove("wrong");
  // "heat:" typed within an option goes on to that option, as in Discord.
  const names = filling.command.options.map((one) => one.name);
  const found = /(?:^|\s)([\w-]+):$/.exec(field.input.value);
  if (found && names.includes(found[1])) {
    field.input.value = field.input.value.slice(0, found.index);
    fit(field);
    const option = filling.command.options.find((one) => one.name === found[1]);
    if (!filling.fields.has(option.name)) add(option, "");
    drawMore();
    return filling.fields.get(option.name).input.focus();
  }
  fit(field);
  return suggest(field);
}

function head(option) {
  return [el("b", {}, option.name), ` ${option.description}`, el("small", {}, `${option.required ? "Required" : "Optional"}: ${takes(option)}.`)];
}

let asked = 0;

function suggest(field) {
  const { option, input } = field;
  const own = choicesOf(option);
  if (!option.autocomplete) {
    const wanted = field.picked === null ? input.value.trim().toLowerCase() : "";
    const items = (own ?? []).filter((one) => `${one.label} ${one.description ?? ""}`.toLowerCase().includes(wanted)).map((one) => ({ ...one, pick: () => take(field, one) }));
    return offer(input, head(option), items, field.picked === null ? 0 : -1);
  }
  if (offers.hidden || owner !== input) offer(input, head(option), []);
  const number = (asked += 1);
  const ask = async () => {
    if (number !== asked || !filling) return;
    const body = { name: filling.command.name, focused: option.name, text: input.value, options: texts() };
    const came = await act("suggest", body);
    // What was asked before something else was typed comes too late.
    if (number !== asked || document.activeElement !== input) return;
    if (came.error !== undefined) return offer(input, [...head(option), el("small", { class: "wrong" }, came.error)], []);
    const items = came.choices.map((one) => ({ label: one.name, value: String(one.value), pick: () => take(field, { label: one.name, value: String(one.value) }) }));
    offer(input, head(option), items, -1);
  };
  setTimeout(ask, input.value ? SUGGEST_AFTER_MS : 0);
  return undefined;
}

function take(field, choice) {
  field.input.value = choice.label;
  field.picked = choice.value;
  fit(field);
  hide();
  const fields = [...filling.fields.values()];
  const next = fields.find((one) => one !== field && !one.input.value);
  if (next) next.input.focus();
}

function texts() {
  const given = {};
  for (const [name, field] of filling.fields) if (field.option.type !== TYPE.file && field.input.value) given[name] = field.picked ?? field.input.value;
  return given;
}

function keyInOption(event, field) {
  if (event.isComposing || keyInList(event)) return;
  const { input, option } = field;
  if (event.key === "Enter") {
    event.preventDefault();
    send();
  } else if (event.key === "Escape") leave();
  else if (event.key === "Backspace" && !input.value && option.type !== TYPE.file) {
    event.preventDefault();
    const fields = [...filling.fields.values()];
    const at = fields.indexOf(field);
    if (!option.required) remove(option);
    if (at > 0) fields[at - 1].input.focus();
    else leave();
  }
}

// Sending

async function send() {
  complain(null);
  if (filling) return sendCommand();
  const said = text.value;
  if (!said.trim()) return undefined;
  hide();
  text.value = "";
  grow();
  const refused = (sentence) => {
    complain(sentence);
    text.value = said;
    grow();
  };
  const bare = leaves().find((one) => said.trim() === `/${one.name}`);
  if (bare) return fill(bare, {});
  return done(said.startsWith("/") ? "type" : "say", { text: said }, null, refused);
}

async function sendCommand() {
  const { command, fields } = filling;
  for (const field of fields.values()) {
    if (field.option.required && !field.input.value) {
      field.chip.classList.add("wrong");
      field.input.focus();
      complain(`/${command.name} needs ${field.option.name}.`);
      return false;
    }
  }
  const options = texts();
  for (const [name, field] of fields) if (field.option.type === TYPE.file && field.input.files[0]) options[name] = await packed(field.input.files[0]);
  const kept = filling;
  const keptNodes = [...line.childNodes];
  showText();
  hide();
  text.value = "";
  grow();
  if (!isNarrow()) text.focus();
  const sending = note(`Sending /${command.name} …`, { busy: true });
  const back = (sentence) => {
    filling = kept;
    line.className = "line command";
    line.replaceChildren(...keptNodes);
    root.classList.add("filling");
    complain(sentence);
    const wrong = [...fields.values()].find((field) => sentence.startsWith(`${field.option.name}:`));
    wrong?.chip.classList.add("wrong");
    (wrong ?? [...fields.values()][0])?.input.focus();
  };
  const sent = await done("command", { name: command.name, options }, null, back);
  forget(sending);
  if (sent) readHint();
  return sent;
}
