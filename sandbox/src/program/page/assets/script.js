// Brings the sections of the page up to date. Without it the page does all the same, but has to be loaded again.
"use strict";
const main = document.getElementById("main");
const live = document.getElementById("live");
const [sections, query] = main.dataset.sections.split("?");
const stale = new Set(); // sections that are to be asked for
const waiting = new Set(); // sections of which a part was left as it was
let source, loading = false;

// What is used at the moment stays as it is: what has the focus, is open, has typed input or shows a problem.
const typed = (field) => field.options
  ? field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected))
  : field.value !== field.defaultValue;
const inUse = (part) => part.contains(document.activeElement) || part.matches("details[open], .problem")
  || part.querySelector("details[open], .problem") || [...part.querySelectorAll("input, select")].some(typed);

// The children of an element, by their ids, or by what they are and their place among their like.
function byKey(parent) {
  const found = new Map();
  for (const child of parent.children) {
    let key = child.id || `${child.tagName} ${child.className}`;
    while (found.has(key)) key += " again";
    found.set(key, child);
  }
  return found;
}

// Puts what is fresh in the place of what is old, part by part where something in it is in use; whether all was replaced.
function merge(old, fresh) {
  if (old.isEqualNode(fresh)) return true;
  if (!inUse(old)) return old.replaceWith(fresh), true;
  if (!("merge" in old.dataset)) return false;
  for (const { name, value } of fresh.attributes) old.setAttribute(name, value);
  const kept = new Map([...byKey(old)].filter(([, child]) => inUse(child) || child.remove()));
  let next = old.firstElementChild, all = true;
  for (const [key, child] of byKey(fresh)) {
    const twin = kept.get(key);
    if (twin) { next = twin.nextElementSibling; all = merge(twin, child) && all; } else old.insertBefore(child, next);
  }
  return all;
}

async function refresh() {
  if (loading) return;
  loading = true;
  for (const id of stale) { // those that are added in the meantime come as well
    stale.delete(id);
    try {
      const answer = await fetch(sections + id + (query ? `?${query}` : ""));
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(id);
      const count = document.querySelector(`[data-count-of="${id}"]`);
      if (count) { count.dataset.count = fresh.dataset.count; count.firstElementChild.textContent = fresh.dataset.count; }
      if (!merge(document.getElementById(id), fresh)) waiting.add(id);
    } catch { waiting.add(id); } // the next event, or the end of some use, tries again
  }
  loading = false;
  tick();
}

function follow() {
  source?.close();
  if (document.hidden) return; // a browser has few connections to one server
  source = new EventSource(main.dataset.changes);
  source.onopen = () => { live.textContent = "Live"; };
  source.onerror = () => {
    live.textContent = "Not connected: what you see may be out of date.";
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, 5000);
  };
  source.onmessage = ({ data }) => {
    for (const [id, version] of Object.entries(JSON.parse(data)))
      if (document.getElementById(id).dataset.version !== version) stale.add(id);
    refresh();
  };
}

function retry() {
  setTimeout(() => { waiting.forEach((id) => stale.add(id)); waiting.clear(); refresh(); });
}

function tick() {
  const clock = document.querySelector("time[data-running]");
  if (!clock) return;
  clock.dataset.ahead ??= Date.parse(clock.dateTime) - Date.now();
  clock.textContent = new Date(Date.now() + Number(clock.dataset.ahead)).toISOString().slice(0, 19).replace("T", " ");
}

document.addEventListener("focusout", retry);
document.addEventListener("toggle", retry, true);
document.addEventListener("visibilitychange", follow);
const here = new URL(location.href); // loading the page again does not say again what was done
if (here.searchParams.has("done")) { here.searchParams.delete("done"); history.replaceState(null, "", here); }
setInterval(tick, 1000);
follow();
