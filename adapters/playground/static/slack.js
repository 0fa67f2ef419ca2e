// Slack's look: display by slack-blocks-to-jsx, everything that can be tapped or filled in by native controls.

import { h, render, SlackMessage } from "./vendor/vendor.js";
import { dialog, element, freshId } from "./element.js";
import { fileChip, picture } from "./files.js";

const dark = matchMedia("(prefers-color-scheme: dark)");
const ROWS = new Set(["actions", "context_actions"]);

// Shows a message, or the blocks of a home tab. `tap` gets {block, action, option}; without blocks, the text stands. `files` are those it shares.
export function slackBlocks(blocks, text, show, tap, files = []) {
  const parts = [];
  let plain = [];
  const flush = () => {
    if (plain.length) parts.push(displayed(plain, show));
    plain = [];
  };
  for (const block of blocks) {
    if (ROWS.has(block.type)) {
      flush();
      parts.push(element("div", { class: `slack-row ${block.type}` }, block.elements.flatMap((one) => control(one, block, show.t, tap))));
    } else if (block.type === "image" && block.slack_file) {
      flush();
      parts.push(picture(`files/${block.slack_file.id}`, block.alt_text));
    } else if (block.type === "section" && block.accessory && block.accessory.type !== "image") {
      flush();
      const { accessory, ...said } = block;
      parts.push(element("div", { class: "slack-section" }, displayed([said], show), element("div", { class: "slack-accessory" }, control(accessory, block, show.t, tap))));
    } else {
      plain.push(block);
    }
  }
  flush();
  if (!blocks.length && !files.length) parts.push(displayed([{ type: "section", text: { type: "mrkdwn", text } }], show));
  parts.push(...files.map(({ name, permalink, size }) => fileChip(name, permalink, size, show)));
  return element("div", { class: "slack-message" }, parts);
}

function displayed(blocks, show) {
  const node = element("div", { class: "slack-blocks" });
  const data = { users: [{ id: show.bot.user, name: show.bot.name }], channels: [], user_groups: [] };
  render(h(SlackMessage, { blocks, data, withoutWrapper: true, theme: dark.matches ? "dark" : "light", logo: "", name: "" }), node);
  // Blocks' ids become element ids, which must be unique in a page; ours need none.
  for (const named of node.querySelectorAll("[id]")) named.removeAttribute("id");
  // Slack's headers are big words, not the page's outline.
  for (const heading of node.querySelectorAll("h1, h2, h3, h4, h5, h6")) heading.setAttribute("role", "presentation");
  return node;
}

function control(one, block, t, tap) {
  const act = (option) => tap({ block: block.block_id, action: one.action_id, option });
  const styled = `slack-button ${one.style ?? ""}`;
  switch (one.type) {
    case "button": {
      const named = one.accessibility_label ?? undefined;
      if (!one.url) return element("button", { type: "button", class: styled, "aria-label": named, "data-tap": one.action_id, onclick: () => act() }, one.text.text);
      const words = [one.text.text, element("span", { class: "sr" }, ` ${t.opens}`)];
      return element("a", { class: styled, href: one.url, target: "_blank", rel: "noopener noreferrer", onclick: () => act() }, words);
    }
    case "feedback_buttons":
      return ["positive_button", "negative_button"].map((key) => {
        const words = one[key].text.text || t[key.split("_")[0]];
        return element("button", { type: "button", class: styled, onclick: () => act(one[key].value) }, words);
      });
    case "static_select":
    case "overflow":
      return menu(one, { "aria-label": one.placeholder?.text ?? t.choose, onchange: (event) => event.target.value && act(event.target.value) }, t);
    default:
      return displayed([{ type: "actions", elements: [one] }], { bot: {}, t });
  }
}

function menu(one, attributes, t) {
  const options = (list) => list.map(({ text, value }) => element("option", { value, selected: value === one.initial_option?.value }, text.text));
  const groups = (one.option_groups ?? []).map(({ label, options: list }) => element("optgroup", { label: label.text }, options(list)));
  const empty = element("option", { value: "" }, one.placeholder?.text ?? t.choose);
  return element("select", { class: "slack-input", ...attributes }, empty, groups, options(one.options ?? []));
}

