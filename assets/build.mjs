// Builds assets/ into src/plushka/delivery/web/static/: a stylesheet and a script for the office and for the member's
// app, one sprite of the icons in use, each under a name that holds the hash of its content, with brotli and gzip
// twins beside it.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

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

async function script(path) {
  const result = await build({
    entryPoints: [join(here, "js", path)],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
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

rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });
const contents = {
  "app.css": stylesheet("app.css"),
  "app.js": await script("app/app.js"),
  "app-worker.js": await script("app/worker.js"),
  "office.css": stylesheet("office.css"),
  "office.js": await script("office.js"),
  "icons.svg": sprite(),
  "favicon.svg": readFileSync(join(here, "icons/favicon.svg")),
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
