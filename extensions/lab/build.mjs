// Build the JupyterLab extension into the folder named on the command line: one script, its schemas, and what JupyterLab reads.
//
// JupyterLab loads an extension as a "federated" container: a script that sets `window._JUPYTERLAB[NAME]` with `init(scope)`
// and `get(module)`, and takes from the scope the modules that JupyterLab shares. That contract is small, so the container
// is written out below and esbuild bundles the rest: a build needs 10 MB of packages instead of the builder's 570 MB, and
// every package of JupyterLab is needed for its types only.
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const [outdir, stamp = ''] = process.argv.slice(2);
if (!outdir) {
  throw new Error('say where to write: node build.mjs FOLDER [STAMP]');
}
const { version, license } = JSON.parse(
  await readFile(join(here, 'package.json'), 'utf-8')
);
const NAME = 'mwaa-kit';

/** Bundle the plugins; what JupyterLab shares stays a `require`, and is listed in `shared`. */
async function bundle() {
  const shared = new Set();
  const result = await build({
    entryPoints: [join(here, 'src/index.ts')],
    bundle: true,
    minify: true,
    write: false,
    format: 'cjs',
    target: 'es2022',
    charset: 'ascii',
    legalComments: 'none',
    jsx: 'transform',
    loader: { '.css': 'text', '.svg': 'text' },
    define: { MWAA_KIT_VERSION: JSON.stringify(version) },
    logLevel: 'warning',
    plugins: [
      {
        name: 'shared-by-jupyterlab',
        setup(esbuild) {
          const filter =
            /^(@jupyterlab\/|@lumino\/|@codemirror\/|react$|react-dom$)/;
          esbuild.onResolve({ filter }, ({ path }) => {
            shared.add(path);
            return { path, external: true };
          });
        }
      }
    ]
  });
  return { code: result.outputFiles[0].text, shared: [...shared].sort() };
}

/** Wrap the bundle in the container that JupyterLab asks for its plugins. */
function container({ code, shared }) {
  return `/*! ${NAME} ${version}, ${license} */
"use strict";
(() => {
  let scope, plugins;
  const shared = ${JSON.stringify(shared)};
  async function take(name) {
    const offers = Object.values((scope && scope[name]) || {});
    const offer = offers.find(one => one.loaded) || offers[offers.length - 1];
    if (!offer) throw new Error("${NAME}: this JupyterLab does not share " + name);
    return [name, (await offer.get())()];
  }
  async function load() {
    const modules = new Map(await Promise.all(shared.map(take)));
    const module = { exports: {} };
    (function (require, module, exports) {
${code}
    })(name => modules.get(name), module, module.exports);
    return module.exports;
  }
  (window._JUPYTERLAB = window._JUPYTERLAB || {})[${JSON.stringify(NAME)}] = {
    init(given) { scope = given; },
    async get(name) {
      if (name !== "./extension") throw new Error("${NAME} has no module " + name);
      const found = await (plugins = plugins || load());
      return () => found;
    }
  };
})();
`;
}

const script = container(await bundle());
const digest = createHash('sha256').update(script).digest('hex').slice(0, 16);
const load = `static/remoteEntry.${digest}.js`;
const manifest = {
  name: NAME,
  version,
  description: 'A Dag development kit for Amazon MWAA in JupyterLab.',
  license,
  built: stamp,
  jupyterlab: {
    extension: true,
    schemaDir: 'schema',
    _build: { load, extension: './extension' }
  }
};
const install = {
  packageManager: 'python',
  packageName: 'mwaa-kit',
  uninstallInstructions:
    'Use your Python package manager (pip, conda, etc.) to uninstall the package mwaa-kit'
};
const json = value => JSON.stringify(value, null, 2) + '\n';

await rm(outdir, { recursive: true, force: true });
await mkdir(join(outdir, 'static'), { recursive: true });
await writeFile(join(outdir, load), script);
await writeFile(join(outdir, 'package.json'), json(manifest));
await writeFile(join(outdir, 'install.json'), json(install));
const schemas = join(outdir, 'schemas', NAME);
await cp(join(here, 'schema'), schemas, { recursive: true });
await writeFile(join(schemas, 'package.json.orig'), json(manifest));
