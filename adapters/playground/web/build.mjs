// Bundles others' libraries into ../static/vendor, with their licences. `npm run build`; `npm run check` compares with what is committed.
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";

const folder = process.argv[2] ?? "../static/vendor";
const here = import.meta.dirname;

// The library names its root by an id; a page shows many messages, and an id is there once. (:is keeps the weight that its rules had.)
const classInsteadOfId = {
  name: "class-instead-of-id",
  setup(build) {
    build.onLoad({ filter: /slack-blocks-to-jsx\/dist\/(index\.mjs|style\.css)$/ }, async ({ path: file }) => {
      const text = await readFile(file, "utf8");
      if (file.endsWith(".css")) return { contents: text.replaceAll("#slack_blocks_to_jsx", ":is(.slack-blocks, #slack_blocks_to_jsx)"), loader: "css" };
      const named = text.replaceAll('{id:"slack_blocks_to_jsx","data-theme":', '{"data-root":"slack-blocks","data-theme":');
      if (named === text) throw new Error("slack-blocks-to-jsx no longer names its root as it did: look at its Message");
      return { contents: named, loader: "js" };
    });
  },
};

const result = await build({
  absWorkingDir: here,
  entryPoints: { vendor: "vendor.js", "vendor-styles": "vendor.css" },
  outdir: folder,
  bundle: true,
  format: "esm",
  minify: true,
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
  define: { "process.env.NODE_ENV": '"production"' },
  alias: {
    react: "preact/compat",
    "react-dom": "preact/compat",
    "react/jsx-runtime": "preact/jsx-runtime",
    swiper: "./no-swiper.js",
    "swiper/modules": "./no-swiper.js",
  },
  plugins: [classInsteadOfId],
});

const packages = new Set(
  Object.keys(result.metafile.inputs).flatMap((input) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.slice(0, 2).join("\n") ?? []),
);
const licences = await Promise.all([...packages].sort().map(licence));
await mkdir(path.resolve(here, folder), { recursive: true });
await writeFile(path.resolve(here, folder, "LICENSES.txt"), [...new Set(licences)].join(`\n${"-".repeat(80)}\n\n`));

async function licence(found) {
  const root = path.resolve(here, found.split("\n")[0]);
  const { name, version, license } = JSON.parse(await readFile(path.join(root, "package.json"), "utf8"));
  const file = (await readdir(root)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? (await readFile(path.join(root, file), "utf8")).trim() : `${license} (its package holds no licence file)`;
  return `${name} ${version}, ${license}\n\n${text}\n`;
}
