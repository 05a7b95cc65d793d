// Says what is new in a list that stays open (data-live: the address of the news). Nothing is replaced and no focus is
// moved: rows that have changed are marked, the title shows the count, and a button loads the list when the person
// wants it. The answer is 304 and empty while nothing is new. What is told waits until nobody presses or aims.
import htmx from "htmx.org";
import { isDown, whenAtRest, whenUp } from "./finger.js";

const EVERY_MS = 20000;

export function startLive() {
  setInterval(ask, EVERY_MS);
  document.addEventListener("visibilitychange", ask);
  document.addEventListener("htmx:beforeSwap", wait);
}

// An answer that was asked for before the finger came down, such as a list to be filtered, is asked for again once it
// is up. Where the press has led to another page, that page is what is wanted.
function wait(event) {
  const { elt, verb, path } = event.detail.requestConfig;
  if (!isDown() || verb !== "get" || !event.detail.shouldSwap) return;
  event.detail.shouldSwap = false;
  whenUp(() => {
    if (elt.isConnected) htmx.ajax("GET", path, { source: elt });
  });
}

async function ask() {
  const list = document.querySelector("[data-live]");
  if (!list || document.visibilityState !== "visible" || list.matches(".htmx-request, .htmx-request *")) return;
  let answer;
  try {
    answer = await fetch(list.dataset.live, {
      headers: { "If-None-Match": `"${list.dataset.liveEtag}"`, Accept: "application/json" },
      credentials: "same-origin",
    });
  } catch {
    return; // no network: asked again later
  }
  if (answer.status !== 200 || !answer.headers.get("Content-Type")?.includes("json") || !list.isConnected) return;
  const etag = (answer.headers.get("ETag") ?? "").replaceAll('"', "");
  const news = await answer.json();
  whenAtRest(() => {
    if (!list.isConnected || list.matches(".htmx-request, .htmx-request *")) return; // asked again later
    list.dataset.liveEtag = etag;
    tell(list, news);
  });
}

function tell(list, news) {
  const { liveTotal: total, liveMore: more, liveLess: less, liveGone: gone, liveChanged: changed } = list.dataset;
  if (news.count !== null) document.title = document.title.replace(/^\(\d+\) /, `(${news.count}) `);
  const shown = [...list.querySelectorAll("[data-row]")];
  for (const row of shown) {
    const [id, version] = row.dataset.row.split(":");
    const present = news.rows[id] ?? news.further[id];
    mark(row, present === undefined ? gone : String(present) === version ? "" : changed);
  }
  const known = new Set(shown.map((row) => row.dataset.row.split(":")[0]));
  const count = news.count === null ? 0 : news.count - Number(total);
  const isMore = Object.keys(news.rows).some((id) => !known.has(id)) || count > 0;
  const differs = isMore || count !== 0 || Boolean(list.querySelector(".mc-stale"));
  const text = isMore ? more : differs ? less : "";
  const told = list.querySelector("[data-live-told]");
  if (told.textContent !== text) told.textContent = text;
  list.querySelector("[data-live-load]").hidden = !differs;
}

function mark(row, text) {
  row.classList.toggle("mc-stale", Boolean(text));
  let note = row.querySelector(".mc-stale__note");
  if (!note && text) {
    note = document.createElement("strong");
    note.className = "mc-stale__note";
    row.querySelector("th").append(note);
  }
  if (note) note.textContent = text;
}
