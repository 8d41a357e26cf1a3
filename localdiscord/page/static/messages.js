// The messages of the channel one is in: drawn once each, and again when they change.

import { avatar, byId, el, icon, iconButton } from "./dom.js";
import { forget, notes, done } from "./doing.js";
import { markdown, sentAt } from "./markdown.js";
import { attachment, card, components, shownInEmbeds } from "./parts.js";
import { choose } from "./sheet.js";
import {
  act,
  be,
  channel,
  events,
  here,
  known,
  lookFurtherBack,
  me,
  messages,
  server,
} from "./store.js";

const TOGETHER_MS = 7 * 60 * 1000;
const NEAR_THE_END = 80;
const COMMAND_OF_USER = 2;
const COMMAND_OF_MESSAGE = 3;

const box = document.getElementById("messages");
const scroll = document.getElementById("scroll");
const drawn = new Map();
let shownChannel = null;
let shownMe = null;

/** Begin to show messages, and to follow what happens to them. */
export function startMessages() {
  events.addEventListener("messages", ({ detail }) => update(detail));
  events.addEventListener("state", () => update(new Set()));
  events.addEventListener("moved", () => update(new Set()));
  events.addEventListener("notes", () => update(new Set()));
  // Pictures arrive after their messages: whoever read the end still does.
  new ResizeObserver(() => atEnd && toEnd()).observe(box);
  new ResizeObserver(() => atEnd && toEnd()).observe(scroll);
  // Only who scrolls up leaves the end; what grows below does not move them.
  let last = 0;
  scroll.addEventListener("scroll", () => {
    const near = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_THE_END;
    const before = atEnd;
    if (near || scroll.scrollTop < last) atEnd = near;
    last = scroll.scrollTop;
    if (atEnd !== before) drawNewest();
  });
  document.getElementById("newest").append(newest);
}

let atEnd = true;
const toEnd = () => (scroll.scrollTop = scroll.scrollHeight);

// The way back for who has scrolled up, and how much came meanwhile.

let seen = "0";
const missed = el("span", {});
const newest = el(
  "button",
  {
    type: "button",
    class: "primary",
    hidden: true,
    onclick: () => {
      toNewest();
      scroll.focus({ preventScroll: true });
    },
  },
  missed,
  icon("down"),
);

/** Go to the end, as whoever says something does. */
export function toNewest() {
  atEnd = true;
  toEnd();
  drawNewest();
}

function drawNewest() {
  const there = shownMessages();
  if (atEnd) seen = there.at(-1)?.id ?? "0";
  const unseen = there.filter((one) => byId(one.id, seen) > 0).length;
  newest.hidden = atEnd;
  missed.textContent = unseen ? `${unseen} new` : "";
  newest.setAttribute(
    "aria-label",
    unseen ? `To the newest messages, ${unseen} new` : "To the newest messages",
  );
}

const shownMessages = () =>
  [...messages.values()]
    .filter((one) => one.channel === here.channel)
    .sort((one, other) => byId(one.id, other.id));

function update(changed) {
  if (!known.state) return;
  const control = document.activeElement?.dataset?.control;
  const within = document.activeElement?.closest?.("article")?.dataset.id;
  if (here.channel !== shownChannel || here.me !== shownMe) {
    drawn.clear();
    shownChannel = here.channel;
    shownMe = here.me;
    atEnd = true;
  }
  for (const id of changed) drawn.delete(id);
  const there = shownMessages();
  const lines = [];
  let before = null;
  for (const message of there) {
    if (!before || new Date(before.time).toDateString() !== new Date(message.time).toDateString())
      lines.push(day(message.time));
    lines.push(draw(message, before));
    before = message;
  }
  const local = notes.filter((one) => one.channel === here.channel).map(noteLine);
  if (!there.length && !local.length) lines.push(beginning());
  if (channel(here.channel)?.has_older) lines.unshift(older);
  // At the very top no browser holds what is read in place when something comes above it.
  const read = scroll.scrollTop === 0 && box.querySelector("article")?.dataset.id;
  const top = () =>
    box.querySelector(`article[data-id="${read}"]`)?.getBoundingClientRect().top ?? 0;
  const topBefore = top();
  replace([...lines, ...local]);
  if (read) scroll.scrollTop += top() - topBefore;
  if (control && within) {
    const again = box.querySelector(
      `article[data-id="${within}"] [data-control="${CSS.escape(control)}"]`,
    );
    if (again && again !== document.activeElement) again.focus({ preventScroll: true });
  }
  // What was pressed may have gone with its message, or another stands there: Tab goes on from here.
  if (within && document.activeElement === document.body) scroll.focus({ preventScroll: true });
  if (atEnd) toEnd();
  drawNewest();
}

