// One platform's window: its conversations as tabs, the log of messages, suggestions, and the box to write in.

import { avatar, element, freshId, icon } from "./element.js";

const clock = (language) => new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { hour: "2-digit", minute: "2-digit" });

// `places` are {place, label, title}, or with `home` what to show instead of messages. `show` is what everything shown needs to know; `doings` is
// what the page does about it: said(place, text, thread), edited(place, id, text), opened(place), body(post, place), tools(post, place, pane).
export class Pane {
  constructor(platform, places, show, doings) {
    this.platform = platform;
    this.places = places;
    this.show = show;
    this.doings = doings;
    this.posts = new Map(places.map(({ place }) => [place, new Map()]));
    this.prompts = new Map();
    this.threads = new Map();
    this.unread = new Set();
    this.place = places[0].place;
    this.node = this.#frame();
    this.go(this.place, false);
  }

  #frame() {
    const { t } = this.show;
    const title = freshId("title");
    const panel = freshId("panel");
    this.tabs = this.places.map(({ place, label }) =>
      element(
        "button",
        { type: "button", role: "tab", id: freshId("tab"), "aria-controls": panel, "data-place": place, onclick: () => this.go(place) },
        label,
        element("span", { class: "dot" }, element("span", { class: "sr" }, t.unread)),
      ),
    );
    const bar = element("div", { role: "tablist", "aria-label": t.places, onkeydown: (event) => this.#step(event) }, this.tabs);
    this.log = element("div", { class: "log", role: "log", tabindex: "0" });
    this.working = element("p", { class: "working", role: "status" });
    this.tries = element("div", { class: "tries", role: "group", "aria-label": t.try });
    this.thread = element("div", { class: "in-thread" });
    this.words = element("textarea", { rows: 1, autocomplete: "off", spellcheck: "true", onkeydown: (event) => this.#key(event) });
    const send = element("button", { type: "submit", class: "send", "aria-label": t.send }, icon("send"));
    const composer = element("form", { class: "composer", onsubmit: (event) => this.#submit(event) }, this.thread, element("div", { class: "box" }, this.words, send));
    this.below = element("div", { class: "below" }, this.tries, composer);
    this.request = element("p", { class: "request" });
    this.panel = element("div", { role: "tabpanel", id: panel, class: "panel" }, this.log, this.working, this.below);
    const heading = element("header", { class: "pane-bar" }, element("h2", { id: title }, t[this.platform]), this.request);
    return element("section", { class: `pane ${this.platform}`, "aria-labelledby": title }, heading, bar, this.panel);
  }

  #step(event) {
    const steps = { ArrowRight: 1, ArrowLeft: -1 };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const next = (this.#index() + steps[event.key] + this.places.length) % this.places.length;
    this.go(this.places[next].place);
    this.tabs[next].focus();
  }

  #index() {
    return this.places.findIndex(({ place }) => place === this.place);
  }

  go(place, opened = true) {
    if (this.editing && this.editing.place !== place) this.#leave();
    this.place = place;
    const { title, home } = this.places[this.#index()];
    this.unread.delete(place);
    for (const tab of this.tabs) {
      const current = tab.dataset.place === place;
      tab.setAttribute("aria-selected", String(current));
      tab.tabIndex = current ? 0 : -1;
      tab.classList.toggle("unread", this.unread.has(tab.dataset.place));
      if (current) this.panel.setAttribute("aria-labelledby", tab.id);
    }
    this.log.setAttribute("aria-label", this.show.t.log(title));
    this.log.classList.toggle("home", Boolean(home));
    this.below.hidden = Boolean(home);
    this.words.setAttribute("aria-label", this.show.t.write(title));
    this.words.placeholder = this.show.t.write(title);
    this.working.textContent = "";
    this.draw();
    if (opened) this.doings.opened(place);
  }

  // Draws the whole conversation: after a change of place or person, or when a stream was opened again.
  draw() {
    const { home } = this.places[this.#index()];
    if (home) this.log.replaceChildren(home());
    else {
      const posts = [...this.posts.get(this.place).values()];
      this.log.replaceChildren(...(posts.length ? [] : [this.#empty()]));
      for (const post of posts) this.#add(post);
    }
    this.#suggest();
    this.#showThread();
    this.log.scrollTop = 0;
    this.reveal();
  }

  // Shows the end of the conversation again, once the window has a size.
  reveal() {
    const last = [...(this.posts.get(this.place)?.keys() ?? [])].at(-1);
    if (last && this.log.clientHeight) this.#reveal(last);
  }

  redrawHome() {
    if (this.places[this.#index()].home) this.draw();
  }

  picture(places) {
    for (const [place, posts] of this.posts) {
      posts.clear();
      for (const post of places[place] ?? []) posts.set(post.id, post);
    }
    this.draw();
  }

  post(place, post) {
    this.posts.get(place).set(post.id, post);
    if (place !== this.place) {
      this.unread.add(place);
      this.tabs.find((tab) => tab.dataset.place === place).classList.add("unread");
      return;
    }
    this.log.querySelector(".empty")?.remove();
    const atEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 24;
    if (!this.#add(post)) this.#reveal(post.id);
    else if (atEnd) this.log.scrollTop = this.log.scrollHeight; // a card that changes stays where it's being read
  }

  removed(place, id) {
    this.posts.get(place).delete(id);
    if (place === this.place) this.draw();
  }

  isWorking(place, text) {
    if (place !== this.place) return;
    this.working.textContent = text === "typing" ? this.show.t.typing : text;
  }

  // Adds a post, or puts it in the place of its former self; tells whether it was there.
  #add(post) {
    const former = this.log.querySelector(`[data-post="${CSS.escape(post.id)}"]`);
    const made = this.#article(post);
    if (former) {
      const held = former.contains(document.activeElement);
      const replies = former.querySelector(":scope > .replies");
      if (replies) made.append(replies);
      former.replaceWith(made);
      if (held) made.focus({ preventScroll: true });
      return true;
    }
    const root = post.thread && this.log.querySelector(`[data-post="${CSS.escape(post.thread)}"]`);
    (root ? this.#replies(root) : this.log).append(made);
    return false;
  }

  // Shows what is new: all of it; or, where it's taller than the window, its beginning under the words that it answers to.
  #reveal(id) {
    const made = this.log.querySelector(`[data-post="${CSS.escape(id)}"]`);
    if (!made) return;
    const before = made.previousElementSibling;
    if (made.offsetHeight < this.log.clientHeight - 24) made.scrollIntoView({ block: "nearest" });
    else (before?.offsetHeight < 120 ? before : made).scrollIntoView({ block: "start" });
  }

  #replies(root) {
    const found = root.querySelector(":scope > .replies");
    if (found) return found;
    const made = element("div", { class: "replies", role: "group", "aria-label": this.show.t.replies });
    root.append(made);
    return made;
  }

  #article(post) {
    const { t, language, account, bot } = this.show;
    const author = post.author ?? { name: bot.name };
    const at = new Date(post.at);
    const time = element("time", { datetime: post.at }, clock(language).format(at));
    const marks = [
      post.author ? null : element("span", { class: "badge" }, t.app),
      time,
      post.edited ? element("span", { class: "mark" }, t.edited) : null,
      post.private ? element("span", { class: "mark" }, t.onlyYou) : null,
    ];
    const own = post.author?.id === account.id;
    const body = element("div", { class: "said" }, element("header", {}, element("strong", {}, author.name), marks), this.doings.body(post, this.place));
    const tools = this.doings.tools(post, this.place, this);
    return element(
      "article",
      { class: `post ${own ? "own" : ""} ${post.author ? "person" : "bot"} ${post.private ? "private" : ""}`, tabindex: "-1", "data-post": post.id, "aria-label": `${author.name}, ${clock(language).format(at)}` },
      element("div", { class: "line" }, avatar(post.author), body, tools),
    );
  }

  #empty() {
    const { t } = this.show;
    const kind = this.place.endsWith("desk") ? "Desk" : this.place.endsWith("channel") ? "Channel" : "Private";
    return element(
      "div",
      { class: "empty" },
      element("img", { src: "static/mark.svg", alt: "" }),
      element("p", {}, element("strong", {}, t[`empty${kind}`])),
      element("p", {}, t[`empty${kind}More`]),
    );
  }

  #suggest() {
    const given = this.prompts.get(this.place)?.map(({ title, message }) => ({ label: title, text: message }));
    const own = (this.show.t.suggestions[this.place] ?? []).map((text) => ({ label: text, text }));
    const chips = (given ?? own).map(({ label, text }) => element("button", { type: "button", class: "chip", onclick: () => this.doings.said(this.place, text, this.#root()) }, label));
    this.tries.replaceChildren(...(chips.length ? [element("span", { class: "try-title" }, this.show.t.try), ...chips] : []));
  }

  suggestPrompts(place, prompts) {
    this.prompts.set(place, prompts);
    if (place === this.place) this.#suggest();
  }

  // Writes in a thread from now on.
  reply(thread) {
    this.#leave();
    this.threads.set(this.place, thread);
    this.#showThread();
    if (!this.words.value && this.place.endsWith("channel")) this.words.value = "@pourqui ";
    this.words.focus();
  }

  // Puts other words in the place of a message of one's own.
  edit(post, words) {
    this.#leave();
    this.editing = { id: post.id, place: this.place };
    this.#showThread();
    this.words.value = words;
    this.words.focus();
  }

  #leave() {
    if (this.editing) this.words.value = "";
    this.editing = null;
    this.threads.delete(this.place);
  }

  #root() {
    return this.threads.get(this.place);
  }

  #showThread() {
    const { t } = this.show;
    const leave = () => {
      this.#leave();
      this.#showThread();
      this.words.focus();
    };
    const [said, left] = this.editing ? [t.editing, t.leaveEditing] : this.#root() ? [t.inThread, t.leaveThread] : [];
    const shown = said ? [element("span", {}, said), element("button", { type: "button", class: "cross", "aria-label": left, onclick: leave }, icon("close"))] : [];
    this.thread.replaceChildren(...shown);
  }

  #key(event) {
    if (event.key === "Escape" && (this.#root() || this.editing)) {
      this.#leave();
      this.#showThread();
    }
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.words.form.requestSubmit();
  }

  #submit(event) {
    event.preventDefault();
    const text = this.words.value.trim();
    if (!text) return;
    this.words.value = "";
    if (this.editing) {
      const { id, place } = this.editing;
      this.#leave();
      this.#showThread();
      this.doings.edited(place, id, text);
    } else this.doings.said(this.place, text, this.#root());
  }

  tellRequest(request) {
    this.request.textContent = this.show.t.request(request);
    this.request.title = `POST ${request.path}`;
    this.request.classList.toggle("bad", !(request.status >= 200 && request.status < 300));
  }
}
