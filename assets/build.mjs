// Builds assets/ into src/plushka/delivery/web/static/: for each audience a stylesheet and a script, one sprite of
// the icons in use, each under a name that holds the hash of its content, with brotli and gzip twins beside it.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { drawIcon } from "./icons/draw.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const output = join(root, "src/plushka/delivery/web/static");
const require = createRequire(import.meta.url);

function stylesheet(name) {
  const packageFile = require.resolve("@tailwindcss/cli/package.json");
  const cli = join(dirname(packageFile), JSON.parse(readFileSync(packageFile, "utf8")).bin.tailwindcss);
  const built = join(output, name);
  execFileSync(process.execPath, [cli, "--input", join(here, "css", name), "--output", built, "--minify"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const content = readFileSync(built);
  rmSync(built);
  return content;
}

async function script(name, format) {
  const result = await build({
    entryPoints: [join(here, "js", name)],
    bundle: true,
    minify: true,
    write: false,
    format,
    target: "es2020",
    legalComments: "none",
  });
  return Buffer.from(result.outputFiles[0].contents);
}

function sprite() {
  const names = JSON.parse(readFileSync(join(here, "icons.json"), "utf8"));
  const symbols = names.map((name) => {
    const svg = readFileSync(require.resolve(`@tabler/icons/outline/${name}.svg`), "utf8");
    const drawing = svg.replace(/<!--[^]*?-->/, "").match(/<svg[^>]*>([^]*)<\/svg>/)[1];
    return `<symbol id="${name}" viewBox="0 0 24 24">${drawing.replace(/\s*\n\s*/g, "")}</symbol>`;
  });
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
}

const mark = readFileSync(join(here, "icons/favicon.svg"));
rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });
const contents = {
  "app.css": stylesheet("app.css"),
  "app.js": await script("app/app.js", "iife"),
  "app-worker.js": await script("app/worker.js", "iife"),
  "office.css": stylesheet("office.css"),
  "office.js": await script("office.js", "iife"),
  "till.css": stylesheet("till.css"),
  "till.js": await script("till/main.js", "esm"),
  // Only for browsers that cannot read codes themselves, and of the very release that the script was made for.
  "till-codes.js": await script("till/codes.js", "esm"),
  "till-codes.wasm": readFileSync(createRequire(require.resolve("barcode-detector")).resolve("zxing-wasm/reader/zxing_reader.wasm")),
  "icons.svg": sprite(),
  // Only for pages with charts, when the first of them is about to be seen.
  "charts.js": await script("charts/charts.js", "esm"),
  "favicon.svg": mark,
  "icon-180.png": drawIcon(mark.toString(), 180),
  "icon-512.png": drawIcon(mark.toString(), 512),
};
const manifest = {};
for (const [name, content] of Object.entries(contents)) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 12);
  const hashed = `${basename(name, extname(name))}.${hash}${extname(name)}`;
  manifest[name] = hashed;
  writeFileSync(join(output, hashed), content);
  writeFileSync(join(output, `${hashed}.gz`), gzipSync(content, { level: 9 }));
  writeFileSync(
    join(output, `${hashed}.br`),
    brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
  );
}
writeFileSync(join(output, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
