// Search and filters without a server, the relative dates, and today's opening hours.
// Every page works without this file; it only makes them quicker to use.
"use strict";
const words = JSON.parse(document.getElementById("words").textContent);
const { root, home } = document.body.dataset;
const language = document.documentElement.lang;

// "Café", "cafe" and "CAFÉ" are one word; so are the ways to write one Arabic, Turkish or Ukrainian letter.
const LETTERS = { "ß": "ss", "ı": "i", "ł": "l", "ø": "o", "æ": "a", "œ": "o", "đ": "d", "ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك",
  "ٱ": "ا", "ـ": "", "і": "и", "ґ": "г", "є": "е", "ы": "и", "э": "е", "’": "", "'": "", "ʼ": "", "أ": "ا", "إ": "ا", "آ": "ا", "ٲ": "ا" };
const fold = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "")
  .replace(/[ßıłøæœđةىیکٱأإآٲـіґєыэ’'ʼ]/gu, (letter) => LETTERS[letter]).replace(/([aou])e/gu, "$1")
  .replace(/[٠-٩۰-۹]/g, (digit) => digit.charCodeAt(0) & 15);
const split = (text) => fold(text).split(/[^\p{L}\p{N}]+/u).filter(Boolean);

// A word in Cyrillic letters is found in Latin ones too: Беттенхаузен, Bettenhausen.
const LATIN = { а: "a", б: "b", в: "v", г: "g", д: "d", ж: "sch", з: "s", и: "i", й: "j", к: "k", л: "l", м: "m", н: "n", о: "o", п: "p", р: "r",
  с: "s", т: "t", у: "u", ф: "f", х: "h", ц: "z", ч: "tsch", ш: "sch", щ: "schtsch", ь: "", ъ: "", ю: "ju", я: "ja", е: "e" };
const latin = (word) => /^[а-я]/.test(word) ? word.replace(/[а-я]/g, (letter) => LATIN[letter] ?? letter) : "";

// How many letters differ (added, dropped, changed, swapped), or more than `most`.
function distance(a, b, most) {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before = [], row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) next[j] = Math.min(next[j], before[j - 2] + 1);
    }
    if (Math.min(...next) > most) return most + 1;
    [before, row] = [row, next];
  }
  return row[b.length];
}

function likeness(asked, word) {
  if (word === asked) return 1;
  if (word.startsWith(asked)) return 0.9;
  if (/^\d+$/.test(asked)) return 0; // The next postal code is another place, not a slip.
  if (asked.length >= 3 && word.includes(asked)) return 0.7;
  const most = asked.length >= 8 ? 2 : asked.length >= 4 ? 1 : 0;
  if (!most || word[0] !== asked[0] && asked.length < 6) return 0;
  const beginnings = [-1, 0, 1].map((more) => distance(asked, word.slice(0, asked.length + more), most) + 0.5);
  const off = Math.min(distance(asked, word, most), ...beginnings);
  return off <= most ? 0.6 - off * 0.15 : 0;
}

const WEIGHT = { title: 4, tags: 3, more: 2, line: 1, rest: 0.6 };
// Cyrillic words change at their end: квартира, квартиру.
const stem = (word) => word.length > 5 && /^[а-я]/.test(word) ? word.replace(/[аеийоуьюя]{1,2}$/, "") : word;
const meets = (asked, own) => own === asked || asked.length >= 4 && own.startsWith(asked) || own.length >= 5 && asked.startsWith(own)
  || asked.length >= 5 && likeness(stem(asked), stem(own)) > 0.4;

// The groups of words of which the question holds one: each with the places of the words that say it.
function meant(asked, groups) {
  return groups.flatMap((phrases, group) => phrases.flatMap((phrase) => {
    const places = phrase.map((own) => asked.findIndex((word) => meets(word, own)));
    return places.includes(-1) ? [] : [{ group, places }];
  }));
}
const holds = (entry, phrase) => {
  const weights = phrase.map((word) => Math.max(0, ...Object.keys(WEIGHT).filter((field) => entry.words[field].some((own) =>
    own === word || word.length >= 4 && (own.startsWith(word) || word.length >= 6 && own.includes(word)))).map((field) => WEIGHT[field])));
  return Math.min(...weights);
};
function weightOf(entry, group, phrases) {
  entry.groups ??= new Map();
  if (!entry.groups.has(group)) entry.groups.set(group, entry.spokenGroups.has(group) ? WEIGHT.tags : Math.max(0, ...phrases.map((phrase) => holds(entry, phrase))));
  return entry.groups.get(group);
}

