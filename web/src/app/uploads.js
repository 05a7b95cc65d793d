// Files go out as soon as they are chosen, in pieces, and go on where they stopped after a lost connection, a pause
// or a reload (tus 1.0; the server keeps what has come for a day). A form takes part by saying
//
//   <form data-uploads="/api/v1/uploads" [data-upload-key="…" | data-upload-link="…"]>
//     <ul id="…-uploads" hx-preserve="true" hidden></ul>   beside each <input type="file">
//
// What is whole becomes a hidden field with the document's id, as the server itself would write it. Without this
// script the files are posted with the form. Nothing is kept in the browser but where an unfinished upload stands.
import { Upload, canStoreURLs, defaultOptions } from "tus-js-client";
import { csrfToken } from "./token.js";

const PIECE = 4 * 1024 * 1024; // bytes in one request: proxies that hold requests back still show progress
const RETRIES = [0, 1000, 3000, 5000, 10000, 20000, 30000]; // milliseconds
const words = {
  vi: {
    sending: "Đang gửi %{percent} % (%{sent} trong %{total} MB)",
    waiting: "Mất kết nối. Phần đã gửi được giữ lại; tự gửi tiếp khi có mạng.",
    paused: "Đã tạm dừng ở %{percent} %. Phần đã gửi được giữ lại.",
    checking: "Đã gửi đủ, đang kiểm tra tệp",
    done: "Đã nhận tệp %{name}",
    unfinished: "Tệp %{name} gửi dở. Chọn lại đúng tệp ấy để gửi tiếp từ chỗ đã dừng.",
    busy: "Còn tệp đang gửi. Hãy đợi gửi xong, hoặc hủy tệp ấy.",
    pause: "Tạm dừng",
    go: "Gửi tiếp",
    cancel: "Hủy",
    remove: "Xóa",
    failed: "Không gửi được tệp này.",
    unfit: "chưa gửi, vì chỗ này chỉ nhận %{kinds}. Hãy lưu hoặc quét lại thành loại ấy.",
  },
  en: {
    sending: "Sending %{percent} % (%{sent} of %{total} MB)",
    waiting: "Connection lost. What has been sent is kept; sending goes on when you are back online.",
    paused: "Paused at %{percent} %. What has been sent is kept.",
    checking: "All sent, checking the file",
    done: "%{name} has arrived",
    unfinished: "%{name} was not sent completely. Choose the same file again to go on where it stopped.",
    busy: "A file is still being sent. Wait until it is done, or cancel it.",
    pause: "Pause",
    go: "Go on",
    cancel: "Cancel",
    remove: "Remove",
    failed: "This file could not be sent.",
    unfit: "not sent, because only %{kinds} is taken here. Save it or scan it again as such a file.",
  },
};

export function startUploads(scope) {
  const forms = new Set([...scope.querySelectorAll("form[data-uploads]")]);
  if (scope.closest?.("form[data-uploads]")) forms.add(scope.closest("form[data-uploads]"));
  for (const form of forms) {
    for (const input of form.querySelectorAll("input[type=file]")) watch(form, input);
    if (told(form, "uploads-watched")) continue;
    form.setAttribute("data-uploads-watched", "yes");
    form.addEventListener("submit", (event) => waitForFiles(form, event));
  }
}

// Not form.dataset: a question of the form may be called "dataset", and then that is its input.
function told(form, name) {
  return form.getAttribute(`data-${name}`);
}

function say(key, values = {}) {
  const text = (words[document.documentElement.lang] ?? words.vi)[key];
  return text.replace(/%\{(\w+)\}/g, (_whole, name) => values[name] ?? "");
}

function watch(form, input) {
  if (input.dataset.uploadWatched || !listOf(input)) return;
  input.dataset.uploadWatched = "yes";
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = ""; // they go out by themselves, not once more with the form
    for (const file of files) new Sending(form, input, file).begin();
  });
  tellUnfinished(form, input);
}

function listOf(input) {
  return document.getElementById(`${input.id}-uploads`);
}