// Opens a modal, or puts another view in the place of the one that's open. `submit` answers the errors by block id, or null when it went through.
export function slackModal(view, show, { submit, close }) {
  let left = false;
  const { made, heading, body } = dialog("slack-modal", view.title.text, show.t.close, () => left || close(view.id));
  const draw = (next) => {
    view = next;
    heading.textContent = view.title.text;
    body.replaceChildren(form());
    body.querySelector("input, textarea, select")?.focus();
  };
  const leave = () => {
    left = true;
    made.close();
  };

  const form = () => {
    const fields = [];
    const shown = view.blocks.map((block) => {
      if (block.type !== "input") return slackBlocks([block], "", show, () => {});
      const field = inputField(block, show.t);
      fields.push(field);
      return field.node;
    });
    const trouble = element("p", { class: "field-error", role: "alert" });
    const cancel = element("button", { type: "button", class: "slack-button", onclick: () => made.close() }, view.close?.text ?? show.t.close);
    const send = view.submit && element("button", { type: "submit", class: "slack-button primary" }, view.submit.text);
    const submitted = async (event) => {
      event.preventDefault();
      const missing = fields.filter((field) => !field.block.optional && !field.filled());
      for (const field of fields) field.refuse(missing.includes(field) ? show.t.required : "");
      if (missing.length) return missing[0].focus();
      if (send) send.disabled = true;
      const answer = await submit(view.id, Object.fromEntries(fields.map((field) => [field.block.block_id, field.state()])));
      if (send) send.disabled = false;
      if (answer.closed) return leave();
      trouble.textContent = answer.trouble ?? "";
      const refused = fields.filter((field) => field.refuse(answer.errors?.[field.block.block_id] ?? ""));
      refused[0]?.focus();
    };
    return element("form", { novalidate: true, onsubmit: submitted }, element("div", { class: "dialog-fields" }, shown, trouble), element("footer", {}, cancel, send));
  };

  draw(view);
  return { draw, leave, id: () => view.id };
}

function inputField(block, t) {
  const one = block.element;
  const id = freshId("input");
  const described = freshId("error");
  const hint = block.hint && element("p", { class: "hint", id: freshId("hint") }, block.hint.text);
  const error = element("p", { class: "field-error", id: described });
  const attributes = { id, "aria-describedby": [hint?.id, described].filter(Boolean).join(" "), "aria-required": String(!block.optional) };
  const { control, state, filled } = native(one, attributes, block, t);
  const label = control.matches("fieldset") ? null : element("label", { for: id }, block.label.text);
  const node = element("div", { class: "field" }, label, control, hint, error);
  const focus = () => (control.matches("fieldset") ? control.querySelector("input") : control).focus();
  const refuse = (text) => {
    error.textContent = text;
    control.setAttribute("aria-invalid", String(Boolean(text)));
    return Boolean(text);
  };
  return { block, node, focus, refuse, filled, state: () => ({ [one.action_id]: state() }) };
}

const INPUT_TYPES = { email_text_input: "email", url_text_input: "url", number_input: "number", datepicker: "date", timepicker: "time" };

function native(one, attributes, block, t) {
  const { type } = one;
  const options = one.options ?? [];
  if (type === "radio_buttons" || type === "checkboxes") {
    const kind = type === "checkboxes" ? "checkbox" : "radio";
    const initial = new Set((one.initial_options ?? [one.initial_option]).filter(Boolean).map((option) => option.value));
    const boxes = options.map((option) =>
      element("label", { class: "choice" }, element("input", { type: kind, name: attributes.id, value: option.value, checked: initial.has(option.value) }), option.text.text),
    );
    const role = kind === "radio" ? "radiogroup" : undefined;
    const control = element("fieldset", { class: "choices", role, "aria-describedby": attributes["aria-describedby"] }, element("legend", {}, block.label.text), boxes);
    const chosen = () => options.filter((option) => control.querySelector(`input[value="${CSS.escape(option.value)}"]`).checked);
    const state = () => (kind === "radio" ? { type, selected_option: chosen()[0] ?? null } : { type, selected_options: chosen() });
    return { control, state, filled: () => chosen().length > 0 };
  }
  if (type === "static_select") {
    const control = menu(one, attributes, t);
    const all = [...options, ...(one.option_groups ?? []).flatMap((group) => group.options)];
    const state = () => ({ type, selected_option: all.find((option) => option.value === control.value) ?? null });
    return { control, state, filled: () => control.value !== "" };
  }
  const shape = { class: "slack-input", placeholder: one.placeholder?.text, maxlength: one.max_length, minlength: one.min_length, ...attributes };
  const control = one.multiline ? element("textarea", { rows: 4, ...shape }) : element("input", { type: INPUT_TYPES[type] ?? "text", ...shape });
  control.value = one.initial_value ?? one.initial_date ?? one.initial_time ?? "";
  const key = { datepicker: "selected_date", timepicker: "selected_time" }[type] ?? "value";
  return { control, state: () => ({ type, [key]: control.value || null }), filled: () => control.value !== "" };
}