// Points for each word that was asked for: by its letters, or by another word for the same.
function points(entry, asked, same, groups) {
  return asked.map((word, place) => {
    let best = 0;
    for (const field in WEIGHT) for (const own of entry.words[field]) {
      const like = Math.max(likeness(word, own), latin(word) ? likeness(latin(word), own) * 0.9 : 0, latin(own) ? likeness(word, latin(own)) * 0.9 : 0);
      best = Math.max(best, like * WEIGHT[field]);
    }
    for (const { group, places } of same) if (places.includes(place)) best = Math.max(best, weightOf(entry, group, groups[group]) * 0.8);
    return best;
  });
}

let loading;
const index = () => loading ??= new Promise((resolve, reject) => {
  const script = document.createElement("script");
  script.src = `${root}data/search-${language}.js`;
  script.onload = () => {
    const { groups, spoken, quiet } = window.ALLIN_WORDS, codes = Object.keys(spoken);
    const phrases = [...groups, ...codes.map((code) => spoken[code])].map((group) => group.map(split).filter((phrase) => phrase.length));
    const entries = window.ALLIN_INDEX.map((entry) => ({ ...entry,
      spokenGroups: new Set(entry.language.map((code) => groups.length + codes.indexOf(code))),
      words: { title: split(entry.title), more: split(entry.more), line: split(entry.line), rest: split(entry.rest),
        tags: split([...entry.spoken, ...entry.topic, ...entry.about, ...entry.district, words.kinds[entry.kind]].join(" ")) } }));
    resolve({ entries, groups: phrases, quiet: new Set(quiet.flatMap(split)) });
  };
  script.onerror = reject;
  document.head.append(script);
});

// What answers a question: entries that have all of it, else those that have most of it.
function answers(question, { entries, groups, quiet }) {
  const all = split(question), telling = all.filter((word) => !quiet.has(word)), asked = telling.length ? telling : all;
  if (!asked.length) return { found: entries, whole: true };
  const same = meant(asked, groups);
  const rated = entries.map((entry) => ({ entry, each: points(entry, asked, same, groups) })).map(({ entry, each }) =>
    ({ entry, has: each.filter(Boolean).length, sum: each.reduce((sum, one) => sum + one, 0) })).filter(({ has }) => has);
  const whole = rated.filter(({ has }) => has === asked.length);
  const found = (whole.length ? whole : rated).sort((a, b) => b.has - a.has || b.sum - a.sum).map(({ entry }) => entry);
  return { found: whole.length ? found : found.slice(0, 10), whole: whole.length > 0 };
}

const made = (tag, text, about = {}) => Object.assign(document.createElement(tag), { textContent: text }, about);
const plural = (count) => words.hits[new Intl.PluralRules(language).select(count)].replace(/\d+/, count);

function card(entry) {
  const item = document.createElement("li"), heading = document.createElement("h3");
  const link = made("a", "", { href: home + entry.path });
  link.append(made("bdi", entry.title));
  heading.append(link);
  item.append(heading);
  const next = (entry.when ?? []).find(([day]) => day.slice(0, 10) >= new Date().toISOString().slice(0, 10));
  if (next) item.append(made("p", next[1] + (next[2] ? ` – ${words.cancelled}` : ""), { className: "when" }));
  if (entry.line) item.append(made("p", entry.line, { lang: entry.lang, dir: "auto" }));
  const about = [words.kinds[entry.kind], entry.spoken.join(", "), entry.district.join(", ")].filter(Boolean);
  item.append(made("p", about.join(" · "), { className: "quiet" }));
  return item;
}

// Where else to look: the things that people come for.
function needs() {
  const item = document.createElement("li"), items = document.createElement("ul");
  item.className = "offers";
  items.className = "needs";
  for (const [target, name, about] of words.needs) {
    const link = made("a", "", { href: home + target }), one = document.createElement("li");
    link.append(made("strong", name), made("span", about));
    one.append(link);
    items.append(one);
  }
  item.append(made("h3", words.offers), items);
  return item;
}

