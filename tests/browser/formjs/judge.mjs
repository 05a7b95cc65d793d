// Fills the form-js viewer with answers as if they had been typed, presses its button, and tells what it says.
import { createForm } from "@bpmn-io/form-js-viewer";

const FRAMES = 20; // conditions, computed fields and rows each need a rendering or two

function frame() {
  return new Promise((resolve) => requestAnimationFrame(() => resolve()));
}

async function judge(schema, answers) {
  const container = document.createElement("div");
  document.body.append(container);
  const form = await createForm({ container, schema, data: answers });
  const files = form.get("fileRegistry");
  for (const key of answers.map ? [answers.map] : []) files.setFiles(key, [new File(["x"], "map.pdf")]);
  for (let count = 0; count < FRAMES; count += 1) await frame();
  const { data, errors } = form.submit();
  form.destroy();
  container.remove();
  return { data, errors };
}

window.judgeAll = (schema, samples) => Promise.all(samples.map((answers) => judge(schema, answers)));
