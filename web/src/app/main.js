// What every page loads. Pages work without it; it only makes them quicker to use. Nothing here evaluates
// text as code and nothing is written inline, so the site's content security policy can forbid both.
import { startBack } from "./back.js";
import { startBulk } from "./bulk.js";
import { startComponents } from "./components.js";
import { startDrafts } from "./drafts.js";
import { startFinger } from "./finger.js";
import { startKeys } from "./keys.js";
import { startLive } from "./live.js";
import { startRequests } from "./requests.js";
import { prepare, startRows } from "./rows.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");

function start(scope) {
  startComponents(scope);
  startDrafts(scope);
  prepare(scope);
  for (const button of scope.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}

start(document);
startFinger();
startBack();
startRows();
startKeys();
startBulk();
startLive();
startRequests(start);
