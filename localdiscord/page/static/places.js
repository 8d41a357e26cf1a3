// What stands around the messages: servers and channels, who one is, the head of the channel.

import { avatar, byId, el, icon, iconButton, isNarrow, refill } from "./dom.js";
import { choose } from "./sheet.js";
import { showPanel } from "./panel.js";
import { be, channel, events, go, here, known, me, messages, server } from "./store.js";

const THEMES = { auto: "auto", light: "sun", dark: "moon" };
const drawer = document.getElementById("drawer");
const places = document.getElementById("places");
const you = document.getElementById("you");
const head = document.getElementById("head");
const banner = document.getElementById("banner");
const main = document.getElementById("main");
const read = new Map();

/** Begin to show them. */
export function startPlaces() {
  setTheme(localStorage.getItem("theme") ?? "auto");
  for (const name of ["state", "moved"]) events.addEventListener(name, draw);
  events.addEventListener("messages", drawPlaces);
  events.addEventListener("connection", ({ detail }) => connection(detail));
  events.addEventListener("refused", refused);
  document.addEventListener(
    "keydown",
    (event) =>
      event.key === "Escape" && !document.querySelector("dialog[open]") && openDrawer(false),
  );
  document.addEventListener("click", (event) => {
    if (
      document.body.classList.contains("drawer-open") &&
      !drawer.contains(event.target) &&
      !event.target.closest(".menu-button")
    )
      openDrawer(false);
  });
}

function draw() {
  drawPlaces();
  drawYou();
  drawHead();
  connection(true);
}

function openDrawer(open) {
  document.body.classList.toggle("drawer-open", open);
  // What lies behind it is not reached with Tab either.
  main.inert = open && isNarrow();
  const opener = document.querySelector(".menu-button");
  opener?.setAttribute("aria-expanded", String(open));
  if (open) places.querySelector("[aria-current]")?.focus();
  else if (drawer.contains(document.activeElement)) opener?.focus();
}

// Servers and channels

function newest(channelId) {
  let found = null;
  for (const one of messages.values())
    if (one.channel === channelId && (found === null || byId(one.id, found.id) > 0)) found = one;
  return found;
}

function drawPlaces() {
  const { state } = known;
  if (!state) return;
  const focused = document.activeElement?.dataset?.place;
  const last = newest(here.channel);
  if (last) read.set(`${here.me} ${here.channel}`, last.id);
  const others = state.servers.filter((one) => one.id !== state.server);
  places.replaceChildren(
    el("h1", {}, server().name),
    el("ul", {}, state.channels.map(placeLine)),
    el(
      "div",
      { hidden: !others.length },
      el("h2", {}, "Other servers"),
      el("ul", {}, others.map(serverLine)),
    ),
  );
  // The server that was gone to is no other one any more.
  if (focused)
    places.querySelector(`:is([data-place="${focused}"], [aria-current])`)?.focus();
}

function placeLine(place) {
  const current = place.id === here.channel;
  const last = newest(place.id);
  const since = read.get(`${here.me} ${place.id}`);
  if (since === undefined && last) read.set(`${here.me} ${place.id}`, last.id);
  const unread = !current && last !== null && since !== undefined && byId(last.id, since) > 0;
  return el(
    "li",
    {},
    el(
      "button",
      {
        type: "button",
        class: `place${unread ? " unread" : ""}`,
        "aria-current": current ? "page" : null,
        "data-place": place.id,
        onclick: () => {
          go(place.id);
          openDrawer(false);
        },
      },
      icon(place.parent ? "thread" : "hash"),
      el("span", {}, place.name),
      unread && el("span", { class: "visually-hidden" }, "unread"),
    ),
  );
}

function serverLine(other) {
  return el(
    "li",
    {},
    el(
      "button",
      {
        type: "button",
        class: "place",
        "data-place": other.id,
        onclick: () =>
          other.people[0] &&
          be(other.id, (other.people.find((one) => one.id === here.me) ?? other.people[0]).id),
      },
      avatar({ id: other.id, name: other.name }, true),
      el("span", {}, other.name),
    ),
  );
}

// Who one is

export function about(person) {
  return [person.owner && "owner", ...person.roles].filter(Boolean).join(", ");
}

function drawYou() {
  const self = me();
  const opener = el(
    "button",
    {
      type: "button",
      class: "self",
      id: "self",
      "aria-haspopup": "menu",
      "aria-label": `You are ${self.name}. Be somebody else`,
      onclick: () => switchPerson(opener),
    },
    avatar(self),
    el(
      "span",
      { class: "self-text" },
      el("b", {}, self.name),
      el("small", {}, about(self) || "member"),
    ),
    icon("down"),
  );
  const theme = localStorage.getItem("theme") ?? "auto";
  const next = { auto: "light", light: "dark", dark: "auto" }[theme];
  const switcher = iconButton(
    THEMES[theme],
    `Theme: ${theme === "auto" ? "as the system" : theme}. Switch to ${next === "auto" ? "as the system" : next}`,
    () => {
      setTheme(next);
      drawYou();
    },
    { id: "theme" },
  );
  refill(you, opener, switcher);
}

async function switchPerson(anchor) {
  const items = known.state.servers.flatMap((one) =>
    one.people.map((person) => ({
      value: `${one.id} ${person.id}`,
      label: person.name,
      description: about(person),
      picture: person,
      group: one.name,
      selected: one.id === here.server && person.id === here.me,
    })),
  );
  const [picked] = (await choose({ title: "Be somebody", anchor, items })) ?? [];
  if (!picked) return;
  be(...picked.split(" "));
  openDrawer(false);
}

function setTheme(theme) {
  localStorage.setItem("theme", theme);
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

// The head of the channel, and what is wrong

function drawHead() {
  const place = channel(here.channel);
  document.title = place ? `#${place.name} · ${server().name}` : "Local Discord";
  refill(
    head,
    iconButton(
      "menu",
      "Servers and channels",
      () => openDrawer(!document.body.classList.contains("drawer-open")),
      {
        class: "icon-button menu-button",
        id: "open-places",
        "aria-expanded": "false",
      },
    ),
    el("h2", {}, icon("hash"), place?.name ?? ""),
    el("p", { class: "topic" }, place?.topic ?? ""),
    panelOpener("people", "people", "People"),
    panelOpener("bolt", "trouble", "Trouble on demand"),
    panelOpener("list", "requests", "Requests of the bot"),
  );
}

const panelOpener = (sign, name, label) =>
  iconButton(sign, label, () => showPanel(name), { id: `open-${name}` });

function connection(there) {
  if (!there)
    return say("The local Discord has ended, or is starting again. This page looks for it …");
  if (!known.state.bot.online)
    return say(`${known.state.bot.name} is not connected. Nothing answers until it is back.`);
  return say("");
}

function say(sentence) {
  banner.hidden = !sentence;
  if (banner.textContent !== sentence) banner.textContent = sentence;
}

function refused() {
  say(
    "This address has no key, or that of a Discord that has ended. Open the address that was printed last.",
  );
}
