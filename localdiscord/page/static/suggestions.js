// The list above the line: what may be taken for what is being typed. The field keeps the focus;
// arrows go through the list, Enter and Tab take, Escape closes.

import { avatar, el } from "./dom.js";

const HIDDEN_AFTER_MS = 100;

const head = el("p", { class: "suggestions-head" });
const list = el("div", { id: "suggestions", role: "listbox", "aria-label": "Suggestions" });

/** What goes into the page. */
export const offers = el("div", { id: "offers", hidden: true }, head, list);

/** What a field with suggestions needs to be understood by those who cannot see. */
export const COMBOBOX = {
  role: "combobox",
  "aria-expanded": "false",
  "aria-controls": "suggestions",
  "aria-autocomplete": "list",
};

let offered = [];
let active = -1;
let owner = null;

/**
 * Offer items for a field: {label, more, description, picture, sign, pick}.
 *
 * about says what they are for; first is the one that Enter takes, -1 for none.
 */
export function offer(input, about, items, first = 0) {
  owner = input;
  offered = items;
  active = items.length ? first : -1;
  head.replaceChildren(...[about ?? []].flat());
  head.hidden = !about;
  list.hidden = !items.length;
  list.replaceChildren(...items.map(line));
  offers.hidden = !about && !items.length;
  input.setAttribute("aria-expanded", String(items.length > 0));
  mark();
}

function line(item, index) {
  return el(
    "div",
    {
      class: "suggestion",
      role: "option",
      id: `suggestion-${index}`,
      // The field keeps the focus, and the keyboard of a phone stays.
      onmousedown: (event) => event.preventDefault(),
      onclick: () => item.pick(),
    },
    item.picture && avatar(item.picture, true),
    item.sign && el("span", { class: "sign", "aria-hidden": "true" }, item.sign),
    el(
      "span",
      { class: "suggestion-text" },
      el("span", { class: "suggestion-label" }, item.label, item.more && el("em", {}, item.more)),
      item.description && el("small", {}, item.description),
    ),
  );
}

function mark() {
  [...list.children].forEach((one, index) =>
    one.setAttribute("aria-selected", String(index === active)),
  );
  if (active < 0) {
    owner.removeAttribute("aria-activedescendant");
    return;
  }
  owner.setAttribute("aria-activedescendant", `suggestion-${active}`);
  list.children[active].scrollIntoView({ block: "nearest" });
}

/** Offer nothing any more. */
export function hide() {
  owner?.setAttribute("aria-expanded", "false");
  owner?.removeAttribute("aria-activedescendant");
  offers.hidden = true;
  offered = [];
  active = -1;
}

/** Offer nothing any more once a field has lost the focus for good. */
export function hideSoon(input) {
  setTimeout(() => {
    if (owner === input && document.activeElement !== input) hide();
  }, HIDDEN_AFTER_MS);
}

/** Whether something is said or offered for a field. */
export const isOfferedFor = (input) => owner === input && !offers.hidden;

/** A key that the list takes before the field does. Gives whether it has. */
export function takesKey(event) {
  if (offers.hidden || !offered.length) return false;
  const isTaking = event.key === "Enter" || (event.key === "Tab" && !event.shiftKey);
  if (event.key === "ArrowDown") active = (active + 1) % offered.length;
  else if (event.key === "ArrowUp") active = active <= 0 ? offered.length - 1 : active - 1;
  else if (isTaking && active >= 0) offered[active].pick();
  else if (event.key === "Escape") hide();
  else return false;
  event.preventDefault();
  if (event.key.startsWith("Arrow")) mark();
  return true;
}
