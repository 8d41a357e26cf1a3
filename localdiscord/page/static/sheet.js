// A list to choose from: beside what opened it, or at the foot of a narrow page. A real dialog, so
// Escape closes it, the focus stays in it and comes back afterwards.

import { avatar, el, icon, isNarrow } from "./dom.js";

const FILTERED_FROM = 9;
const GAP = 6;

/**
 * Let somebody choose. Gives a list of values, or null where nothing was chosen.
 *
 * items: {value, label, description, picture, selected, group, danger}; most above 1 takes several.
 */
export function choose({ title, items, anchor, least = 1, most = 1, done = "Done" }) {
  return new Promise((resolve) => {
    const several = most > 1 || least === 0;
    const chosen = new Set(items.filter((item) => item.selected).map((item) => item.value));
    const list = el("div", {
      class: "choices",
      role: several ? "group" : "menu",
      "aria-label": title,
    });
    const filter = el("input", {
      type: "search",
      placeholder: "Search",
      "aria-label": `Search: ${title}`,
      oninput: () => draw(),
    });
    const ready = el(
      "button",
      { type: "button", class: "primary", onclick: () => close([...chosen]) },
      done,
    );
    const dialog = el(
      "dialog",
      { class: "sheet", "aria-label": title },
      el("p", { class: "sheet-title" }, title),
      items.length >= FILTERED_FROM && filter,
      list,
      several && el("div", { class: "sheet-foot" }, ready),
    );
    let result = null;

    function close(values) {
      result = values;
      dialog.close();
    }

    function pick(item) {
      if (!several) return close([item.value]);
      if (chosen.has(item.value)) chosen.delete(item.value);
      else if (chosen.size < most) chosen.add(item.value);
      return draw(item.value);
    }

    function draw(focused = null) {
      const wanted = filter.value.trim().toLowerCase();
      let group = null;
      const lines = [];
      for (const item of items) {
        if (!`${item.label} ${item.description ?? ""}`.toLowerCase().includes(wanted)) continue;
        if (item.group !== undefined && item.group !== group) {
          group = item.group;
          lines.push(el("p", { class: "choices-group" }, group));
        }
        lines.push(line(item, focused));
      }
      list.replaceChildren(
        ...(lines.length ? lines : [el("p", { class: "choices-group" }, "Nothing like that")]),
      );
      list.querySelector("[data-focused]")?.focus();
      ready.disabled = chosen.size < least;
    }

    function line(item, focused) {
      const on = chosen.has(item.value);
      return el(
        "button",
        {
          type: "button",
          class: `choice${item.danger ? " danger" : ""}`,
          role: several ? "checkbox" : "menuitem",
          "aria-checked": several ? String(on) : null,
          "data-focused": item.value === focused,
          onclick: () => pick(item),
        },
        item.picture && avatar(item.picture, true),
        el(
          "span",
          { class: "choice-text" },
          el("span", {}, item.label),
          item.description && el("small", {}, item.description),
        ),
        on && icon("check"),
      );
    }

    dialog.addEventListener("keydown", (event) => move(event, dialog));
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(result);
    });
    document.body.append(dialog);
    draw();
    dialog.showModal();
    if (anchor && !isNarrow()) place(dialog, anchor.getBoundingClientRect());
    (items.length >= FILTERED_FROM && !isNarrow() ? filter : list.querySelector("button"))?.focus();
  });
}

function move(event, dialog) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const lines = [...dialog.querySelectorAll(".choice")];
  const at = lines.indexOf(document.activeElement);
  lines[(at + step + lines.length) % lines.length]?.focus();
}

function place(dialog, anchor) {
  const { width, height } = dialog.getBoundingClientRect();
  const below = anchor.bottom + GAP;
  const top = below + height < innerHeight ? below : Math.max(GAP, anchor.top - height - GAP);
  const left = Math.min(anchor.left, innerWidth - width - GAP);
  Object.assign(dialog.style, { margin: "0", top: `${top}px`, left: `${Math.max(GAP, left)}px` });
}
