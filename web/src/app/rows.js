// Tables of work (data-rows): keys walk from row to row, ticks choose rows for a stroke, and what is chosen and
// where one stands survive a list that is loaded anew, or come back to from one of its rows.
import { lastList } from "./back.js";

const STOOD = "motcua-row";
const now = { row: "", ticked: new Set(), inside: false, last: null };

export function startRows() {
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("[data-row]");
    if (row) stand(row);
  });
  document.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !document.activeElement?.closest("[data-row]")) return;
    event.preventDefault();
    walk(step);
  });
  document.addEventListener("click", range);
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-choose]")) tell(true);
  });
  document.addEventListener("htmx:beforeSwap", remember);
  document.addEventListener("htmx:afterSettle", restore);
  comeBack();
}

// What a part of a page needs that has just been shown.
export function prepare(scope) {
  for (const button of scope.querySelectorAll("[data-choose-all]")) {
    button.hidden = false;
    button.addEventListener("click", chooseAll);
  }
}

export function hasRows() {
  return rows().length > 0;
}

export function walk(step) {
  const all = rows();
  const at = all.indexOf(current());
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1)];
  next?.querySelector("[data-open]")?.focus();
}

export function open() {
  (current() ?? rows()[0])?.querySelector("[data-open]")?.click();
}

export function choose() {
  const box = current()?.querySelector("[data-choose]");
  if (!box) return;
  box.checked = !box.checked;
  tell(true);
}

// A key that starts a stroke means the row one stands on, when nothing has been chosen.
export function chooseBeforePressing(button) {
  if (!button.form?.matches("[data-bulk]") || new FormData(button.form).get("_scope") !== "chosen") return;
  if (!boxes().some((box) => box.checked)) choose();
}

export function clear() {
  for (const box of boxes()) box.checked = false;
  now.ticked.clear();
  tell(false);
}

function chooseAll() {
  const ticked = boxes().every((box) => box.checked);
  for (const box of boxes()) box.checked = !ticked;
  tell(true);
}

// A click with Shift chooses everything between this row and the one before.
function range(event) {
  if (!event.target.matches?.("[data-choose]")) return;
  const all = boxes();
  const [from, to] = [all.indexOf(now.last), all.indexOf(event.target)].sort((one, other) => one - other);
  if (event.shiftKey && from >= 0) for (const box of all.slice(from, to + 1)) box.checked = event.target.checked;
  now.last = event.target;
  tell(true);
}

function tell(byHand) {
  const number = boxes().filter((box) => box.checked).length;
  for (const place of document.querySelectorAll("[data-chosen-count]")) place.textContent = number ? `(${number})` : "";
  const scope = document.getElementById("scope-chosen");
  if (byHand && scope) scope.checked = true;
}

function stand(row) {
  for (const other of document.querySelectorAll(".mc-row-now")) other.classList.remove("mc-row-now");
  row.classList.add("mc-row-now");
  now.row = nameOf(row);
  const list = lastList();
  if (list) sessionStorage.setItem(STOOD, JSON.stringify({ list: list.href, row: now.row, at: rows().indexOf(row) }));
}

// One stands where one stood when the list was left; where that row is done, before the one that followed it.
function comeBack() {
  const stood = JSON.parse(sessionStorage.getItem(STOOD) ?? "null");
  if (!document.querySelector("[data-list]") || !stood || stood.list !== lastList()?.href) return;
  const row = rows().find((one) => nameOf(one) === stood.row) ?? rows()[stood.at - 1];
  if (row) stand(row);
}

function current() {
  return document.activeElement?.closest("[data-row]") ?? document.querySelector("[data-rows] .mc-row-now");
}

function rows() {
  return [...document.querySelectorAll("[data-rows] [data-row]")];
}

function boxes() {
  return [...document.querySelectorAll("[data-choose]")];
}

// A row is the same one though its version has changed.
function nameOf(row) {
  return row.dataset.row.split(":")[0] || row.querySelector("[data-open]")?.getAttribute("href") || "";
}

function remember(event) {
  if (!event.detail.target?.querySelector("[data-rows]")) return;
  now.ticked = new Set(rows().filter((row) => row.querySelector("[data-choose]:checked")).map(nameOf));
  now.inside = event.detail.target.contains(document.activeElement);
}

function restore() {
  for (const row of rows()) {
    const box = row.querySelector("[data-choose]");
    if (box && now.ticked.has(nameOf(row))) box.checked = true;
  }
  tell(false);
  const row = rows().find((one) => nameOf(one) === now.row);
  if (row) stand(row);
  if (now.inside && !document.querySelector("[data-rows]")?.contains(document.activeElement)) {
    (row ?? rows()[0])?.querySelector("[data-open]")?.focus();
  }
  now.inside = false;
}
