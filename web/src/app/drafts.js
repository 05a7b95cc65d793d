// Keeps what somebody has typed. A form takes part by naming where its draft goes:
//
//   <form data-draft-url="/tasks/17/draft" data-draft-etag='"4"'
//         data-draft-saving="…" data-draft-saved="…" data-draft-failed="…" data-draft-conflict="…">
//     <p data-draft-status role="status"></p>
//     <a data-draft-sign-in hidden href="/sign-in" target="_blank">…</a>
//
// The fields (no files) are posted there a moment after the last key, with the CSRF token and, where given,
// If-Match. The answer's ETag is used next time. 409 and 412 mean that somebody else has the task now: nothing
// is overwritten, the person is told, and saving stops. 401 means that the session has ended: the person is told
// (data-draft-signed-out) and shown where to sign in, in another tab; the typed words stay, the form is not sent, and
// as soon as somebody is signed in the page takes a new token and goes on saving. Any other failure is tried again.
import { csrfToken, renewToken } from "./token.js";

const QUIET_MS = 1500;
const RETRY_MS = 10000;

export function startDrafts(scope) {
  for (const form of scope.querySelectorAll("form[data-draft-url]")) watch(form);
}

// Not form.dataset: a question of the form may be called "dataset", and then that is its input.
function told(form, name) {
  return form.getAttribute(`data-draft-${name}`);
}

function watch(form) {
  const state = { timer: 0, busy: false, changed: false, stopped: false, signedOut: false, etag: told(form, "etag") };

  function soon(delay) {
    clearTimeout(state.timer);
    state.timer = setTimeout(() => save(form, state, soon), delay);
  }

  form.addEventListener("input", () => {
    state.changed = true;
    soon(QUIET_MS);
  });
  form.addEventListener("submit", (event) => {
    clearTimeout(state.timer);
    if (!state.signedOut) {
      state.stopped = true;
      return;
    }
    event.preventDefault();
    save(form, state, soon);
  });
  document.addEventListener("visibilitychange", () => {
    if (state.changed || state.signedOut) save(form, state, soon);
  });
}

async function save(form, state, soon) {
  if (state.busy || state.stopped || !form.isConnected) return;
  state.busy = true;
  state.changed = false;
  say(form, told(form, "saving"));
  try {
    if (state.signedOut) await renewToken();
    const answer = await fetch(told(form, "url"), request(form, state));
    signedOut(form, state, answer.status === 401);
    if (answer.ok) {
      state.etag = answer.headers.get("ETag") ?? state.etag;
      say(form, `${told(form, "saved") ?? ""} ${time()}`);
    } else if (answer.status === 409 || answer.status === 412) {
      state.stopped = true;
      say(form, told(form, "conflict"), true);
    } else {
      throw new Error(`draft not saved: ${answer.status}`);
    }
  } catch {
    state.changed = true;
    say(form, (state.signedOut && told(form, "signed-out")) || told(form, "failed"), true);
  } finally {
    state.busy = false;
  }
  if (state.changed && !state.stopped) soon(form.querySelector(".mc-draft-status--problem") ? RETRY_MS : QUIET_MS);
}

function signedOut(form, state, isSo) {
  state.signedOut = isSo;
  const link = form.querySelector("[data-draft-sign-in]");
  if (link) link.hidden = !isSo;
}

function request(form, state) {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string") body.append(name, value);
  }
  const headers = { "X-CSRFToken": csrfToken(), Accept: "application/json" };
  if (state.etag) headers["If-Match"] = state.etag;
  return { method: "POST", body, headers, credentials: "same-origin", keepalive: true };
}

function say(form, text, problem = false) {
  const place = form.querySelector("[data-draft-status]");
  if (!place) return;
  place.textContent = text ?? "";
  place.classList.toggle("mc-draft-status--problem", problem);
}

function time() {
  return new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
}
