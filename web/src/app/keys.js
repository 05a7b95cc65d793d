// Keyboard use without a mouse. An element with data-shortcut="x" is focused (a field) or pressed (anything
// else) by that key, unless somebody is typing; "?" shows the list in <dialog id="keys">. The list has a
// switch, because single-key shortcuts disturb people who dictate (WCAG 2.1.4).
const SWITCH = "motcua-keys-off";

export function startKeys() {
  const dialog = document.getElementById("keys");
  const off = dialog?.querySelector("[data-keys-off]");
  if (off) {
    off.checked = localStorage.getItem(SWITCH) === "1";
    off.addEventListener("change", () => localStorage.setItem(SWITCH, off.checked ? "1" : "0"));
  }
  for (const opener of document.querySelectorAll("[data-keys-open]")) {
    opener.hidden = !dialog;
    opener.addEventListener("click", () => open(dialog));
  }
  dialog?.querySelector("[data-keys-close]")?.addEventListener("click", () => dialog.close());
  document.addEventListener("keydown", (event) => press(event, dialog));
}

function press(event, dialog) {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (localStorage.getItem(SWITCH) === "1") return;
  if (event.key === "?") {
    event.preventDefault();
    open(dialog);
    return;
  }
  const wanted = [...document.querySelectorAll("[data-shortcut]")].find((one) => one.dataset.shortcut === event.key);
  if (!wanted || dialog?.open) return;
  event.preventDefault();
  if (wanted.matches("input:not([type=checkbox], [type=radio], [type=submit]), select, textarea")) wanted.focus();
  else wanted.click();
}

function isTyping(element) {
  return element instanceof Element && element.matches("input, select, textarea, [contenteditable]");
}

function open(dialog) {
  if (!dialog || dialog.open) return;
  const list = dialog.querySelector("[data-keys-list]");
  list.replaceChildren(...[...document.querySelectorAll("[data-shortcut]")].map(row));
  dialog.showModal();
}

function row(element) {
  const item = document.createElement("li");
  const key = document.createElement("kbd");
  key.textContent = element.dataset.shortcut;
  item.append(key, ` ${element.getAttribute("aria-label") ?? element.dataset.shortcutLabel ?? element.textContent.trim()}`);
  return item;
}
