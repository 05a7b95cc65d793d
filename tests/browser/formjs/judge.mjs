// Fills the form-js viewer with answers as if they had been typed, presses its button, and tells what it says.
import { createForm } from "@bpmn-io/form-js-viewer";

const QUIET = 4; // renderings without a change: then conditions, computed fields, choices and rows have settled
const MOST = 60;

function frame() {
  return new Promise((resolve) => requestAnimationFrame(() => resolve()));
}

async function settled(form) {
  let before = "";
  for (let count = 0, quiet = 0; count < MOST && quiet < QUIET; count += 1) {
    await frame();
    const now = JSON.stringify([form._getState().data, form._getSubmitData()]);
    quiet = now === before ? quiet + 1 : 0;
    before = now;
  }
}

async function judge(schema, answers) {
  const container = document.createElement("div");
  document.body.append(container);
  const form = await createForm({ container, schema, data: answers });
  const files = form.get("fileRegistry");
  for (const key of answers.map ? [answers.map] : []) files.setFiles(key, [new File(["x"], "map.pdf")]);
  await settled(form);
  const { data, errors } = form.submit();
  form.destroy();
  container.remove();
  return { data, errors };
}

window.judgeAll = (schema, samples) => Promise.all(samples.map((answers) => judge(schema, answers)));
