// The panel on the right: people, trouble on demand, the bot's requests.

import { address, avatar, el, icon, iconButton } from "./dom.js";
import { done } from "./doing.js";
import { userMenu } from "./messages.js";
import { channel, events, here, known, requests, server, watchTraffic } from "./store.js";

const panel = document.getElementById("panel");
const TITLES = { people: "People", trouble: "Trouble on demand", requests: "Requests of the bot" };
let shown = null;
let said = "";

/** Begin to keep it current. */
export function startPanel() {
  for (const name of ["state", "moved", "faults"])
    events.addEventListener(name, () => shown && shown !== "requests" && draw());
  events.addEventListener("requests", () => shown === "requests" && draw());
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    showPanel(shown);
  });
}

/** Show one of its faces, or close it where that is shown. */
export function showPanel(name) {
  const left = shown;
  shown = shown === name ? null : name;
  said = "";
  watchTraffic(shown === "requests");
  panel.hidden = shown === null;
  if (shown) {
    panel.replaceChildren();
    draw();
    panel.querySelector("button")?.focus();
  } else document.getElementById(`open-${left}`)?.focus();
}

function draw() {
  const focused = panel.contains(document.activeElement) && document.activeElement.id;
  const scrolled = panel.querySelector(".panel-body")?.scrollTop ?? 0;
  const open = new Set([...panel.querySelectorAll("details[open]")].map((one) => one.dataset.name));
  panel.replaceChildren(
    el(
      "div",
      { class: "panel-head" },
      el("h2", {}, TITLES[shown]),
      iconButton("close", "Close", () => showPanel(shown), { id: "close-panel" }),
    ),
    el("div", { class: "panel-body" }, { people, trouble, requests: traffic }[shown]()),
  );
  for (const one of panel.querySelectorAll("details")) one.open = open.has(one.dataset.name);
  panel.querySelector(".panel-body").scrollTop = scrolled;
  // What was pressed may be no more: "Switch all off" goes with the last trouble.
  if (focused)
    (document.getElementById(focused) ?? panel.querySelector(".panel-body button"))?.focus();
}

// People

function people() {
  const line = (person, description) =>
    el(
      "li",
      {},
      el(
        "button",
        {
          type: "button",
          class: "place person",
          id: `person-${person.id}`,
          onclick: ({ currentTarget }) => userMenu(person, currentTarget),
        },
        avatar(person),
        el(
          "span",
          { class: "self-text" },
          el("span", {}, person.name),
          description && el("small", {}, description),
        ),
      ),
    );
  const { bot } = known.state;
  return [
    el("h3", {}, server().name),
    el(
      "ul",
      {},
      server().people.map((one) =>
        line(one, [one.owner && "owner", ...one.roles].filter(Boolean).join(", ")),
      ),
    ),
    el("h3", {}, "Apps"),
    el(
      "p",
      { class: "app" },
      avatar({ ...bot, bot: true }),
      el(
        "span",
        { class: "self-text" },
        el("span", {}, bot.name),
        el("small", {}, bot.online ? "connected" : "not connected"),
      ),
    ),
  ];
}

// Trouble

const KINDS = [
  ["rate_limit", "answer 429: rate limited"],
  ["fail", "answer 500"],
  ["slow", "answer 2 s late"],
  ["hold", "never answer"],
  ["drop", "cut the connection"],
];
const TIMES = [
  ["1", "once"],
  ["3", "3 times"],
  ["", "until switched off"],
];
const GATEWAY = [
  ["drop", "Cut the connection", "The connection was cut."],
  ["reconnect", "Ask it to reconnect", "The bot was asked to reconnect."],
  ["invalidate", "End its session", "The bot's session has ended."],
  ["twice", "Deliver the next interaction twice", "The next interaction comes twice."],
];
const DENIABLE = [
  ["view_channel", "see the channel"],
  ["send_messages", "send messages"],
  ["embed_links", "embed links"],
  ["attach_files", "attach files"],
];
const wanted = { target: "all", kind: "rate_limit", times: "1" };

function menu(id, label, pairs) {
  const control = el(
    "select",
    { id, onchange: () => (wanted[id] = control.value) },
    pairs.map(([value, text]) => el("option", { value, selected: wanted[id] === value }, text)),
  );
  return el(
    "div",
    { class: "field" },
    el("label", { class: "label", for: id }, label),
    el("div", { class: "native-select" }, control, icon("down")),
  );
}

function trouble() {
  const { rules, targets, denied } = known.faults;
  const place = channel(here.channel);
  const taken = denied[here.channel] ?? [];
  const start = () =>
    done("fault", {
      target: wanted.target,
      kind: wanted.kind,
      times: wanted.times ? Number(wanted.times) : null,
    });
  return [
    el("h3", {}, "The bot's requests"),
    menu(
      "target",
      "Which",
      targets.map((one) => [one.key, one.name]),
    ),
    menu("kind", "What happens", KINDS),
    menu("times", "How often", TIMES),
    el(
      "button",
      { type: "button", class: "primary", id: "trouble-on", onclick: start },
      "Switch on",
    ),
    rules.length > 0 &&
      el(
        "ul",
        { class: "rules" },
        rules.map((rule) =>
          el("li", {}, rule.text, rule.seen > 0 && el("small", {}, ` · happened ${rule.seen} ×`)),
        ),
      ),
    rules.length > 0 &&
      el(
        "button",
        {
          type: "button",
          class: "secondary",
          id: "trouble-off",
          onclick: () => done("behave", {}),
        },
        "Switch all off",
      ),
    el("h3", {}, "The gateway"),
    GATEWAY.map(([what, label, sentence]) =>
      el(
        "button",
        {
          type: "button",
          class: "secondary",
          id: `gateway-${what}`,
          onclick: async () => {
            if (await done("gateway", { what })) said = sentence;
            draw();
          },
        },
        label,
      ),
    ),
    el("p", { class: "hint", role: "status" }, said),
    place && el("h3", {}, `In #${place.name} the bot may`),
    place &&
      DENIABLE.map(([name, label]) => {
        const box = el("input", {
          type: "checkbox",
          id: `may-${name}`,
          checked: !taken.includes(name),
          onchange: () =>
            done("deny", {
              names: box.checked ? taken.filter((one) => one !== name) : [...taken, name],
            }),
        });
        return el("label", { class: "may" }, box, label);
      }),
  ];
}

// Requests

function traffic() {
  const all = [...requests].sort(([, one], [, other]) => other.order - one.order);
  if (!all.length) return [el("p", { class: "hint" }, "None so far.")];
  return all.map(([name, one]) => {
    const bad = one.status >= 400 || one.problems.length > 0;
    return el(
      "details",
      { class: `request${bad ? " bad" : ""}`, "data-name": name },
      el(
        "summary",
        { id: `summary-${name}` },
        el("span", { class: "status" }, one.status || "…"),
        el("b", {}, one.method),
        " ",
        address(one.route),
      ),
      el("p", {}, one.says, one.code > 0 && ` · error code ${one.code}`),
      one.problems.length > 0 &&
        el(
          "ul",
          {},
          one.problems.map((problem) => el("li", {}, problem)),
        ),
      el("p", { class: "path" }, address(one.path)),
      one.body && el("pre", { tabIndex: 0 }, one.body),
    );
  });
}
