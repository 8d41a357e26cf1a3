// Small helpers to build what is shown. Text only ever becomes text nodes, never markup.

/**
 * An element. Properties beginning with "on" are listeners, "class" and names with a dash are
 * attributes, "style" is an object; null and false are left out.
 */
export function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "style") Object.assign(made.style, value);
    else if (name === "class" || name === "role" || name === "for" || name.includes("-")) {
      made.setAttribute(name, value === true ? "" : value);
    } else made[name] = value;
  }
  made.append(
    ...children
      .flat(Infinity)
      .filter((child) => child !== null && child !== undefined && child !== false),
  );
  return made;
}

const SHAPES = {
  hash: "M9 4 7 20M17 4l-2 16M4 9h16M3 15h16",
  thread: "M4 5h16v10h-9l-5 4v-4H4z",
  menu: "M4 7h16M4 12h16M4 17h16",
  people:
    "M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7ZM2.500 20c0-3.600 2.900-6 6.500-6s6.500 2.400 6.500 6M16 4.500a3.500 3.500 0 0 1 0 6.300M18 14.500c2.100.7 3.500 2.700 3.500 5.500",
  bolt: "M13 2.500 5 14h6l-1 7.500L18.500 10H12z",
  list: "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.400 1.400M17.600 17.600 19 19M5 19l1.400-1.400M17.600 6.400 19 5",
  moon: "M20 14.500A8.500 8.500 0 1 1 9.500 4a7 7 0 0 0 10.500 10.500Z",
  auto: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 3v18M12 8h7M12 12h9M12 16h7",
  send: "M4 12 20 4l-4 16-4.500-6.500zM11.500 13.500 20 4",
  close: "M6 6l12 12M18 6 6 18",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  down: "M6 9l6 6 6-6",
  eye: "M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12ZM12 14.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Z",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  slash: "M8 20 16 4",
  plus: "M12 5v14M5 12h14",
  reply: "M9 6 4 11l5 5M4 11h9c4 0 7 3 7 7",
  check: "M5 12.500 10 17.500 19 7",
  link: "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
};
const SVG = "http://www.w3.org/2000/svg";

/** A drawing that goes with a word beside it or an aria-label around it. */
export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[name]);
  drawing.append(path);
  return drawing;
}

/** Put other things in a place; what had the focus there keeps it, by its id. */
export function refill(place, ...inner) {
  const focused = place.contains(document.activeElement) && document.activeElement.id;
  place.replaceChildren(...inner);
  if (focused) document.getElementById(focused)?.focus();
}

/** A button that shows only a drawing. */
export function iconButton(name, label, onclick, properties = {}) {
  return el(
    "button",
    {
      type: "button",
      class: "icon-button",
      title: label,
      "aria-label": label,
      onclick,
      ...properties,
    },
    icon(name),
  );
}

/** The round sign of a person: first letters on a colour that is theirs. */
export function avatar(person, small = false) {
  const words = person.name
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim()
    .split(" ");
  const letters =
    words.length > 1 ? [...words[0]][0] + [...words.at(-1)][0] : [...words[0]].slice(0, 1).join("");
  const shade = person.bot ? "bot" : String(Number((BigInt(person.id) / 4194304n) % 8n));
  return el(
    "span",
    { class: `avatar${small ? " small" : ""}`, "data-shade": shade, "aria-hidden": "true" },
    letters.toUpperCase(),
  );
}

/** Compare two ids, which are numbers too large for numbers. */
export function byId(one, other) {
  return one.length - other.length || (one < other ? -1 : one > other ? 1 : 0);
}

/** How large a file is, for people. */
export function size(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  const kilobytes = bytes / 1024;
  return kilobytes < 1024 ? `${Math.round(kilobytes)} kB` : `${(kilobytes / 1024).toFixed(1)} MB`;
}

/** An address that may break behind its slashes; what is long and says nothing is cut short. */
export function address(path) {
  const parts = path
    .split("/")
    .map((part) => (part.length > 24 && !part.startsWith("{") ? `${part.slice(0, 6)}…` : part));
  return parts.flatMap((part, index) => (index ? ["/", el("wbr"), part] : [part]));
}

/** Whether the page is as narrow as a phone. */
export const isNarrow = () => matchMedia("(max-width: 800px)").matches;
