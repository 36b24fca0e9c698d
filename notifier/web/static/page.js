// What a page can do on top of being read: say how long ago, follow what is new, and be used by keyboard.
"use strict";

const UNITS = [["d", 86400], ["h", 3600], ["min", 60]];

function ago(seconds) {
  if (seconds < 10) return "now";
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? ["s", 1];
  return `${Math.floor(seconds / size)} ${unit} ago`;
}

function tellAges(root = document) {
  for (const time of root.querySelectorAll("time.age")) {
    const seconds = (Date.now() - Date.parse(time.dateTime)) / 1000;
    if (seconds > -5) time.textContent = ago(seconds);
  }
}

function offerCopies(root = document) {
  for (const code of root.querySelectorAll("code[data-copy]")) {
    if (!navigator.clipboard || code.nextElementSibling?.matches("button.copy")) continue;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "copy" });
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    code.after(button);
  }
}

// Regions as the server sent them: what has not changed stays, with whatever has the focus in it.
const sent = new Map();
const regions = (root) => [...root.querySelectorAll("[data-region]")];
const remember = (region) => sent.set(region.dataset.region, region.innerHTML);

function focusKey() {
  const focused = document.activeElement;
  return focused?.matches("[data-region] a") ? focused.getAttribute("href") : null;
}

function replace(region, fresh) {
  const href = focusKey();
  const opened = [...region.querySelectorAll("details")].map((details) => details.open);
  const inside = region.contains(document.activeElement);
  region.innerHTML = fresh.innerHTML;
  region.querySelectorAll("details").forEach((details, number) => { details.open = opened[number] ?? false; });
  if (inside && href) region.querySelector(`a[href="${CSS.escape(href)}"]`)?.focus({ preventScroll: true });
  tellAges(region);
  offerCopies(region);
}

async function refresh() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const known = new Map(regions(document).map((region) => [region.dataset.region, region]));
  for (const region of regions(fresh)) {
    const name = region.dataset.region;
    if (sent.get(name) === region.innerHTML) continue;
    sent.set(name, region.innerHTML);
    if (known.has(name)) replace(known.get(name), region);
  }
}

function follow() {
  const state = document.getElementById("state");
  let busy = false, again = false;
  const update = async () => {
    if (busy) { again = true; return; }
    busy = true;
    try { do { again = false; await refresh(); } while (again); } catch { /* the next change tries again */ }
    busy = false;
  };
  const source = new EventSource(`/live?since=${document.body.dataset.live}`);
  source.addEventListener("open", () => { state.textContent = "live"; state.className = "state on"; });
  source.addEventListener("error", () => { state.textContent = "reconnecting"; state.className = "state off"; });
  source.addEventListener("change", update);
}

function step(by) {
  const rows = [...document.querySelectorAll("a[data-row]")];
  const next = rows[rows.indexOf(document.activeElement) + by] ?? (by > 0 ? rows[0] : rows.at(-1));
  next?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input, textarea, select")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const search = document.querySelector("[data-search]");
  if (event.key === "/" && search) { event.preventDefault(); search.focus(); search.select(); }
  if (event.key === "j") step(1);
  if (event.key === "k") step(-1);
});

for (const select of document.querySelectorAll(".filters select")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}
document.querySelector(".keys").hidden = false;
regions(document).forEach(remember);
tellAges();
offerCopies();
setInterval(tellAges, 10000);
if (regions(document).length) follow();
