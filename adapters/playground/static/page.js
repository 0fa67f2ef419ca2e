// The page: who one is, in which language, and the two platforms side by side.

import { element, icon } from "./element.js";
import { Pane } from "./pane.js";
import { choosePerson, personButton } from "./people.js";
import { company, gesture, listen, skipTime } from "./server.js";
import { slackBlocks, slackModal } from "./slack.js";
import { teamsActivity, teamsDialog } from "./teams.js";
import { textsFor } from "./texts.js";
import { tell, timeBar } from "./time.js";

const top = document.getElementById("top");
const main = document.getElementById("panes");
const notice = document.getElementById("notice");
const asked = new URLSearchParams(location.search);

const world = await company();
const state = {
  account: firstPerson(),
  language: firstLanguage(),
  platform: asked.get("platform") === "teams" ? "teams" : "slack",
  home: null,
};
let panes = {};
let modal = null;
let stopListening = () => {};

function firstPerson() {
  const wanted = asked.get("as") ?? localStorage.getItem("pourqui.account");
  return world.people.find(({ id }) => id === wanted) ?? world.people.find(({ seniority }) => seniority === "newcomer") ?? world.people[0];
}

function firstLanguage() {
  const known = (language) => (["fr", "en"].includes(language) ? language : null);
  return known(asked.get("lang")) ?? known(localStorage.getItem("pourqui.language")) ?? known(navigator.language.slice(0, 2)) ?? world.language;
}

// What everything that is shown needs to know.
function show() {
  return { t: textsFor(state.language), language: state.language, account: state.account, bot: world.bot };
}

function say(text) {
  notice.textContent = text;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => (notice.textContent = ""), 8000);
}

// Makes a gesture; returns the answer's body when the bot took it, undefined (and says why) when it didn't.
async function make(platform, name, fields) {
  const { t } = show();
  try {
    const { request, body } = await gesture(platform, name, { ...fields, account: state.account.id });
    if (!request) return {};
    panes[platform].tellRequest(request);
    if (request.status >= 200 && request.status < 300) return body ?? {};
    say(request.status === null ? t.silent : t.failed(request.status));
  } catch (error) {
    say(error.status === 410 ? t.gone : t.trouble);
  }
  return undefined;
}

async function said(platform, place, text, thread) {
  const { t } = show();
  if (platform === "slack" && `${text} `.startsWith(`${world.command} `)) {
    await make("slack", "command", { place, text: text.slice(world.command.length).trim() });
    return;
  }
  if (place.endsWith("channel") && !thread && !text.includes("@pourqui")) say(t.notMentioned);
  await make(platform, "message", { place, text, thread });
}

const slackDoings = {
  said: (place, text, thread) => said("slack", place, text, thread),
  opened: (place) => {
    if (place === "slack/home") make("slack", "open", { tab: "home" });
  },
  body: (post, place) => slackBlocks(post.body.blocks ?? [], post.body.text, show(), (tapped) => make("slack", "tap", { place, message: post.id, ...tapped }), post.body.files),
  edited: (place, message, text) => make("slack", "edit", { place, message, text }),
  tools: (post, place, pane) => {
    const { t } = show();
    const shortcut = (name) => () => make("slack", "shortcut", { place, message: post.id, name });
    const buttons = [];
    if (!post.private) buttons.push(tool(t.threadReply, "reply", () => pane.reply(post.thread ?? post.id)));
    if (place !== "slack/dm" && post.author) {
      buttons.push(tool(t.shortcut, "spark", shortcut("ask_pourqui")), tool(t.exchange, "mark", shortcut("support_exchange")));
    }
    return element("div", { class: "tools" }, buttons, own("slack", post, place, pane));
  },
};

