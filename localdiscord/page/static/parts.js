// What a bot builds its messages of: embeds, files, buttons and selects.

import { el, icon, size } from "./dom.js";
import { markdown, inline, sentAt } from "./markdown.js";
import { done } from "./doing.js";
import { choose } from "./sheet.js";
import { contentOf, known, server } from "./store.js";

const PICTURE = /^image\/(png|jpeg|gif|webp)$/;
const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "secondary" };
const LINK = 5;
const KIND = {
  row: 1,
  button: 2,
  section: 9,
  text: 10,
  thumbnail: 11,
  gallery: 12,
  file: 13,
  separator: 14,
  container: 17,
};
const SELECTS = { string: 3, user: 5, role: 6, mentionable: 7, channel: 8 };

// Pictures and files

function picture(file, properties = {}) {
  const shown = el("img", { alt: file.description, loading: "lazy", ...properties });
  contentOf(file).then(
    (address) => (shown.src = address),
    () => shown.classList.add("broken"),
  );
  return el(
    "button",
    {
      type: "button",
      class: "picture",
      "aria-label": `Enlarge: ${file.description || file.name}`,
      onclick: () => enlarge(file),
    },
    shown,
  );
}

async function enlarge(file) {
  const address = await contentOf(file);
  const dialog = el(
    "dialog",
    {
      class: "picture-view",
      "aria-label": file.name,
      onclick: () => dialog.close(),
      onclose: () => dialog.remove(),
    },
    el("img", { src: address, alt: file.description }),
    el("p", {}, file.description),
    el("button", { type: "button", class: "secondary" }, "Close"),
  );
  document.body.append(dialog);
  dialog.showModal();
}

async function save(file) {
  el("a", { href: await contentOf(file), download: file.name }).click();
}

/** A file under a message: a picture as such, anything else to be saved. */
export function attachment(file) {
  if (PICTURE.test(file.type)) return picture(file);
  return el(
    "button",
    { type: "button", class: "file", onclick: () => save(file), title: `Save ${file.name}` },
    icon("file"),
    el(
      "span",
      {},
      el("span", { class: "file-name" }, file.name),
      el("small", {}, size(file.bytes)),
    ),
  );
}

// Embeds

const colourOf = (embed) => (embed.color ? `#${embed.color.toString(16).padStart(6, "0")}` : "");

function embedPicture(wanted, files, kind) {
  const file = files.find((one) => one.url === wanted?.url);
  if (!wanted?.url) return null;
  if (file) return el("div", { class: kind }, picture(file));
  return el(
    "p",
    { class: "elsewhere" },
    icon("link"),
    `A picture from elsewhere, which is not fetched: ${wanted.url}`,
  );
}

/** A card of a message. */
export function card(given, files) {
  const { author, title, description, fields, footer, timestamp } = given;
  const linked = (text, url) =>
    url
      ? el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, inline(text))
      : inline(text);
  return el(
    "div",
    { class: "embed", style: { borderLeftColor: colourOf(given) } },
    el(
      "div",
      { class: "embed-text" },
      author?.name && el("p", { class: "embed-author" }, linked(author.name, author.url)),
      title && el("p", { class: "embed-title" }, linked(title, given.url)),
      description && markdown(description),
      fields?.length > 0 &&
        el(
          "dl",
          { class: "embed-fields" },
          fields.map((field) =>
            el(
              "div",
              { class: field.inline ? "inline" : "" },
              el("dt", {}, inline(field.name)),
              el("dd", {}, markdown(field.value)),
            ),
          ),
        ),
    ),
    embedPicture(given.thumbnail, files, "embed-thumbnail"),
    embedPicture(given.image, files, "embed-image"),
    (footer?.text || timestamp) &&
      el(
        "p",
        { class: "embed-footer" },
        footer?.text,
        footer?.text && timestamp && " · ",
        timestamp && sentAt(Date.parse(timestamp)),
      ),
  );
}

/** The addresses of pictures that a message's cards show. */
export function shownInEmbeds(message) {
  return message.embeds.flatMap((one) => [one.image?.url, one.thumbnail?.url]);
}

// Buttons, selects, and what they lie in

/** Everything under a message. */
export function components(message) {
  return message.components.map((one) => component(one, message));
}

function component(given, message) {
  const inner = (given.components ?? []).map((one) => component(one, message));
  switch (given.type) {
    case KIND.row:
      return el("div", { class: "row" }, inner);
    case KIND.button:
      return button(given, message);
    case KIND.text:
      return markdown(given.content);
    case KIND.separator:
      return el("hr");
    case KIND.section:
      return el(
        "div",
        { class: "section" },
        el("div", {}, inner),
        given.accessory && component(given.accessory, message),
      );
    case KIND.container:
      return el(
        "div",
        {
          class: "embed container",
          style: {
            borderLeftColor: given.accent_color ? colourOf({ color: given.accent_color }) : "",
          },
        },
        inner,
      );
    default:
      if (Object.values(SELECTS).includes(given.type)) return select(given, message);
      return el(
        "p",
        { class: "elsewhere" },
        `A component of type ${given.type}, which is not shown here.`,
      );
  }
}

function button(given, message) {
  const label = [given.emoji?.name, given.label].filter(Boolean).join(" ");
  if (given.style === LINK) {
    return el(
      "a",
      { class: "button secondary", href: given.url, target: "_blank", rel: "noopener noreferrer" },
      label,
      icon("link"),
    );
  }
  return el(
    "button",
    {
      type: "button",
      class: STYLES[given.style] ?? "secondary",
      disabled: Boolean(given.disabled),
      "data-control": given.custom_id,
      onclick: ({ currentTarget }) =>
        done("press", { message: message.id, custom_id: given.custom_id }, currentTarget),
    },
    label,
  );
}

function offered(given) {
  const { state } = known;
  const people = server().people.map((one) => ({ value: one.id, label: one.name, picture: one }));
  const roles = server().roles.map((one) => ({
    value: one.id,
    label: `@${one.name.replace(/^@/, "")}`,
  }));
  switch (given.type) {
    case SELECTS.user:
      return people;
    case SELECTS.role:
      return roles;
    case SELECTS.mentionable:
      return [...people, ...roles];
    case SELECTS.channel:
      return state.channels.map((one) => ({ value: one.id, label: `#${one.name}` }));
    default:
      return (given.options ?? []).map((one) => ({
        value: one.value,
        label: [one.emoji?.name, one.label].filter(Boolean).join(" "),
        description: one.description,
        selected: one.default,
      }));
  }
}

function select(given, message) {
  const chosen = (given.options ?? []).filter((one) => one.default).map((one) => one.label);
  const title = given.placeholder || "Make a selection";
  const text = el(
    "span",
    { class: chosen.length ? "" : "placeholder" },
    chosen.join(", ") || title,
  );
  const opener = el(
    "button",
    {
      type: "button",
      class: "select",
      disabled: Boolean(given.disabled),
      "aria-haspopup": "menu",
      "data-control": given.custom_id,
      onclick: async () => {
        const items = offered(given);
        const least = given.min_values ?? 1;
        const most = given.max_values ?? 1;
        const values = await choose({ title, items, anchor: opener, least, most });
        if (values === null) return;
        const labels = items
          .filter((item) => values.includes(item.value))
          .map((item) => item.label);
        text.textContent = labels.join(", ") || title;
        await done("choose", { message: message.id, custom_id: given.custom_id, values }, opener);
      },
    },
    text,
    icon("down"),
  );
  return opener;
}
