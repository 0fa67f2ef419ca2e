// Elements without a framework: element("button", {class: "primary", onclick: send}, "Send").

export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

let made = 0;

export function freshId(name) {
  made += 1;
  return `${name}-${made}`;
}

const TONES = 8;

export function avatar(person) {
  if (!person) return element("img", { class: "avatar", src: "static/mark.svg", alt: "" });
  const initials = person.name.split(/[\s-]+/).map((word) => word[0]).filter((letter) => letter === letter.toUpperCase());
  const tone = [...person.id].reduce((sum, letter) => sum * 31 + letter.codePointAt(0), 7) % TONES;
  return element("span", { class: `avatar tone-${tone}`, "aria-hidden": "true" }, `${initials[0] ?? "?"}${initials.length > 1 ? initials.at(-1) : ""}`);
}

const PATHS = {
  bin: "M4.500 6h11M8 6V4h4v2M6 6l.700 10h6.600L14 6",
  clock: "M10 3a7 7 0 1 1 0 14A7 7 0 0 1 10 3zM10 6.500V10l2.500 2",
  close: "M5 5l10 10M15 5L5 15",
  down: "M5 8l5 5 5-5",
  file: "M5.500 3h6l3.500 3.500V17h-9.500zM11.500 3v3.500H15",
  mark: "M4 5.500h12v8H9.500L6 16.500v-3H4z",
  pencil: "M4 16l.700-3.300L13 4.400l2.600 2.600-8.300 8.300z",
  reply: "M8 5L3.500 9.500 8 14M4 9.500h7a5 5 0 0 1 5 5v1",
  send: "M3.500 10h12M10.500 4.500l5.500 5.500-5.500 5.500",
  spark: "M10 3v4M10 13v4M3 10h4M13 10h4",
  search: "M9 4a5 5 0 1 1 0 10A5 5 0 0 1 9 4zM13 13l4 4",
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

// A modal dialog: its title names it, Escape and the cross close it, focus goes back to where it was.
export function dialog(kind, title, closeLabel, onclose) {
  const id = freshId("dialog");
  const heading = element("h2", { id }, title);
  const cross = element("button", { type: "button", class: "cross", "aria-label": closeLabel, onclick: () => made.close() }, icon("close"));
  const body = element("div", { class: "dialog-body" });
  const made = element("dialog", { class: kind, "aria-labelledby": id }, element("header", {}, heading, cross), body);
  made.addEventListener("close", () => {
    made.remove();
    onclose?.();
  });
  document.body.append(made);
  made.showModal();
  return { made, heading, body };
}