const teamsDoings = {
  said: (place, text, thread) => said("teams", place, text, thread),
  opened: (place) => make("teams", "open", { place }),
  body: (post, place) => {
    const consent = (answer) => make("teams", "consent", { place, message: post.id, answer });
    return teamsActivity(post.body, show(), (button) => tapTeams(place, post.id, button), consent);
  },
  edited: (place, message, text) => make("teams", "edit", { place, message, text }),
  tools: (post, place, pane) => {
    const { t } = show();
    const buttons = [];
    if (place !== "teams/chat") buttons.push(tool(t.threadReply, "reply", () => pane.reply(post.thread ?? post.id)));
    if (place !== "teams/chat" && post.author) buttons.push(tool(t.exchange, "mark", () => markExchange(place, post.id)));
    return element("div", { class: "tools" }, buttons, own("teams", post, place, pane));
  },
};

// Skips time, and says what came of it.
async function skip(name) {
  const { t } = show();
  try {
    const { sent, mine, idle } = await skipTime(name, state.account.id);
    say(idle ? t.idle : `${t.arrived(sent)} ${t.mine(mine)}`);
  } catch {
    say(t.trouble);
  }
}

// What one can do about a message of one's own.
function own(platform, post, place, pane) {
  if (post.author?.id !== state.account.id) return [];
  const { t } = show();
  const words = platform === "slack" ? post.body.text.replaceAll(`<@${world.bot.user}>`, "@pourqui").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&") : post.body.text;
  return [
    tool(t.edit, "pencil", () => pane.edit(post, words)),
    tool(t.remove, "bin", () => make(platform, "delete", { place, message: post.id })),
  ];
}

async function markExchange(place, message) {
  const body = await make("teams", "action", { place, message });
  if (!body?.task) return;
  teamsDialog(body.task, show(), async (data) => {
    const next = await make("teams", "submit_action", { place, message, data });
    return next ? { task: next.task } : { trouble: notice.textContent };
  });
}

function tool(label, name, onclick) {
  return element("button", { type: "button", "aria-label": label, title: label, onclick }, icon(name));
}

async function tapTeams(place, message, button) {
  const body = await make("teams", "tap", { place, message, button });
  if (body?.task) {
    teamsDialog(body.task, show(), async (data) => {
      const next = await make("teams", "submit", { place, message, data });
      return next ? { task: next.task } : { trouble: notice.textContent };
    });
  }
  if (body?.type === "application/vnd.microsoft.activity.message" && typeof body.value === "string") say(body.value);
}

function showView(view) {
  if (modal?.id() === view.id) return modal.draw(view);
  modal?.leave();
  modal = slackModal(view, show(), {
    close: (id) => {
      modal = null;
      make("slack", "close", { view: id });
    },
    submit: async (id, values) => {
      const body = await make("slack", "submit", { view: id, values });
      if (!body) return { trouble: notice.textContent };
      if (body.response_action === "errors") return { errors: body.errors };
      if (["update", "push"].includes(body.response_action)) return {};
      modal = null;
      return { closed: true };
    },
  });
}

function homeTab() {
  const { t } = show();
  if (!state.home) return element("div", { class: "empty" }, element("img", { src: "static/mark.svg", alt: "" }), element("p", {}, t.emptyHome));
  return element("div", { class: "home-tab" }, slackBlocks(state.home.blocks, "", show(), (tapped) => make("slack", "tap", tapped)));
}

function paneOf(place) {
  return panes[place.split("/")[0]];
}

const HEARD = {
  picture: ({ places, home }) => {
    state.home = home;
    panes.slack.picture(places);
    panes.teams.picture(places);
    notice.textContent = "";
    // Whoever opens the app lands on its home first; it's also how the bot comes to know them before their first question.
    // The bot writes of its own accord where they last were: on the platform that is shown.
    const opening = [() => make("slack", "open", { tab: "home" }), () => make("teams", "open", { place: panes.teams.place })];
    if (state.platform === "slack") opening.reverse();
    opening[0]().then(opening[1]);
  },
  post: ({ place, post }) => paneOf(place).post(place, post),
  removed: ({ place, id }) => paneOf(place).removed(place, id),
  working: ({ place, text }) => paneOf(place).isWorking(place, text),
  prompts: ({ place, prompts }) => paneOf(place).suggestPrompts(place, prompts),
  view: ({ view }) => showView(view),
  time: ({ at }) => {
    world.time = at;
    tell(top.querySelector(".time"), at, state.language);
  },
  home: ({ view }) => {
    state.home = view;
    panes.slack.redrawHome();
  },
};

