// Shows a BPMN diagram, read only:
//
//   <div class="mc-diagram" data-diagram="/procedures/x/1/diagram" data-current="Task_3" data-done="Task_1 Task_2"
//        data-failed="…" data-zoom-in="…" data-zoom-out="…" data-zoom-fit="…" role="img" aria-label="…"></div>
//
// The page must carry the same steps as a list: a picture is nothing to somebody who cannot see it.
// The bpmn.io mark at the lower right belongs to the licence of bpmn-js: it stays visible and uncovered.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer.js";

const shown = new Map(); // container -> viewer

for (const container of document.querySelectorAll("[data-diagram]")) show(container);

// A page that goes through a history brings new marks (data-diagram-current, data-diagram-done) for the same drawing.
document.body.addEventListener("htmx:afterSettle", () => {
  const marks = document.querySelector("[data-diagram-current]");
  if (!marks) return;
  for (const viewer of shown.values()) remark(viewer, marks.dataset.diagramDone, marks.dataset.diagramCurrent);
  const slider = document.getElementById("entry");
  if (slider && document.activeElement !== slider) slider.value = marks.dataset.replayEntry;
});

async function show(container) {
  const { diagram, current = "", done = "", failed = "" } = container.dataset;
  try {
    const answer = await fetch(diagram, { credentials: "same-origin", headers: { Accept: "application/xml, text/xml" } });
    if (!answer.ok) throw new Error(`${diagram}: ${answer.status}`);
    const viewer = new NavigatedViewer({ container });
    await viewer.importXML(await answer.text());
    remark(viewer, done, current);
    shown.set(container, viewer);
    const canvas = viewer.get("canvas");
    canvas.zoom("fit-viewport", "auto");
    addTools(container, canvas);
    container.setAttribute("role", "group"); // it holds a link and can be moved: more than a picture now
    container.dataset.ready = "yes";
  } catch (problem) {
    container.textContent = failed;
    container.dataset.ready = "no";
    console.error(problem);
  }
}

function remark(viewer, done, current) {
  const canvas = viewer.get("canvas");
  viewer.get("elementRegistry").forEach((element) => {
    canvas.removeMarker(element, "is-done");
    canvas.removeMarker(element, "is-current");
  });
  mark(viewer, done, "is-done");
  mark(viewer, current, "is-current");
}

function mark(viewer, ids, marker) {
  const elements = viewer.get("elementRegistry");
  const canvas = viewer.get("canvas");
  for (const id of ids.split(/\s+/)) {
    if (elements.get(id)) canvas.addMarker(id, marker);
  }
}

function addTools(container, canvas) {
  const tools = document.createElement("div");
  tools.className = "mc-diagram__tools";
  const step = (factor) => () => canvas.zoom(canvas.zoom() * factor, "auto");
  const { zoomIn = "+", zoomOut = "−", zoomFit = "⤢" } = container.dataset;
  tools.append(
    tool(zoomIn, step(1.25)),
    tool(zoomOut, step(0.8)),
    tool(zoomFit, () => canvas.zoom("fit-viewport", "auto")),
  );
  container.before(tools);
}

function tool(text, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "govuk-button govuk-button--secondary";
  button.textContent = text;
  button.addEventListener("click", act);
  return button;
}
