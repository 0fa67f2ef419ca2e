// Files and pictures as both platforms show them; they come from the playground's own server, or with the message itself.

import { element, icon } from "./element.js";

const OWN = "/playground/files/";
const UNITS = ["byte", "kilobyte", "megabyte"];

// A file that can be downloaded; what isn't the playground's own is named only.
export function fileChip(name, url, size, { t, language }) {
  const path = ownPath(url);
  const said = [icon("file"), element("span", { class: "file-name" }, name), size ? element("span", { class: "file-size" }, sizeOf(size, language)) : null];
  if (!path) return element("p", { class: "file-chip" }, said);
  return element("a", { class: "file-chip", href: path, download: name }, element("span", { class: "sr" }, t.download), said);
}

// A picture by an address of the playground's, or by its own bytes (a data URI).
export function picture(source, alt) {
  const shown = source.startsWith("data:image/") ? source : ownPath(source);
  return shown ? element("img", { class: "picture", src: shown, alt, loading: "lazy" }) : element("p", {}, alt);
}

export function sizeOf(bytes, language) {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  return new Intl.NumberFormat(language, { style: "unit", unit: UNITS[step], unitDisplay: "short", maximumFractionDigits: 1 }).format(bytes / 1000 ** step);
}

function ownPath(url) {
  const asked = URL.canParse(url, location.href) ? new URL(url, location.href) : null;
  return asked?.pathname.startsWith(OWN) ? asked.pathname : null;
}
