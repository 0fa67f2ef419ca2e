// Who one can be: a button that says who one is, and a searchable list grouped by department.

import { avatar, dialog, element, freshId, icon } from "./element.js";

const plain = (text) => text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase();

export function describe(person, t) {
  if (person.kind !== "member") return t[person.kind];
  return [person.department, person.site].filter(Boolean).join(" · ");
}

export function personButton(person, t, choose) {
  return element(
    "button",
    { type: "button", class: "you", "aria-haspopup": "dialog", title: t.change, onclick: choose },
    avatar(person),
    element("span", { class: "sr" }, `${t.you} `),
    element("span", { class: "you-words" }, element("strong", {}, person.name), element("span", {}, describe(person, t))),
    icon("down"),
  );
}

export function choosePerson(people, current, t, chosen) {
  const { made, body } = dialog("people", t.who, t.close);
  const list = freshId("people");
  const input = element("input", {
    type: "text",
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": list,
    "aria-autocomplete": "list",
    "aria-label": t.search,
    placeholder: t.search,
    autocomplete: "off",
    spellcheck: "false",
  });
  const box = element("div", { id: list, role: "listbox", "aria-label": t.who });
  const count = element("p", { class: "count", role: "status" });
  let shown = [];
  let active = -1;

  const pick = (person) => {
    made.close();
    chosen(person);
  };

  const activate = (index) => {
    shown[active]?.option.removeAttribute("data-active");
    active = index;
    const one = shown[active];
    if (!one) return input.removeAttribute("aria-activedescendant");
    one.option.setAttribute("data-active", "");
    input.setAttribute("aria-activedescendant", one.option.id);
    one.option.scrollIntoView({ block: "nearest" });
  };

  const search = () => {
    const words = plain(input.value).split(/\s+/).filter(Boolean);
    const found = people.filter((person) => words.every((word) => plain(sought(person, t)).includes(word)));
    const groups = Map.groupBy(found, (person) => (person.kind === "member" ? (person.department ?? "") : t.others));
    shown = [];
    box.replaceChildren(...[...groups].sort(([a], [b]) => (a === t.others) - (b === t.others) || a.localeCompare(b)).map(group));
    if (!found.length) box.replaceChildren();
    count.textContent = found.length ? t.found(found.length) : t.nobody;
    const own = shown.findIndex(({ person }) => person.id === current.id);
    active = -1;
    activate(words.length ? (shown.length ? 0 : -1) : own);
  };

  const group = ([name, members]) => {
    const id = freshId("group");
    const title = element("div", { class: "group-name", id, role: "presentation" }, name);
    return element("div", { role: "group", "aria-labelledby": id }, title, members.map(option));
  };

  const option = (person) => {
    const more = person.kind === "member" ? [person.site, t.seniority[person.seniority] ?? person.seniority, person.language] : [t[person.kind], person.language];
    const made = element(
      "div",
      { role: "option", id: freshId("person"), "aria-selected": String(person.id === current.id), "data-person": person.id, onclick: () => pick(person) },
      avatar(person),
      element("span", { class: "option-words" }, element("strong", {}, person.name), element("span", {}, more.filter(Boolean).join(" · "))),
    );
    shown.push({ person, option: made });
    return made;
  };

  input.addEventListener("input", search);
  input.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (event.key in steps && shown.length) {
      event.preventDefault();
      activate(Math.min(Math.max(active + steps[event.key], 0), shown.length - 1));
    } else if (event.key === "Enter" && shown[active]) {
      event.preventDefault();
      pick(shown[active].person);
    }
  });
  body.append(element("div", { class: "find" }, icon("search"), input), count, box);
  search();
  input.focus();
}

function sought(person, t) {
  return [person.name, person.department, person.site, t.seniority[person.seniority], person.kind === "member" ? "" : t[person.kind]].filter(Boolean).join(" ");
}
