// Builds what the pages load: style.css, app.js, viewer.js and viewer.css, each named by its content, with a
// manifest that tells the names (api/assets.py reads it) and the licences of everything that is built in.
// Use: node build.mjs
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, extname, join, basename } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "..", "api", "static", "dist");
const modules = join(here, "node_modules");
const target = ["es2020", "chrome100", "firefox100", "safari15"];

const scripts = { "app.js": "src/app/main.js", "uploads.js": "src/app/uploads-main.js", "viewer.js": "src/viewer/main.js" };
const styles = { "style.css": "src/style/main.scss", "viewer.css": "src/viewer/viewer.scss" };
const copies = { "favicon.svg": "src/favicon.svg" };

async function bundle(entry) {
  const result = await esbuild.build({
    absWorkingDir: here,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "esm",
    target,
    write: false,
    metafile: true,
    legalComments: "none", // LICENSES.txt holds the full texts
  });
  return { content: result.outputFiles[0].contents, packages: packagesIn(Object.keys(result.metafile.inputs)) };
}

async function compile(entry) {
  const result = await sass.compileAsync(join(here, entry), { loadPaths: [modules], quietDeps: true, style: "compressed" });
  const { code } = await esbuild.transform(result.css, { loader: "css", minify: true, target });
  return { content: Buffer.from(code), packages: packagesIn(result.loadedUrls.map((url) => url.pathname)) };
}

async function copy(entry) {
  return { content: await readFile(join(here, entry)), packages: [] };
}

function packagesIn(paths) {
  const named = paths.map((path) => path.split("node_modules/").slice(1).pop()).filter(Boolean);
  return named.map((path) => path.split("/").slice(0, path.startsWith("@") ? 2 : 1).join("/"));
}

function hashedName(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 10);
  return `${basename(name, extname(name))}.${hash}${extname(name)}`;
}

async function licences(packages) {
  const texts = [];
  for (const name of [...new Set(packages)].sort()) {
    const folder = join(modules, name);
    const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? await readFile(join(folder, file), "utf8") : `Licence: ${license}`;
    texts.push(`${name} ${version}\n${"-".repeat(60)}\n${text.trim()}\n`);
  }
  return texts.join("\n\n");
}

const builds = [
  ...Object.entries(scripts).map(([name, entry]) => [name, bundle(entry)]),
  ...Object.entries(styles).map(([name, entry]) => [name, compile(entry)]),
  ...Object.entries(copies).map(([name, entry]) => [name, copy(entry)]),
];
const built = await Promise.all(builds.map(async ([name, work]) => ({ name, ...(await work) })));

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
const manifest = {};
for (const { name, content } of built) {
  manifest[name] = hashedName(name, content);
  await writeFile(join(dist, manifest[name]), content);
}
await writeFile(join(dist, "LICENSES.txt"), await licences(built.flatMap(({ packages }) => packages)));
// Last, because its presence says that everything else is there.
await writeFile(join(dist, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
