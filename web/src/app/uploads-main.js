// Loaded by forms that take files.
import { startUploads } from "./uploads.js";

startUploads(document);
document.addEventListener("htmx:load", (event) => startUploads(event.detail.elt));
