// A stroke over many rows (form[data-bulk]): sent a few rows at a time, so that one sees how far it has come and how
// each row fared. The same requests without a script are one post. Every row carries the attempt of the page, so that
// what is sent twice is done once: after a broken connection one simply goes on.
import { csrfToken } from "./requests.js";
import { clear } from "./rows.js";

const AT_ONCE = 5;
const DIRECT = new Set(["claim", "release"]); // other buttons of the list lead to a page that asks for more

export function startBulk() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const place = document.querySelector("[data-bulk-progress]");
    if (!form.matches("form[data-bulk]") || !place || form.hasAttribute("data-bulk-plain")) return;
    const keeps = form.hasAttribute("data-bulk-keeps");
    const button = event.submitter;
    if (keeps ? button?.name === "_action" && button.value !== "complete" : !DIRECT.has(button?.value)) return;
    const rows = chosen(form);
    if (!keeps && !rows) return; // nothing is chosen: the server says so
    event.preventDefault();
    if (place.dataset.busy) return;
    start(form, button, place, rows, keeps);
  });
}

async function start(form, button, place, rows, keeps) {
  const stroke = { form, button, place, keeps, rows, from: 0, fields: fields(form, button), url: addressOf(form) };
  place.querySelector("[data-bulk-outcomes]").replaceChildren();
  document.querySelector(".govuk-error-summary")?.remove(); // what was wrong before
  place.hidden = false;
  place.dataset.busy = "1";
  if (rows === "all") stroke.rows = await everything(form);
  const again = place.querySelector("[data-bulk-again]");
  again.onclick = () => go(stroke);
  go(stroke);
}

async function go(stroke) {
  const { place, rows } = stroke;
  place.dataset.busy = "1";
  place.querySelector("[data-bulk-again]").hidden = true;
  place.querySelector("progress").max = rows.length || 1;
  try {
    while (stroke.from < rows.length) {
      told(stroke, place.dataset.running, { done: stroke.from, all: rows.length });
      if (!(await some(stroke))) return;
      stroke.from += AT_ONCE;
      place.querySelector("progress").value = Math.min(stroke.from, rows.length);
    }
    finish(stroke);
  } catch {
    told(stroke, place.dataset.broken, {});
    place.querySelector("[data-bulk-again]").hidden = false;
  } finally {
    delete place.dataset.busy;
  }
}

// Sends the next few rows; false when the answers themselves are wrong and the whole form has to be shown again.
async function some({ form, button, place, rows, from, fields: common, url }) {
  const body = new URLSearchParams(common);
  for (const row of rows.slice(from, from + AT_ONCE)) body.append("_task", row);
  if (from) body.set("_begun", "1");
  const headers = { "HX-Request": "true", "X-CSRFToken": csrfToken() };
  const answer = await fetch(url, { method: "POST", body, headers, credentials: "same-origin" });
  if (answer.status === 422 && !from) {
    form.setAttribute("data-bulk-plain", "");
    form.requestSubmit(button);
    return false;
  }
  if (!answer.ok || answer.redirected) throw new Error(`not done: ${answer.status}`);
  place.querySelector("[data-bulk-outcomes]").insertAdjacentHTML("beforeend", await answer.text());
  return true;
}

function finish(stroke) {
  const { place, form, keeps } = stroke;
  const number = (fate) => place.querySelectorAll(`[data-fate="${fate}"]`).length;
  told(stroke, place.dataset.finished, { done: number("done"), refused: number("refused"), changed: number("changed") });
  place.querySelector("h2").focus();
  if (keeps) {
    form.setAttribute("hidden", "");
    return;
  }
  clear();
  document.querySelector("[data-live-load]")?.click(); // the list as it is now
}

function told({ place }, text, values) {
  const words = text.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
  place.querySelector("[data-bulk-told]").textContent = words;
}

// Not form.action, form.dataset or form.hidden: a question of the form may be called so, and then that is its input.
function addressOf(form) {
  return new URL(form.getAttribute("action") || "", location.href).href;
}

// The rows that are meant: their names, "all" of the list, or nothing.
function chosen(form) {
  const names = (name) => new FormData(form).getAll(name);
  const scope = new FormData(form).get("_scope") ?? "chosen";
  if (scope === "all") return "all";
  const found = names(scope === "page" ? "_shown" : "_task");
  return found.length ? found : null;
}

async function everything(form) {
  try {
    const answer = await fetch(form.getAttribute("data-bulk-rows"), { headers: { Accept: "application/json" }, credentials: "same-origin" });
    return (await answer.json()).rows;
  } catch {
    return [];
  }
}

// What every few rows are sent with: everything but the rows themselves.
function fields(form, button) {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && !["_task", "_shown", "_scope"].includes(name)) body.append(name, value);
  }
  if (button?.name) body.set(button.name, button.value);
  return body;
}