// Where an unfinished upload of this page's field is remembered; the page's address may be a secret, so a digest.
function place(input) {
  let hash = 2166136261;
  for (const letter of `${location.pathname} ${input.name}`) hash = Math.imul(hash ^ letter.codePointAt(0), 16777619);
  return (hash >>> 0).toString(36);
}

async function tellUnfinished(form, input) {
  const list = listOf(input);
  if (!canStoreURLs || list.childElementCount) return;
  const known = await defaultOptions.urlStorage.findAllUploads();
  const here = known.filter((one) => one.metadata?.place === place(input));
  for (const one of here) {
    const line = document.createElement("li");
    line.className = "mc-upload";
    line.dataset.unfinished = one.metadata.filename;
    line.textContent = say("unfinished", { name: one.metadata.filename });
    list.append(line);
  }
  list.hidden = !list.childElementCount;
}

function waitForFiles(form, event) {
  const busy = form.querySelector("[data-sending]");
  const pressed = event.submitter?.value ?? "";
  if (!busy || !/^(complete|go:)/.test(pressed)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!busy.querySelector("[role=alert]")) {
    const line = document.createElement("span");
    line.className = "govuk-error-message";
    line.setAttribute("role", "alert");
    line.textContent = say("busy");
    busy.append(line);
  }
  busy.querySelector("button").focus();
}

// The kinds of file that a field takes, when this is none of them; the server judges by what the file holds.
function missedBy(input, file) {
  const kinds = input.accept.split(",").map((kind) => kind.trim().toLowerCase()).filter(Boolean);
  const name = file.name.toLowerCase();
  const fits = (kind) =>
    kind.startsWith(".") ? name.endsWith(kind) : kind.endsWith("/*") ? file.type.startsWith(kind.slice(0, -1)) : file.type === kind;
  return kinds.some(fits) ? "" : kinds.map((kind) => kind.replace(/^\./, "").toUpperCase()).join(", ");
}

// As the server will keep it: a name has no folders.
function nameOf(file) {
  return file.name.split(/[/\\]/).pop();
}

class Sending {
  constructor(form, input, file) {
    Object.assign(this, { form, input, file, list: listOf(input), sent: 0, state: "sending", name: nameOf(file) });
    this.upload = new Upload(file, {
      endpoint: told(form, "uploads"),
      chunkSize: PIECE,
      retryDelays: RETRIES,
      removeFingerprintOnSuccess: true,
      metadata: { filename: file.name, place: place(input) },
      headers: headers(form),
      fingerprint: async (one) => ["motcua", place(input), one.name, one.size, one.lastModified].join("-"),
      onProgress: (sent) => this.progress(sent),
      onShouldRetry: (error) => this.mayRetry(error),
      onSuccess: ({ lastResponse }) => this.arrived(lastResponse.getHeader("Motcua-Document")),
      onError: (error) => this.failed(error),
    });
  }

  async begin() {
    const kinds = missedBy(this.input, this.file);
    if (kinds) {
      this.refused(say("unfit", { kinds }));
      return;
    }
    this.list?.querySelector(`[data-unfinished="${CSS.escape(this.file.name)}"]`)?.remove();
    this.draw();
    const [before] = await this.upload.findPreviousUploads();
    if (before) this.upload.resumeFromPreviousUpload(before);
    this.upload.start();
  }

  draw() {
    this.line = document.createElement("li");
    this.line.className = "mc-upload";
    this.line.dataset.sending = "yes";
    const name = document.createElement("span");
    name.className = "mc-upload__name";
    name.textContent = this.name;
    this.bar = document.createElement("progress");
    this.bar.className = "mc-progress";
    this.bar.max = 100;
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", this.name);
    this.words = document.createElement("span");
    this.told = document.createElement("span");
    this.told.setAttribute("role", "status");
    this.pauseButton = this.button("pause", () => this.toggle());
    this.line.append(name, this.bar, this.words, this.told, this.pauseButton, this.button("cancel", () => this.cancel()));
    this.list.append(this.line);
    this.list.hidden = false;
    this.progress(0);
    window.addEventListener("online", () => this.state === "waiting" && this.go());
  }

  button(key, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "mc-link-button";
    this.label(button, key);
    button.addEventListener("click", act);
    return button;
  }

