// Teams' look: cards by adaptivecards, with a host configuration of our own; a dialog (task module) is a card in a <dialog>.

import { AdaptiveCard, ExecuteAction, HostConfig, MarkdownIt, OpenUrlAction, Strings, SubmitAction } from "./vendor/vendor.js";
import { dialog, element } from "./element.js";
import { fileChip, picture, sizeOf } from "./files.js";

const CARD = "application/vnd.microsoft.card.adaptive";
const CONSENT = "application/vnd.microsoft.teams.card.file.consent";
const INFO = "application/vnd.microsoft.teams.card.file.info";
const dark = matchMedia("(prefers-color-scheme: dark)");
const markdown = new MarkdownIt({ breaks: true, linkify: false }).disable(["table", "image"]);

AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = markdown.render(text);
  result.didProcess = true;
};

function hostConfig() {
  const night = dark.matches;
  const color = (light, darker) => ({ default: night ? darker : light, subtle: night ? darker : light });
  const words = { default: night ? "#ffffff" : "#242424", subtle: night ? "#c4c4c4" : "#5c5c5c" };
  const foregroundColors = {
    default: words,
    dark: { default: "#242424", subtle: "#5c5c5c" },
    light: { default: "#ffffff", subtle: "#e0e0e0" },
    accent: color("#4f52b2", "#aab1ff"),
    good: color("#0e700e", "#7fd47f"),
    warning: color("#8a3707", "#ffc36b"),
    attention: color("#b10e1c", "#ff9aa2"),
  };
  const style = (background) => ({ backgroundColor: background, foregroundColors });
  const plainStyle = style("#00000000");
  return new HostConfig({
    fontFamily: "inherit",
    fontSizes: { small: 12, default: 14, medium: 14, large: 18, extraLarge: 24 },
    fontWeights: { lighter: 300, default: 400, bolder: 600 },
    lineHeights: { small: 16, default: 20, medium: 20, large: 24, extraLarge: 32 },
    spacing: { small: 8, default: 12, medium: 16, large: 20, extraLarge: 24, padding: 16 },
    separator: { lineThickness: 1, lineColor: night ? "#424242" : "#e0e0e0" },
    containerStyles: {
      default: plainStyle,
      emphasis: style(night ? "#2e2e2e" : "#f5f5f5"),
      accent: plainStyle,
      good: plainStyle,
      attention: plainStyle,
      warning: plainStyle,
    },
    actions: { maxActions: 6, buttonSpacing: 8, actionsOrientation: "horizontal", actionAlignment: "left", spacing: "default" },
    adaptiveCard: { allowCustomStyle: false },
    factSet: {
      title: { weight: "bolder", wrap: true, maxWidth: 140 },
      value: { wrap: true },
      spacing: 12,
    },
    inputs: { label: { inputSpacing: "small", requiredInputs: { suffix: " *", suffixColor: "attention", weight: "bolder" }, optionalInputs: { weight: "bolder" } }, errorMessage: { spacing: "small", color: "attention" } },
    supportsInteractivity: true,
  });
}

// Shows an activity: its text, its cards, its pictures and files. `tap` gets the button as Teams would send it, `consent` "accept" or "decline".
export function teamsActivity(activity, show, tap, consent) {
  const parts = [];
  if (activity.text) parts.push(spoken(activity));
  for (const { contentType, content, contentUrl, name } of activity.attachments ?? []) {
    if (contentType === CARD) parts.push(card(content, show.t, tap));
    else if (contentType === CONSENT) parts.push(offer(name, content, show, consent));
    else if (contentType === INFO) parts.push(fileChip(name, contentUrl, 0, show));
    else if (contentType?.startsWith("image/")) parts.push(picture(contentUrl, name ?? ""));
  }
  return element("div", { class: "teams-message" }, parts);
}

// Teams asks before a bot may put a file into somebody's own files.
function offer(name, { description, sizeInBytes }, { t, language }, consent) {
  const answer = (words, given, primary) => element("button", { type: "button", class: `ac-pushButton ${primary ? "primary" : ""}`, onclick: () => consent(given) }, words);
  const said = element("div", { class: "offer-words" }, element("strong", {}, name), element("span", {}, sizeOf(sizeInBytes, language)), element("p", {}, description));
  return element("div", { class: "teams-card offer" }, said, element("div", { class: "offer-buttons" }, answer(t.allow, "accept", true), answer(t.decline, "decline", false)));
}

function spoken({ text, textFormat }) {
  const words = element("div", { class: "teams-words" });
  if (textFormat === "plain") words.append(...text.split("\n").map((line) => element("p", {}, line)));
  else words.innerHTML = markdown.render(text);
  return words;
}

function card(content, t, tap) {
  Strings.errors.inputRequired = () => t.required;
  const adaptive = new AdaptiveCard();
  adaptive.hostConfig = hostConfig();
  adaptive.onExecuteAction = (action) => {
    if (action instanceof OpenUrlAction) window.open(action.url, "_blank", "noopener,noreferrer");
    else if (action instanceof ExecuteAction) tap({ type: "Action.Execute", id: action.id, verb: action.verb, title: action.title, data: action.data ?? {} });
    else if (action instanceof SubmitAction) tap({ type: "Action.Submit", id: action.id, title: action.title, data: action.data ?? {} });
  };
  adaptive.parse(content);
  const node = adaptive.render() ?? element("p", {}, content.fallbackText ?? "");
  node.removeAttribute("tabindex");
  for (const link of node.querySelectorAll("a[href]")) Object.assign(link, { target: "_blank", rel: "noopener noreferrer" });
  return element("div", { class: "teams-card" }, node);
}

// Opens the dialog of a task response. `submit` answers {task} for what comes next (none closes), or {trouble}.
export function teamsDialog(task, show, submit) {
  const { made, heading, body } = dialog("teams-dialog", "", show.t.close);
  const trouble = element("p", { class: "field-error", role: "alert" });
  let busy = false;
  const draw = (next) => {
    if (next.type === "message") {
      heading.textContent ||= "pourqui";
      body.replaceChildren(element("p", { class: "dialog-fields" }, next.value));
      return;
    }
    heading.textContent = next.value.title ?? "pourqui";
    body.replaceChildren(element("div", { class: "dialog-fields" }, card(next.value.card.content, show.t, sent), trouble));
    body.querySelector("input, textarea, select")?.focus();
  };
  const sent = async (button) => {
    if (busy) return;
    busy = true;
    const answer = await submit(button.data);
    busy = false;
    trouble.textContent = answer.trouble ?? "";
    if (answer.trouble) return;
    if (answer.task) draw(answer.task);
    else made.close();
  };
  draw(task);
}
