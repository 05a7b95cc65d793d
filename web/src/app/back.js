// The way back leads to the list as one left it: a page with a list (data-list, the words of a link to it) is remembered
// with its filters as long as the window is open; a back link (a[data-back]) and the address to go on to after a task is
// done (input[data-back]) then lead there. Without script they lead to the list as it begins.
const KEY = "motcua-list";

export function startBack() {
  remember();
  document.addEventListener("htmx:pushedIntoHistory", remember);
  const list = lastList();
  if (!list) return;
  for (const link of document.querySelectorAll("a[data-back]")) {
    link.href = list.href;
    link.textContent = list.text;
    link.dataset.shortcutLabel = list.text;
  }
  for (const field of document.querySelectorAll("input[data-back]")) field.value = list.href;
}

// The address of the list that was looked at last, with its filters.
export function lastList() {
  return JSON.parse(sessionStorage.getItem(KEY) ?? "null");
}

function remember() {
  const list = document.querySelector("[data-list]");
  if (!list) return;
  const href = window.location.pathname + window.location.search;
  sessionStorage.setItem(KEY, JSON.stringify({ href, text: list.dataset.list }));
}