  label(button, key) {
    const hidden = document.createElement("span");
    hidden.className = "govuk-visually-hidden";
    hidden.textContent = ` ${this.name}`;
    button.replaceChildren(say(key), hidden);
  }

  progress(sent) {
    this.sent = sent;
    const percent = Math.floor((100 * sent) / Math.max(1, this.file.size));
    this.percent = percent;
    this.bar.value = percent;
    const megabytes = (bytes) =>
      (bytes / 1048576).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });
    this.words.textContent =
      percent >= 100
        ? say("checking")
        : say("sending", { percent, sent: megabytes(sent), total: megabytes(this.file.size) });
  }

  mayRetry(error) {
    const status = error.originalResponse?.getStatus() ?? 0;
    if (status === 0) this.told.textContent = say("waiting");
    return status === 0 || status === 409 || status === 423 || status === 460 || status >= 500;
  }

  toggle() {
    if (this.state === "sending") {
      this.state = "paused";
      this.upload.abort();
      this.words.textContent = say("paused", { percent: this.percent });
      this.told.textContent = "";
      this.label(this.pauseButton, "go");
    } else {
      this.go();
    }
  }

  go() {
    this.state = "sending";
    this.told.textContent = "";
    this.label(this.pauseButton, "pause");
    this.progress(this.sent);
    this.upload.start();
  }

  cancel() {
    this.upload.abort(true).catch(() => {}); // the server forgets it by itself when it does not hear of this
    this.close();
    this.input.focus();
  }

  close() {
    this.state = "closed";
    this.line.remove();
    this.list.hidden = !this.list.childElementCount;
  }

  failed(error) {
    const status = error.originalResponse?.getStatus() ?? 0;
    if (status === 0 || status >= 500) {
      this.state = "waiting";
      this.words.textContent = say("paused", { percent: this.percent });
      this.told.textContent = say("waiting");
      this.label(this.pauseButton, "go");
      return;
    }
    this.close();
    this.refused(detail(error) || say("failed"));
  }

  refused(text) {
    const line = document.createElement("li");
    line.className = "govuk-error-message";
    line.setAttribute("role", "alert");
    line.textContent = `${this.name}: ${text}`;
    this.list.append(line);
    this.list.hidden = false;
  }

  arrived(document_id) {
    this.close();
    for (const error of this.list.querySelectorAll(".govuk-error-message")) error.remove();
    keep(this.form, this.input, document_id, this.name);
  }
}

function headers(form) {
  const named = { "X-CSRFToken": csrfToken(), "Accept-Language": document.documentElement.lang };
  if (told(form, "upload-key")) named["Motcua-Upload-Key"] = told(form, "upload-key");
  if (told(form, "upload-link")) named["Motcua-Link"] = told(form, "upload-link");
  return named;
}

function detail(error) {
  try {
    return JSON.parse(error.originalResponse.getBody()).detail;
  } catch {
    return "";
  }
}

function keep(form, input, identifier, name) {
  const group = input.closest(".govuk-form-group");
  let list = group.querySelector("ul[data-papers]");
  if (!list) {
    list = document.createElement("ul");
    list.className = "govuk-list";
    list.dataset.papers = "yes";
    input.before(list);
  }
  if (!input.multiple) list.replaceChildren();
  const line = document.createElement("li");
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: input.name, value: identifier });
  const remove = document.createElement("button");
  Object.assign(remove, { type: "button", className: "mc-link-button" });
  const hidden = document.createElement("span");
  hidden.className = "govuk-visually-hidden";
  hidden.textContent = ` ${name}`;
  remove.append(say("remove"), hidden);
  remove.addEventListener("click", () => {
    line.remove();
    input.focus();
    changed(form);
  });
  line.append(`${name} `, field, remove);
  list.append(line);
  const news = document.createElement("span");
  news.setAttribute("role", "status");
  news.className = "govuk-visually-hidden";
  list.after(news);
  setTimeout(() => { news.textContent = say("done", { name }); }, 50); // a status speaks only when it changes
  changed(form);
}

function changed(form) {
  form.dispatchEvent(new Event("input", { bubbles: true })); // drafts.js keeps it
}
