// Keyboard use without a mouse. An element with data-shortcut="x" (or "g i", one key after the other) is focused (a
// field) or pressed (anything else) by that key, unless somebody is typing; tables with data-rows are walked over
// (rows.js); "?" shows the list in <dialog id="keys">. Single keys disturb people who dictate (WCAG 2.1.4): the list
// has a switch for this machine, and a person may turn keys off or give them other signs (data-keys-own).
import { choose, chooseBeforePressing, hasRows, open as openRow, walk } from "./rows.js";

const SWITCH = "motcua-keys-off";
const PAUSE_MS = 1500; // between the two keys of "g i"
const rowKeys = { j: () => walk(1), k: () => walk(-1), o: openRow, x: choose };

const state = { begun: "", timer: 0, own: {} };

export function startKeys() {
  const dialog = document.getElementById("keys");
  state.own = JSON.parse(dialog?.dataset.keysOwn ?? "{}");
  const off = dialog?.querySelector("[data-keys-off]");
  if (off) {
    off.checked = localStorage.getItem(SWITCH) === "1";
    off.addEventListener("change", () => localStorage.setItem(SWITCH, off.checked ? "1" : "0"));
  }
  for (const opener of document.querySelectorAll("[data-keys-open]")) {
    opener.hidden = !dialog;
    opener.addEventListener("click", () => show(dialog));
  }
  dialog?.querySelector("[data-keys-close]")?.addEventListener("click", () => dialog.close());
  document.addEventListener("keydown", (event) => press(event, dialog));
  document.addEventListener("keydown", leave);
}

// Out of a field that a key led into, with what was typed, so that keys mean something again.
function leave(event) {
  const field = event.target;
  const led = event.key === "Escape" && !event.isComposing && isTyping(field) && field.dataset.shortcut;
  if (!led || event.defaultPrevented) return;
  event.preventDefault(); // a search field would be emptied
  field.blur();
}

function press(event, dialog) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.key.length > 1) return;
  if (isTyping(event.target) || dialog?.open || isOff(dialog)) return;
  const typed = state.begun ? `${state.begun} ${event.key}` : event.key;
  begin("");
  const act = actions(dialog).get(typed);
  if (act) {
    event.preventDefault();
    act();
  } else if ([...actions(dialog).keys()].some((key) => key.startsWith(`${typed} `))) {
    begin(typed);
  }
}

// What each key does on this page as it is now; what stands first on the page wins.
function actions(dialog) {
  const found = new Map([[own("?"), () => show(dialog)]]);
  const add = (key, act) => found.has(key) || found.set(key, act);
  if (hasRows()) for (const [key, act] of Object.entries(rowKeys)) add(own(key), act);
  for (const element of offered()) add(own(element.dataset.shortcut), () => use(element));
  return found;
}

function use(element) {
  if (element.matches("input:not([type=checkbox], [type=radio], [type=submit]), select, textarea")) {
    element.focus();
    element.select?.();
    return;
  }
  chooseBeforePressing(element);
  element.click();
}

function offered() {
  // a link in a menu that is folded away still leads on
  return [...document.querySelectorAll("[data-shortcut]")].filter((one) => one.matches("a") || !one.closest("[hidden]"));
}

function own(key) {
  return state.own[key] ?? key;
}

function begin(key) {
  clearTimeout(state.timer);
  state.begun = key;
  if (key) state.timer = setTimeout(() => begin(""), PAUSE_MS);
}

function isOff(dialog) {
  return localStorage.getItem(SWITCH) === "1" || dialog?.dataset.keysNever !== undefined;
}

function isTyping(element) {
  return element instanceof Element && element.matches("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]");
}

function show(dialog) {
  if (!dialog || dialog.open) return;
  const told = new Set();
  const lines = [...ofRows(dialog), ...offered().map((one) => [own(one.dataset.shortcut), nameOf(one)])];
  const fresh = lines.filter(([key]) => !told.has(key) && told.add(key));
  dialog.querySelector("[data-keys-list]").replaceChildren(...fresh.map(line));
  dialog.showModal();
}

function ofRows(dialog) {
  if (!hasRows()) return [];
  const chooses = document.querySelector("[data-choose]");
  return [...dialog.querySelectorAll("[data-keys-of-rows] [data-key]")]
    .filter((one) => chooses || one.dataset.keyChooses === undefined)
    .map((one) => [own(one.dataset.key), one.textContent]);
}

function nameOf(element) {
  return element.getAttribute("aria-label") ?? element.dataset.shortcutLabel ?? element.textContent.trim();
}

function line([key, text]) {
  const item = document.createElement("li");
  for (const part of key.split(" ")) {
    const kbd = document.createElement("kbd");
    kbd.textContent = part;
    item.append(kbd, " ");
  }
  item.append(text);
  return item;
}