function become(person) {
  state.account = person;
  state.home = null;
  for (const pane of Object.values(panes)) pane.picture({});
  localStorage.setItem("pourqui.account", person.id);
  draw();
  top.querySelector(".you").focus();
  hear();
}

function hear() {
  stopListening();
  stopListening = listen(
    state.account.id,
    (event) => HEARD[event.type](event),
    () => say(show().t.lost),
  );
}

function speak(language) {
  state.language = language;
  localStorage.setItem("pourqui.language", language);
  draw();
  top.querySelector(`[lang=${language}]`).focus();
}

// Builds the page again, in the language and as the person of the moment; what was said stays.
function draw() {
  const { t } = show();
  const channel = `# ${world.channel}`;
  const desk = `# ${world.desk}`;
  const kept = Object.fromEntries(Object.entries(panes).map(([name, pane]) => [name, { place: pane.place, posts: pane.posts, words: pane.words.value }]));
  const url = new URLSearchParams({ as: state.account.id, lang: state.language, platform: state.platform });
  history.replaceState(null, "", `?${url}`);
  document.documentElement.lang = state.language;
  document.title = t.title;
  top.replaceChildren(...topBar(t));
  panes = {
    slack: new Pane(
      "slack",
      [
        { place: "slack/dm", label: t.dm, title: world.bot.name },
        { place: "slack/channel", label: channel, title: channel },
        { place: "slack/desk", label: desk, title: desk },
        { place: "slack/home", label: t.home, title: t.home, home: homeTab },
      ],
      show(),
      slackDoings,
    ),
    teams: new Pane(
      "teams",
      [
        { place: "teams/chat", label: t.chat, title: world.bot.name },
        { place: "teams/channel", label: channel, title: channel },
        { place: "teams/desk", label: desk, title: desk },
      ],
      show(),
      teamsDoings,
    ),
  };
  for (const [name, { place, posts, words }] of Object.entries(kept)) {
    panes[name].posts = posts;
    panes[name].words.value = words;
    panes[name].go(place, false);
  }
  main.replaceChildren(panes.slack.node, panes.teams.node);
  see(state.platform);
}

function topBar(t) {
  const brand = element("div", { class: "brand" }, element("img", { src: "static/mark.svg", alt: "" }), element("h1", {}, "pourqui"), element("span", {}, t.tagline));
  const choose = () => choosePerson(world.people, state.account, t, become);
  const language = (code, name) => element("button", { type: "button", lang: code, "aria-pressed": String(state.language === code), title: name, onclick: () => speak(code) }, code.toUpperCase());
  const languages = element("div", { class: "switch", role: "group", "aria-label": t.language }, language("fr", "Français"), language("en", "English"));
  const platform = (name) => element("button", { type: "button", "data-platform": name, onclick: () => see(name) }, t[name]);
  const platforms = element("div", { class: "switch platforms", role: "group", "aria-label": t.platforms }, platform("slack"), platform("teams"));
  const time = world.time ? [timeBar(world.time, t, state.language, skip)] : [];
  return [brand, ...time, personButton(state.account, t, choose), languages, platforms];
}

// Shows one platform where there's no room for both.
function see(platform) {
  state.platform = platform;
  main.dataset.platform = platform;
  for (const button of top.querySelectorAll("[data-platform]")) button.setAttribute("aria-pressed", String(button.dataset.platform === platform));
  panes[platform].reveal();
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
draw();
hear();
