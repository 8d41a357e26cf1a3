// The bot's commands as one types them, and what an option takes.

import { known, server } from "./store.js";

const CHAT = 1;
export const TYPE = {
  sub: 1,
  group: 2,
  text: 3,
  whole: 4,
  yes: 5,
  user: 6,
  channel: 7,
  role: 8,
  mentionable: 9,
  number: 10,
  file: 11,
};
const SAID = {
  [TYPE.text]: "text",
  [TYPE.whole]: "a whole number",
  [TYPE.yes]: "yes or no",
  [TYPE.user]: "a person",
  [TYPE.channel]: "a channel",
  [TYPE.role]: "a role",
  [TYPE.mentionable]: "a person or a role",
  [TYPE.number]: "a number",
  [TYPE.file]: "a file",
};

/** Every command down to its sub-commands: {name, description, options}. */
export function leaves() {
  return known.commands.filter((one) => one.type === CHAT).flatMap((one) => walk(one, one.name));
}

function walk(given, name) {
  const options = given.options ?? [];
  const nested = options.filter((one) => one.type === TYPE.sub || one.type === TYPE.group);
  if (!nested.length) return [{ name, description: given.description, options }];
  return nested.flatMap((one) => walk(one, `${name} ${one.name}`));
}

/** The commands that what was typed may become; those that begin so come first. */
export function matching(text) {
  const wanted = text.toLowerCase().trimStart();
  const all = leaves();
  const first = all.filter((one) => one.name.startsWith(wanted));
  const words = wanted.trim().split(/\s+/);
  const also = all.filter(
    (one) => !first.includes(one) && words.every((word) => one.name.includes(word)),
  );
  return [...first, ...also];
}

/** The command that a text names in full, and the rest of the text: null where none is. */
export function named(text) {
  if (!text.startsWith("/")) return null;
  const found = leaves()
    .filter((one) => text.startsWith(`/${one.name} `))
    .sort((one, other) => other.name.length - one.name.length)[0];
  return found ? { command: found, rest: text.slice(found.name.length + 2) } : null;
}

/** Split what follows a command's name: "text:see you who:@ann". What names none is the first's. */
export function split(command, text) {
  const names = command.options.map((one) => one.name);
  if (!names.length) return {};
  const pieces = text.split(
    new RegExp(
      `(?:^|(?<=\\s))(${names.map((name) => name.replace(/[^\w-]/g, "\\$&")).join("|")}):`,
    ),
  );
  const values = {};
  if (pieces[0].trim()) values[command.options[0].name] = pieces[0].trim();
  for (let index = 1; index < pieces.length; index += 2)
    values[pieces[index]] = pieces[index + 1].trim();
  return values;
}

/** What an option takes, in words. */
export function takes(option) {
  const least = option.min_value ?? option.min_length;
  const most = option.max_value ?? option.max_length;
  const unit = option.type === TYPE.text ? " characters" : "";
  const range =
    least !== undefined && most !== undefined
      ? `, ${least} to ${most}${unit}`
      : most !== undefined
        ? `, at most ${most}${unit}`
        : least !== undefined
          ? `, at least ${least}${unit}`
          : "";
  return `${SAID[option.type] ?? "something"}${range}`;
}

/** What can be offered for an option without asking the bot: {label, value, picture}. */
export function choicesOf(option) {
  if (option.choices) return option.choices.map((one) => ({ label: one.name, value: one.name }));
  const people = () =>
    server().people.map((one) => ({
      label: one.name,
      description: one.user_name === one.name ? null : one.user_name,
      value: `<@${one.id}>`,
      picture: one,
    }));
  const roles = () =>
    server().roles.map((one) => ({
      label: `@${one.name.replace(/^@/, "")}`,
      value: `<@&${one.id}>`,
    }));
  switch (option.type) {
    case TYPE.yes:
      return [
        { label: "True", value: "true" },
        { label: "False", value: "false" },
      ];
    case TYPE.user:
      return people();
    case TYPE.role:
      return roles();
    case TYPE.mentionable:
      return [...people(), ...roles()];
    case TYPE.channel:
      return known.state.channels.map((one) => ({ label: `#${one.name}`, value: `<#${one.id}>` }));
    default:
      return null;
  }
}
