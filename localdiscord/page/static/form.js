// A form that a bot opens. Closing it tells the bot nothing, as in Discord.

import { el, icon, iconButton } from "./dom.js";
import { markdown } from "./markdown.js";
import { act, known, server } from "./store.js";

const LABEL = 18;
const ROW = 1;
const TEXT = 10;
const KIND = {
  string: 3,
  input: 4,
  user: 5,
  role: 6,
  mentionable: 7,
  channel: 8,
  file: 19,
  radio: 21,
  checks: 22,
  check: 23,
};
const PARAGRAPH = 2;
const SHORT_FROM = 4000;

/** Show a form until it is sent or closed. */
export function openForm(form) {
  const readers = new Map();
  const complaint = el("p", { class: "complaint", role: "alert", hidden: true });
  const send = el("button", { type: "submit", class: "primary" }, "Submit");
  const title = el("h2", { id: `form-title` }, form.title);
  const body = el(
    "form",
    { method: "dialog", noValidate: true },
    el(
      "div",
      { class: "form-head" },
      title,
      iconButton("close", "Close the form", () => dialog.close()),
    ),
    el(
      "div",
      { class: "form-body" },
      form.components.map((one) => item(one, readers)),
    ),
    complaint,
    el(
      "div",
      { class: "form-foot" },
      el("button", { type: "button", class: "secondary", onclick: () => dialog.close() }, "Cancel"),
      send,
    ),
  );
  const dialog = el(
    "dialog",
    { class: "form", "aria-labelledby": "form-title", onclose: () => dialog.remove() },
    body,
  );

  const complain = (text) => {
    complaint.textContent = text;
    complaint.hidden = false;
  };

  body.addEventListener("submit", async (event) => {
    event.preventDefault();
    complaint.hidden = true;
    send.classList.add("busy");
    const values = {};
    for (const [name, read] of readers) values[name] = await read();
    const came = await act("submit", { token: form.token, values });
    send.classList.remove("busy");
    if (came.error !== undefined) return complain(came.error);
    if (came.failed) return complain("Something went wrong. Try again.");
    dialog.close();
    return came.form && openForm(came.form);
  });
  // Enter in a line of text sends; in a field of several lines Ctrl and Enter do.
  body.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) body.requestSubmit(send);
  });
  document.body.append(dialog);
  dialog.showModal();
  body.querySelector(".form-body :is(input, textarea, select)")?.focus();
}

function item(given, readers) {
  if (given.type === TEXT) return markdown(given.content);
  if (given.type === ROW)
    return given.components.map((one) => field(one, one.label ?? "", "", readers));
  if (given.type === LABEL)
    return field(given.component, given.label, given.description ?? "", readers);
  return null;
}

function field(given, label, description, readers) {
  const id = `field-${given.custom_id}`;
  const required = given.required !== false;
  const { control, read, extra } = build(given, id);
  readers.set(given.custom_id, read);
  const grouped = control.matches("[role=group]");
  if (grouped) control.setAttribute("aria-label", label);
  const name = [
    label,
    required &&
      given.type !== KIND.check &&
      el("span", { class: "required", "aria-label": "required" }, " *"),
  ];
  return el(
    "div",
    { class: "field" },
    grouped ? el("p", { class: "label" }, name) : el("label", { class: "label", for: id }, name),
    description && el("p", { class: "hint", id: `${id}-hint` }, description),
    control,
    extra,
  );
}

function build(given, id) {
  const named = { id, name: given.custom_id, required: given.required !== false };
  switch (given.type) {
    case KIND.input:
      return input(given, named);
    case KIND.radio:
      return boxes(given, id, "radio");
    case KIND.checks:
      return boxes(given, id, "checkbox");
    case KIND.check: {
      const control = el("input", { type: "checkbox", id, checked: Boolean(given.default) });
      return { control, read: () => control.checked };
    }
    case KIND.file: {
      const control = el("input", {
        type: "file",
        ...named,
        multiple: (given.max_values ?? 1) > 1,
      });
      return { control, read: () => Promise.all([...control.files].map(packed)) };
    }
    default:
      return (given.max_values ?? 1) > 1
        ? boxes({ ...given, options: options(given) }, id, "checkbox")
        : menu(given, named);
  }
}

function input(given, named) {
  const several = given.style === PARAGRAPH;
  const control = el(several ? "textarea" : "input", {
    ...named,
    value: given.value ?? "",
    placeholder: given.placeholder ?? "",
    autocomplete: "off",
    spellcheck: false,
    ...(several
      ? { rows: Math.min(12, Math.max(4, (given.value ?? "").split("\n").length + 1)) }
      : { type: "text" }),
  });
  const most = given.max_length ?? SHORT_FROM;
  const counter = el("p", { class: "counter", "aria-hidden": "true" });
  const count = () => {
    counter.textContent = most < SHORT_FROM ? `${control.value.length} / ${most}` : "";
    counter.classList.toggle("over", control.value.length > most);
  };
  control.addEventListener("input", count);
  count();
  return { control, read: () => control.value, extra: counter };
}

function options(given) {
  const chosen = new Set((given.default_values ?? []).map((one) => one.id));
  const as = (list, name) =>
    list.map((one) => ({ value: one.id, label: name(one), default: chosen.has(one.id) }));
  const people = () => as(server().people, (one) => one.name);
  const roles = () => as(server().roles, (one) => `@${one.name.replace(/^@/, "")}`);
  switch (given.type) {
    case KIND.user:
      return people();
    case KIND.role:
      return roles();
    case KIND.mentionable:
      return [...people(), ...roles()];
    case KIND.channel:
      return as(known.state.channels, (one) => `#${one.name}`);
    default:
      return given.options ?? [];
  }
}

function menu(given, named) {
  const all = options(given);
  const chosen = all.find((one) => one.default);
  const control = el(
    "select",
    named,
    !chosen && el("option", { value: "" }, given.placeholder ?? "Make a selection"),
    chosen && given.required === false && el("option", { value: "" }, "–"),
    all.map((one) => el("option", { value: one.value, selected: one === chosen }, one.label)),
  );
  return {
    control: el("div", { class: "native-select" }, control, icon("down")),
    read: () => (control.value ? [control.value] : []),
  };
}

function boxes(given, id, type) {
  const made = (given.options ?? []).map((one, index) => ({
    value: one.value,
    box: el("input", { type, name: id, id: `${id}-${index}`, checked: Boolean(one.default) }),
    label: one.label,
    description: one.description,
  }));
  const control = el(
    "div",
    { class: "boxes", role: "group" },
    made.map((one) =>
      el(
        "label",
        {},
        one.box,
        el("span", {}, one.label, one.description && el("small", {}, ` ${one.description}`)),
      ),
    ),
  );
  const values = () => made.filter((one) => one.box.checked).map((one) => one.value);
  return { control, read: () => (type === "radio" ? (values()[0] ?? null) : values()) };
}

/** A chosen file as it is sent. */
export async function packed(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768)
    text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return { name: file.name, data: btoa(text) };
}