const older = el(
  "button",
  {
    type: "button",
    class: "secondary older",
    onclick: () => {
      lookFurtherBack();
      scroll.focus({ preventScroll: true });
    },
  },
  "Show older messages",
);

/** Put the lines there, touching only those that are not there yet: focus and scroll stay. */
function replace(lines) {
  const wanted = new Set(lines);
  for (const child of [...box.children]) if (!wanted.has(child)) child.remove();
  lines.forEach((line, index) => {
    if (box.children[index] !== line) box.insertBefore(line, box.children[index] ?? null);
  });
}

const days = new Map();

function day(time) {
  const name = new Intl.DateTimeFormat(undefined, { dateStyle: "long" }).format(new Date(time));
  if (!days.has(name)) days.set(name, el("p", { class: "day" }, el("span", {}, name)));
  return days.get(name);
}

function beginning() {
  const place = channel(here.channel);
  if (!place)
    return el("div", { class: "beginning" }, el("p", {}, "There is no channel you may see."));
  return el(
    "div",
    { class: "beginning" },
    el("span", { class: "beginning-sign" }, icon("hash")),
    el("p", { class: "beginning-title" }, `This is the beginning of #${place.name}`),
    el("p", {}, "Type ", el("kbd", {}, "/"), " to see what the bot can do."),
  );
}

function draw(message, before) {
  const follows =
    before !== null &&
    before.author.id === message.author.id &&
    message.time - before.time < TOGETHER_MS &&
    before.private === message.private &&
    !message.used &&
    !message.reply_to &&
    new Date(before.time).toDateString() === new Date(message.time).toDateString();
  const kept = drawn.get(message.id);
  if (kept && kept.follows === follows) return kept.element;
  const element = article(message, follows);
  drawn.set(message.id, { element, follows });
  return element;
}

function article(message, follows) {
  const inCards = shownInEmbeds(message);
  const files = message.files.filter((one) => !inCards.includes(one.url));
  const who = message.author;
  const whoButton = (label, properties) =>
    who.bot
      ? label
      : el(
          "button",
          {
            type: "button",
            class: "who",
            onclick: ({ currentTarget }) => userMenu(who, currentTarget),
            ...properties,
          },
          label,
        );
  return el(
    "article",
    {
      class: [
        "message",
        follows && "follows",
        message.private && "private",
        message.pings && "pings",
      ]
        .filter(Boolean)
        .join(" "),
      "data-id": message.id,
      "aria-label": `${who.name}, ${sentAt(message.time)}`,
      oncontextmenu: (event) => {
        if (event.target.closest("a, button, input, textarea") || getSelection()?.toString())
          return;
        event.preventDefault();
        messageMenu(message, event.currentTarget);
      },
    },
    message.used && used(message.used),
    message.reply_to &&
      el(
        "p",
        { class: "above" },
        icon("reply"),
        el("b", {}, message.reply_to.name),
        ` ${message.reply_to.text}`,
      ),
    !follows && avatar(who),
    el(
      "div",
      { class: "message-body" },
      !follows &&
        el(
          "p",
          { class: "message-head" },
          whoButton(el("span", { class: "name" }, who.name)),
          who.bot && el("span", { class: "badge" }, "App"),
          el("time", { dateTime: new Date(message.time).toISOString() }, sentAt(message.time)),
        ),
      message.loading &&
        el(
          "p",
          { class: "thinking" },
          el("span", { class: "dots", "aria-hidden": "true" }),
          `${who.name} is thinking…`,
        ),
      message.content && markdown(message.content),
      message.embeds.map((one) => card(one, message.files)),
      files.length > 0 && el("div", { class: "files" }, files.map(attachment)),
      components(message),
      message.edited && el("small", { class: "edited" }, "(edited)"),
      message.private && privacy(message),
    ),
    iconButton(
      "more",
      `More: what can be done with this message`,
      ({ currentTarget }) => messageMenu(message, currentTarget),
      {
        class: "icon-button message-more",
        "aria-haspopup": "menu",
      },
    ),
  );
}

