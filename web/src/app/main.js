// What every page loads. Pages work without it; it only makes them quicker to use. Nothing here evaluates
// text as code and nothing is written inline, so the site's content security policy can forbid both.
import { startComponents } from "./components.js";
import { startDrafts } from "./drafts.js";
import { startKeys } from "./keys.js";
import { startRequests } from "./requests.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");

function start(scope) {
  startComponents(scope);
  startDrafts(scope);
  for (const button of scope.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}

start(document);
startKeys();
startRequests(start);
