// The company's clock, and the buttons that set it forward.

import { element, icon } from "./element.js";

// Returns the row: what time it is there, and the skips. `skip` makes one and resolves once what was due is done.
export function timeBar(at, t, language, skip) {
  const clock = element("time", { datetime: at, class: "clock" }, said(at, language));
  const button = (name, label, title) =>
    element(
      "button",
      {
        type: "button",
        title,
        onclick: async (event) => {
          const buttons = [...event.currentTarget.parentElement.querySelectorAll("button")];
          for (const one of buttons) one.disabled = true;
          try {
            await skip(name);
          } finally {
            for (const one of buttons) one.disabled = false;
          }
        },
      },
      label,
    );
  return element(
    "div",
    { class: "time", role: "group", "aria-label": t.time },
    icon("clock"),
    clock,
    element("div", { class: "skips" }, button("hour", t.hour, t.hourMore), button("day", t.day, t.dayMore), button("next", t.next, t.nextMore)),
  );
}

// Shows what time it is from now on.
export function tell(row, at, language) {
  const clock = row?.querySelector("time");
  if (!clock) return;
  clock.setAttribute("datetime", at);
  clock.textContent = said(at, language);
}

function said(at, language) {
  return new Intl.DateTimeFormat(language === "fr" ? "fr-FR" : "en-GB", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }).format(new Date(at));
}
