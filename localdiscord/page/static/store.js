// What the page knows, as the server tells it, and the one way to ask the server for something.
// Everything comes as named parts ("state", "message/123"); each message of the socket puts some
// and takes some away, so a page that was closed for a while just gets all of them again.

export const events = new EventTarget();
export const messages = new Map();
export const requests = new Map();
export const known = { state: null, commands: [], faults: null };
export const here = {
  server: sessionStorage.getItem("server"),
  me: sessionStorage.getItem("me"),
  channel: null,
  traffic: false,
  length: 200,
};

const key = location.hash.slice(1);
const AGAIN_AFTER_MS = 1000;
let socket = null;

const tell = (name, detail) => events.dispatchEvent(new CustomEvent(name, { detail }));

/** Do something as whoever one is, where one is. Gives {error} for what cannot be done. */
export async function act(name, asked = {}) {
  const body = JSON.stringify({
    server: here.server,
    me: here.me,
    channel: here.channel,
    ...asked,
  });
  const headers = { "Content-Type": "application/json", "X-Page-Key": key };
  try {
    const answer = await fetch(`/do/${name}`, { method: "POST", headers, body });
    return answer.ok
      ? await answer.json()
      : { error: `The local Discord answered ${answer.status}.` };
  } catch {
    return { error: "The local Discord is not there. Is it still running?" };
  }
}

const files = new Map();

/** The address of a file's content within this page. */
export function contentOf(file) {
  if (!files.has(file.id)) files.set(file.id, load(file));
  return files.get(file.id);
}

async function load(file) {
  const answer = await fetch(`/attachment/${file.id}`, { headers: { "X-Page-Key": key } });
  if (!answer.ok) throw new Error(`file ${file.id}: ${answer.status}`);
  const safe = /^image\/(png|jpeg|gif|webp)$/.test(file.type)
    ? file.type
    : "application/octet-stream";
  return URL.createObjectURL(new Blob([await answer.arrayBuffer()], { type: safe }));
}

/** Be somebody else. */
export function be(server, me) {
  here.server = server;
  here.me = me;
  sessionStorage.setItem("server", server);
  sessionStorage.setItem("me", me);
  look();
}

/** Have the bot's requests told as well, or no longer. */
export function watchTraffic(on) {
  here.traffic = on;
  look();
}

/** Go to a channel of the server one is in. */
export function go(channel) {
  here.channel = channel;
  sessionStorage.setItem(`channel of ${here.server}`, channel);
  tell("moved");
}

/** Have older messages told as well. */
export function lookFurtherBack() {
  here.length += 200;
  look();
}

function look() {
  if (socket?.readyState !== WebSocket.OPEN) return;
  const { server, me, traffic } = here;
  socket.send(JSON.stringify({ key, server, me, traffic, length: String(here.length) }));
}

/** Hear of everything, now and whenever the connection was lost. */
export function connect() {
  socket = new WebSocket(`ws://${location.host}/live`);
  socket.onopen = look;
  socket.onmessage = (message) => take(JSON.parse(message.data));
  socket.onclose = (event) => {
    if (event.code === 4001) {
      tell("refused");
      return;
    }
    tell("connection", false);
    // All of it is told again.
    gone = true;
    setTimeout(connect, AGAIN_AFTER_MS);
  };
}

let gone = false;

function take(news) {
  if (gone) {
    gone = false;
    news.gone = [...messages.keys()]
      .map((id) => `message/${id}`)
      .filter((name) => !(name in news.put));
    requests.clear();
  }
  const changed = new Set();
  const parts = new Set();
  for (const [name, value] of Object.entries(news.put)) {
    const [kind, id] = name.split("/");
    if (kind === "message") {
      messages.set(id, value);
      changed.add(id);
    } else if (kind === "request") {
      requests.set(id, value);
      parts.add("requests");
    } else {
      known[kind] = value;
      parts.add(kind);
    }
  }
  for (const name of news.gone) {
    const [kind, id] = name.split("/");
    if (kind === "message") {
      messages.delete(id);
      changed.add(id);
    } else if (kind === "request") requests.delete(id);
  }
  if (parts.has("state")) settle();
  tell("connection", true);
  for (const part of parts) tell(part);
  if (changed.size) tell("messages", changed);
}

/** Stand in a channel that is there, as whoever the server says one is. */
function settle() {
  const { state } = known;
  here.server = state.server;
  here.me = state.me;
  const kept = sessionStorage.getItem(`channel of ${here.server}`);
  const there = state.channels.map((channel) => channel.id);
  if (!there.includes(here.channel))
    here.channel = there.includes(kept) ? kept : (there[0] ?? null);
}

// Finding things by id

export const server = () => known.state.servers.find((one) => one.id === known.state.server);
export const person = (id) => server().people.find((one) => one.id === id);
export const me = () => person(known.state.me);
export const channel = (id) => known.state.channels.find((one) => one.id === id);
export const role = (id) => server().roles.find((one) => one.id === id);
