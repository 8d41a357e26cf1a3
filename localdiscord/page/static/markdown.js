// Discord's markdown as elements. What is not understood stays as it was typed.

import { el } from "./dom.js";
import { channel, known, person, role } from "./store.js";

const BLOCK = /```(?:([\w+-]+)\n)?\n?([\s\S]*?)\n?```/g;

/** A text of a message: blocks of code, headings, lists and quotes, and what is in their lines. */
export function markdown(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(BLOCK)) {
    parts.push(...lines(text.slice(end, match.index)));
    parts.push(el("pre", { tabIndex: 0 }, el("code", {}, match[2])));
    end = match.index + match[0].length;
  }
  parts.push(...lines(text.slice(end)));
  return el("div", { class: "markdown" }, parts);
}

const HEADING = /^(#{1,3}) +(.+)$/;
const SMALL = /^-# +(.+)$/;
const ITEM = /^( *)(?:[-*]|(\d{1,9})\.) +(.+)$/;
const QUOTE = /^> ?(.*)$/;

function lines(text) {
  const made = [];
  let plain = [];
  const all = text.replace(/^\n+|\n+$/g, "").split("\n");
  const flush = () => {
    if (plain.length) made.push(el("p", {}, inline(plain.join("\n"))));
    plain = [];
  };
  for (let index = 0; index < all.length; index += 1) {
    const line = all[index];
    let match;
    if (line.startsWith(">>> ")) {
      flush();
      made.push(el("blockquote", {}, lines([line.slice(4), ...all.slice(index + 1)].join("\n"))));
      break;
    } else if ((match = QUOTE.exec(line))) {
      flush();
      const quoted = [match[1]];
      while (QUOTE.test(all[index + 1] ?? "")) quoted.push(QUOTE.exec(all[(index += 1)])[1]);
      made.push(el("blockquote", {}, lines(quoted.join("\n"))));
    } else if ((match = HEADING.exec(line))) {
      flush();
      made.push(el("p", { class: `heading h${match[1].length}` }, inline(match[2])));
    } else if ((match = SMALL.exec(line))) {
      flush();
      made.push(el("p", { class: "subtext" }, inline(match[1])));
    } else if ((match = ITEM.exec(line))) {
      flush();
      const isNumbered = Boolean(match[2]);
      const list = isNumbered ? el("ol", { start: Number(match[2]) }) : el("ul");
      do {
        list.append(el("li", match[1] ? { class: "inner" } : {}, inline(match[3])));
        match = ITEM.exec(all[index + 1] ?? "");
        if (match && Boolean(match[2]) !== isNumbered) match = null;
        if (match) index += 1;
      } while (match);
      made.push(list);
    } else plain.push(line);
  }
  if (plain.join("").trim()) flush();
  return made;
}

const mention = (name, title = null) => el("span", { class: "mention", title }, name);

/** What may begin at a place in a line, and what is made of it. */
const MARKS = [
  [/\\([^A-Za-z0-9\s])/y, (found) => found[1]],
  [/(`+)([\s\S]*?[^`])\1(?!`)/y, (found) => el("code", {}, found[2].trim() || found[2])],
  [/\*\*\*(?=\S)([\s\S]+?)\*\*\*/y, (found) => el("strong", {}, el("em", {}, inline(found[1])))],
  [/\*\*(?=\S)([\s\S]+?)\*\*(?!\*)/y, (found) => el("strong", {}, inline(found[1]))],
  [/__(?=\S)([\s\S]+?)__(?!_)/y, (found) => el("u", {}, inline(found[1]))],
  [/\*(?=\S)((?:\*\*|[^*])+?)(?<=\S)\*(?!\*)/y, (found) => el("em", {}, inline(found[1]))],
  [/(?<!\w)_(?=\S)([^_]+?)(?<=\S)_(?!\w)/y, (found) => el("em", {}, inline(found[1]))],
  [/~~(?=\S)([\s\S]+?)~~/y, (found) => el("s", {}, inline(found[1]))],
  [/\|\|([\s\S]+?)\|\|/y, (found) => spoiler(inline(found[1]))],
  [
    /\[([^\]\n]+)\]\(<?(https?:\/\/[^\s)>]+)>?(?: "[^"]*")?\)/y,
    (found) => link(found[2], inline(found[1])),
  ],
  [/<(https?:\/\/[^\s>]+)>/y, (found) => link(found[1], found[1])],
  [/https?:\/\/[^\s<>]*[^\s<>.,;:!?)\]'"]/y, (found) => link(found[0], found[0])],
  [/<@!?(\d+)>/y, (found) => mention(`@${nameOf(found[1])}`)],
  [
    /<@&(\d+)>/y,
    (found) => mention(`@${role(found[1])?.name.replace(/^@/, "") ?? "unknown-role"}`),
  ],
  [/<#(\d+)>/y, (found) => mention(`#${channel(found[1])?.name ?? "unknown"}`)],
  [/<(\/[^:>]+):\d+>/y, (found) => mention(found[1])],
  [/<a?(:\w+:)\d+>/y, (found) => found[1]],
  [/<t:(-?\d+)(?::([tTdDfFR]))?>/y, (found) => moment(Number(found[1]), found[2] ?? "f")],
  [/@(?:everyone|here)\b/y, (found) => mention(found[0])],
];

/** What is within a line. */
export function inline(text) {
  const made = [];
  let plain = "";
  let index = 0;
  next: while (index < text.length) {
    for (const [mark, make] of MARKS) {
      mark.lastIndex = index;
      const found = mark.exec(text);
      if (found) {
        // An inner text uses the same expressions: where it ends is kept first.
        index += found[0].length;
        if (plain) made.push(plain);
        plain = "";
        made.push(make(found));
        continue next;
      }
    }
    plain += text[index];
    index += 1;
  }
  if (plain) made.push(plain);
  return made;
}

function nameOf(id) {
  const { bot } = known.state;
  return id === bot.id ? bot.name : (person(id)?.name ?? "unknown-user");
}

function link(address, label) {
  return el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, label);
}

function spoiler(inner) {
  return el(
    "button",
    {
      type: "button",
      class: "spoiler",
      "aria-label": "Spoiler, hidden",
      onclick: ({ currentTarget }) => {
        currentTarget.replaceWith(el("span", { class: "spoiler open" }, inner));
      },
    },
    el("span", {}, inner),
  );
}

const FORMATS = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
};
const UNITS = [
  ["year", 31536000],
  ["month", 2592000],
  ["week", 604800],
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

function moment(seconds, format) {
  const date = new Date(seconds * 1000);
  const full = new Intl.DateTimeFormat(undefined, FORMATS.F).format(date);
  const shown =
    format === "R"
      ? relative(seconds)
      : new Intl.DateTimeFormat(undefined, FORMATS[format]).format(date);
  return el("time", { class: "moment", title: full, dateTime: date.toISOString() }, shown);
}

function relative(seconds) {
  const apart = seconds - Date.now() / 1000;
  const [unit, length] = UNITS.find(([, one]) => Math.abs(apart) >= one) ?? UNITS.at(-1);
  return new Intl.RelativeTimeFormat(undefined, { numeric: "auto" }).format(
    Math.round(apart / length),
    unit,
  );
}

/** When a message was sent, as short as it can be said. */
export function sentAt(milliseconds) {
  const date = new Date(milliseconds);
  const time = new Intl.DateTimeFormat(undefined, FORMATS.t).format(date);
  if (date.toDateString() === new Date().toDateString()) return time;
  return `${new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" }).format(date)}, ${time}`;
}