function finder(form) {
  const field = form.querySelector("input"), status = form.querySelector("[role=status]");
  const list = form.parentElement.querySelector(".found"), still = form.parentElement.querySelector(".still");
  const chips = form.querySelector(".chips"), { kind = "" } = form.dataset;
  const preset = new URLSearchParams(form.dataset.preset ?? ""), facets = [...form.querySelectorAll("select")];
  let turn = 0;

  const asked = () => {
    const state = new URLSearchParams();
    if (field.value.trim()) state.set("q", field.value.trim());
    for (const { name, value } of facets) if (value) state.set(name, value);
    return state;
  };
  async function show(write = true) {
    const state = asked(), mine = ++turn;
    if (write) history.replaceState(null, "", state.size && state.toString() !== preset.toString() ? `#${state}` : location.pathname + location.search);
    const idle = state.toString() === preset.toString();
    still.hidden = !idle;
    list.hidden = idle;
    chips?.replaceChildren(...facets.filter(({ value }) => value).map(chip));
    if (idle) { list.replaceChildren(); status.textContent = ""; return; }
    const known = await index();
    if (mine !== turn) return;
    const fits = known.entries.filter((entry) => (!kind || entry.kind === kind) && facets.every(({ name, value }) => !value || entry[name].includes(value)));
    const { found, whole } = answers(state.get("q") ?? "", { ...known, entries: fits });
    list.replaceChildren(...found.slice(0, 50).map(card), ...(whole && found.length ? [] : [needs()]));
    status.textContent = !found.length ? words.none : !whole ? words.near : plural(found.length) + (found.length > 50 ? ` ${words.first}` : "");
  }
  function chip(facet) {
    const item = document.createElement("li"), button = made("button", `${facet.selectedOptions[0].dataset.name} ✕`, { type: "button" });
    button.setAttribute("aria-label", `${words.remove}: ${facet.selectedOptions[0].dataset.name}`);
    button.onclick = () => { facet.value = ""; leave() || (show(), facet.focus()); };
    item.append(button);
    return item;
  }
  // Without its own filter, a list of one language, topic or district is the whole list.
  function leave() {
    const state = asked();
    for (const [name] of preset) if (!state.has(name)) { location.href = `index.html${state.size ? `#${state}` : ""}`; return true; }
    return false;
  }
  function read() {
    const state = new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : preset);
    field.value = state.get("q") ?? "";
    for (const facet of facets) facet.value = state.get(facet.name) ?? "";
    show(false);
  }
  let wait;
  field.addEventListener("focus", index, { once: true });
  field.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(show, 120); });
  form.addEventListener("change", (event) => { if (event.target !== field) leave() || show(); });
  form.addEventListener("submit", (event) => { event.preventDefault(); show().then(() => list.querySelector("a")?.focus()); });
  addEventListener("hashchange", read);
  for (const part of form.querySelectorAll("[data-scripted]")) part.hidden = false;
  for (const part of form.querySelectorAll("[data-plain]")) part.hidden = true;
  const drawer = form.querySelector(".filters");
  if (drawer && matchMedia("(min-width: 48rem)").matches) drawer.open = true;
  read();
}
document.querySelectorAll(".finder").forEach(finder);

// "vor 3 Wochen" beside a date; the page itself keeps the date, so that it does not change every day.
// Days are counted as on a calendar: what was read this morning was read today, also in the evening.
const midnight = (date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
const ago = (day) => {
  const then = new Date(day.includes("T") ? day : `${day}T00:00`);
  const days = Math.min(0, (midnight(then) - midnight(new Date())) / 864e5), step = [["year", 365], ["month", 30], ["week", 7], ["day", 1]];
  const [unit, size] = step.find(([, length]) => Math.abs(days) >= length) ?? ["day", 1];
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(Math.trunc(days / size), unit);
};
for (const time of document.querySelectorAll("time[data-ago]")) time.after(` (${ago(time.dateTime)})`);
for (const source of document.querySelectorAll("[data-source]")) {
  const day = window.ALLIN_READ?.[source.dataset.source];
  if (day) source.textContent = ` – ${words.read} ${ago(day)}`;
}

// Whether it is open now, on the office's clock.
for (const hours of document.querySelectorAll("[data-hours]")) {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: hours.dataset.zone, weekday: "short", hour: "2-digit", minute: "2-digit" }).formatToParts();
  const now = Object.fromEntries(parts.map(({ type, value }) => [type, value])), clock = `${now.hour}:${now.minute}`;
  const row = hours.querySelector(`[data-day="${now.weekday.slice(0, 2).toUpperCase()}"]`);
  row?.classList.add("today");
  const slots = (row?.dataset.slots ?? "").split(" ").filter(Boolean).map((slot) => slot.split("-"));
  const open = slots.find(([from, to]) => from <= clock && clock < to), later = slots.find(([from]) => from > clock);
  const said = hours.querySelector(".now");
  said.textContent = open ? words.open.replace("0:00", open[1]) : later ? words.later.replace("0:00", later[0]) : words.closed;
  said.hidden = false;
}
