// A command that is being filled in: one field an option, what is required first.

import { choicesOf, takes, TYPE } from "./commands.js";
import { el, icon, iconButton } from "./dom.js";
import { packed } from "./form.js";
import { act } from "./store.js";
import { COMBOBOX, hide, hideSoon, isOfferedFor, offer, takesKey } from "./suggestions.js";

const SUGGEST_AFTER_MS = 150;

// What was asked of the bot before something else was typed comes too late.
let asked = 0;

export class Filling {
  /** host: {leave, send, complain}, and sender, which has the focus where there is no field. */
  constructor(command, values, host) {
    this.command = command;
    this.host = host;
    this.fields = new Map();
    this.bar = el("div", { class: "fields" });
    this.more = el("div", { class: "more-options", role: "group", "aria-label": "Optional" });
    this.element = el(
      "div",
      { class: "filled" },
      el("span", { class: "command-name" }, `/${command.name}`),
      this.bar,
      this.more,
    );
    for (const option of command.options) {
      if (option.required || option.name in values) this.add(option, values[option.name] ?? "");
    }
    this.drawMore();
    this.last = Object.keys(values).at(-1);
  }

  /** Go to what was filled in last, else to the first field that is empty. */
  focus() {
    const fields = [...this.fields.values()];
    const empty = fields.find((field) => !field.input.value && field.option.type !== TYPE.file);
    const field = this.fields.get(this.last) ?? empty ?? fields[0];
    (field?.input ?? this.host.sender).focus();
  }

  // Options

  drawMore() {
    const others = this.command.options.filter((one) => !this.fields.has(one.name));
    this.more.replaceChildren(...others.map((option) => this.adder(option)));
  }

  adder(option) {
    return el(
      "button",
      {
        type: "button",
        title: option.description,
        onmousedown: (event) => event.preventDefault(),
        onclick: () => this.goTo(option),
      },
      icon("plus"),
      option.name,
    );
  }

  goTo(option) {
    if (!this.fields.has(option.name)) this.add(option, "");
    this.drawMore();
    this.fields.get(option.name).input.focus();
  }

  add(option, value) {
    const id = `option-${option.name}`;
    const isFile = option.type === TYPE.file;
    const isNumber = option.type === TYPE.whole || option.type === TYPE.number;
    const input = el("input", {
      id,
      type: isFile ? "file" : "text",
      autocomplete: "off",
      spellcheck: false,
      enterKeyHint: "send",
      inputMode: isNumber ? "decimal" : "text",
      "aria-required": String(Boolean(option.required)),
      ...(isFile ? {} : { value, ...COMBOBOX }),
    });
    const label = el("label", { for: id, title: option.description }, option.name);
    const field = { option, input, chip: el("div", { class: "chip" }, label, input), picked: null };
    if (!option.required) field.chip.append(this.remover(option));
    this.fields.set(option.name, field);
    this.bar.append(field.chip);
    this.fit(field);
    input.addEventListener("input", () => this.typed(field));
    input.addEventListener("focus", () => this.suggest(field));
    input.addEventListener("blur", () => hideSoon(input));
    input.addEventListener("keydown", (event) => this.key(event, field));
  }

  remover(option) {
    const out = () => {
      this.remove(option);
      this.focus();
    };
    return iconButton("close", `Leave out ${option.name}`, out, {
      class: "icon-button chip-close",
    });
  }

  remove(option) {
    this.fields.get(option.name).chip.remove();
    this.fields.delete(option.name);
    this.drawMore();
  }

  /** A field is as wide as what is in it. */
  fit({ option, input }) {
    if (option.type !== TYPE.file) input.style.width = `${Math.max(6, input.value.length + 2)}ch`;
  }

  // Typing

  typed(field) {
    const { input } = field;
    this.host.complain(null);
    field.picked = null;
    field.chip.classList.remove("wrong");
    // "who:" typed within an option goes on to that option, as in Discord.
    const found = /(?:^|\s)([\w-]+):$/.exec(input.value);
    const option = found && this.command.options.find((one) => one.name === found[1]);
    if (option) input.value = input.value.slice(0, found.index);
    this.fit(field);
    if (option) this.goTo(option);
    else this.suggest(field);
  }

  key(event, field) {
    if (event.isComposing || takesKey(event)) return;
    const { input, option } = field;
    if (event.key === "Enter") {
      event.preventDefault();
      this.host.send();
    } else if (event.key === "Escape") this.host.leave();
    else if (event.key === "Backspace" && !input.value && option.type !== TYPE.file) {
      event.preventDefault();
      const fields = [...this.fields.values()];
      const before = fields[fields.indexOf(field) - 1];
      if (!option.required) this.remove(option);
      if (before) before.input.focus();
      else this.host.leave();
    }
  }

  // Suggestions

  suggest(field) {
    const { option, input } = field;
    asked += 1;
    if (option.autocomplete) {
      if (!isOfferedFor(input)) offer(input, about(option), []);
      const number = asked;
      setTimeout(() => this.askBot(field, number), input.value ? SUGGEST_AFTER_MS : 0);
      return;
    }
    // What was taken from the list is not searched in it.
    const wanted = field.picked === null ? input.value.trim().toLowerCase() : "";
    const items = (choicesOf(option) ?? [])
      .filter((one) => `${one.label} ${one.description ?? ""}`.toLowerCase().includes(wanted))
      .map((one) => ({ ...one, pick: () => this.take(field, one.label, one.value) }));
    offer(input, about(option), items, field.picked === null ? 0 : -1);
  }

  async askBot(field, number) {
    const { option, input } = field;
    if (number !== asked) return;
    const came = await act("suggest", {
      name: this.command.name,
      focused: option.name,
      text: input.value,
      options: this.texts(),
    });
    if (number !== asked || document.activeElement !== input) return;
    if (came.error !== undefined) {
      offer(input, [...about(option), el("small", { class: "wrong" }, came.error)], []);
      return;
    }
    const items = came.choices.map(({ name, value }) => ({
      label: name,
      pick: () => this.take(field, name, String(value)),
    }));
    offer(input, about(option), items, -1);
  }

  take(field, label, value) {
    asked += 1;
    field.input.value = label;
    field.picked = value;
    this.fit(field);
    hide();
    const next = [...this.fields.values()].find((one) => one !== field && !one.input.value);
    next?.input.focus();
  }

  // Sending

  texts() {
    const given = {};
    for (const [name, { option, input, picked }] of this.fields) {
      if (option.type !== TYPE.file && input.value) given[name] = picked ?? input.value;
    }
    return given;
  }

  /** Everything that is filled in, files included. */
  async values() {
    const given = this.texts();
    for (const [name, { option, input }] of this.fields) {
      if (option.type === TYPE.file && input.files[0]) given[name] = await packed(input.files[0]);
    }
    return given;
  }

  /** The first field that must not be empty and is. */
  missing() {
    return [...this.fields.values()].find((field) => field.option.required && !field.input.value);
  }

  /** Show that something is wrong with a field, with that of a sentence such as "who: …". */
  blame(sentence, field = null) {
    const fields = [...this.fields.values()];
    const wrong = field ?? fields.find((one) => sentence.startsWith(`${one.option.name}:`));
    wrong?.chip.classList.add("wrong");
    (wrong ?? fields[0])?.input.focus();
    this.host.complain(sentence);
  }
}

function about(option) {
  const need = option.required ? "Required" : "Optional";
  return [
    el("b", {}, option.name),
    ` ${option.description}`,
    el("small", {}, `${need}: ${takes(option)}.`),
  ];
}
