// htmx, told to evaluate nothing, to send the CSRF token, and to show a refused form instead of dropping it.
import htmx from "htmx.org";
import { isDown, whenUp } from "./finger.js";
import { csrfToken } from "./token.js";

export { csrfToken };

export function startRequests(start) {
  Object.assign(htmx.config, {
    allowEval: false,
    allowScriptTags: false,
    includeIndicatorStyles: false,
    selfRequestsOnly: true,
    defaultSettleDelay: 0, // what has come back listens at once: an answer given in that moment would change nothing
    historyCacheSize: 0, // a dossier must not stay behind in the browser's storage
    responseHandling: [
      { code: "204", swap: false },
      { code: "[23]..", swap: true },
      { code: "422", swap: true },
      { code: "[45]..", swap: false, error: true },
    ],
  });

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = csrfToken();
  });
  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt !== document.body) start(event.detail.elt);
  });
  waitForTheFinger();
  // An answer that is no fragment (signed out, somebody else was quicker, server gone): show the whole page.
  // What asks by itself beside the work, such as the number of new notices, must not throw the work away; nor must
  // a session that has ended while somebody types (drafts.js tells what to do).
  document.addEventListener("htmx:responseError", (event) => {
    const kept = event.detail.xhr.status === 401 && event.detail.elt.closest("form[data-draft-url]");
    if (!kept && !event.detail.elt.closest("[data-quiet]")) window.location.reload();
  });
}

// Pressing a button takes the focus from the field before it, whose change asks for the fields anew. Were they to come
// back while the finger is still down, the button would be exchanged under it and the press lost: so the asking waits
// until the finger is up, and is dropped where the press has sent the form.
function waitForTheFinger() {
  let asking = null;
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) asking = null;
  });
  document.addEventListener("htmx:confirm", (event) => {
    if (!isDown() || event.detail.triggeringEvent?.type !== "change") return;
    event.preventDefault();
    asking = () => event.detail.issueRequest(true);
    whenUp(() => {
      asking?.();
      asking = null;
    });
  });
}
