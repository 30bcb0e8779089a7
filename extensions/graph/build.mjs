// Bundle one entry of this folder:
//   node build.mjs FILE [STAMP]                  the script of the drawn page
//   node build.mjs FILE "" src/index.ts          the module that the JupyterLab panel imports
//   node build.mjs FILE "" src/embed.ts          the module of a cell
//   node build.mjs FILE "" demo/demo.ts          the script of the demo page
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const [outfile, stamp = '', entry = 'src/page.ts'] = process.argv.slice(2);
if (!outfile) {
  throw new Error('say where to write: node build.mjs FILE [STAMP] [ENTRY]');
}
const isPage = entry === 'src/page.ts' || entry.startsWith('demo/');
await build({
  entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
  outfile,
  bundle: true,
  minify: true,
  format: isPage ? 'iife' : 'esm',
  target: 'es2022',
  charset: 'ascii',
  legalComments: 'none',
  banner: stamp ? { js: `/*! mwaa-kit view, ${stamp} */` } : {},
  logLevel: 'warning'
});