function used(given) {
  const person = { id: given.id, name: given.name };
  return el(
    "p",
    { class: "above" },
    avatar(person, true),
    el(
      "button",
      {
        type: "button",
        class: "who",
        onclick: ({ currentTarget }) => userMenu(person, currentTarget),
      },
      given.name,
    ),
    " used ",
    el("span", { class: "command-name" }, given.command),
  );
}

function privacy(message) {
  return el(
    "p",
    { class: "privacy" },
    icon("eye"),
    "Only you can see this · ",
    el(
      "button",
      { type: "button", class: "link", onclick: () => act("dismiss", { message: message.id }) },
      "Dismiss message",
    ),
  );
}

function noteLine(made) {
  made.element ??= el(
    "div",
    { class: `note${made.error ? " error" : ""}`, role: made.error ? "alert" : "status" },
    made.busy && el("span", { class: "dots", "aria-hidden": "true" }),
    el("span", {}, made.text),
    made.error &&
      el("button", { type: "button", class: "link", onclick: () => forget(made) }, "Dismiss"),
  );
  return made.element;
}

// Menus

const menuCommands = (kind) =>
  known.commands
    .filter((one) => one.type === kind)
    .map((one) => ({ value: `command ${one.name}`, label: one.name, group: "Apps" }));

async function messageMenu(message, anchor) {
  const [picked] =
    (await choose({
      title: `Message of ${message.author.name}`,
      anchor,
      items: [
        ...(message.private ? [] : menuCommands(COMMAND_OF_MESSAGE)),
        { value: "copy", label: "Copy text", group: "Message" },
        ...(message.private
          ? [{ value: "dismiss", label: "Dismiss message", group: "Message" }]
          : [
              {
                value: "delete",
                label: "Delete message, as a moderator",
                group: "Message",
                danger: true,
              },
            ]),
      ],
    })) ?? [];
  if (picked === "copy")
    await navigator.clipboard?.writeText(
      message.content || drawn.get(message.id)?.element.innerText,
    );
  else if (picked === "dismiss") await act("dismiss", { message: message.id });
  else if (picked === "delete") await done("delete", { message: message.id });
  else if (picked)
    await done("message-menu", { message: message.id, name: picked.slice("command ".length) });
}

/** What can be done with somebody. */
export async function userMenu(person, anchor) {
  const [picked] =
    (await choose({
      title: person.name,
      anchor,
      items: [
        ...menuCommands(COMMAND_OF_USER),
        ...(person.id === me().id
          ? []
          : [{ value: "be", label: `Be ${person.name}`, group: "Here" }]),
        { value: "copy", label: "Copy id", group: "Here" },
      ],
    })) ?? [];
  if (picked === "copy") await navigator.clipboard?.writeText(person.id);
  else if (picked === "be") be(server().id, person.id);
  else if (picked)
    await done("user-menu", { user: person.id, name: picked.slice("command ".length) });
}
