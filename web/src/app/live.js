// Says what is new in a list that stays open (data-live: the address of the news). Nothing is replaced and no focus is
// moved: rows that have changed are marked, the title shows the count, and a button loads the list when the person
// wants it. The answer is 304 and empty while nothing is new.
const EVERY_MS = 20000;

export function startLive() {
  setInterval(ask, EVERY_MS);
  document.addEventListener("visibilitychange", ask);
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
  list.dataset.liveEtag = (answer.headers.get("ETag") ?? "").replaceAll('"', "");
  tell(list, await answer.json());
}

function tell(list, news) {
  document.title = document.title.replace(/^(\(\d+\) )?/, `(${news.count}) `);
  const shown = [...list.querySelectorAll("[data-row]")];
  for (const row of shown) {
    const [id, version] = row.dataset.row.split(":");
    if (!(id in news.rows)) mark(row, list.dataset.liveGone);
    else mark(row, String(news.rows[id]) === version ? "" : list.dataset.liveChanged);
  }
  const known = new Set(shown.map((row) => row.dataset.row.split(":")[0]));
  const more = Object.keys(news.rows).some((id) => !known.has(id)) || news.count > Number(list.dataset.liveTotal);
  const differs = more || news.count !== Number(list.dataset.liveTotal) || Boolean(list.querySelector(".mc-stale"));
  const text = more ? list.dataset.liveMore : differs ? list.dataset.liveLess : "";
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
