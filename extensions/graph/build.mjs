// Bundle the page's script into the file named on the command line.
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const [outfile, banner = ''] = process.argv.slice(2);
if (!outfile) {
  throw new Error('say where to write: node build.mjs FILE [BANNER]');
}
await build({
  entryPoints: [fileURLToPath(new URL('src/page.ts', import.meta.url))],
  outfile,
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  charset: 'ascii',
  legalComments: 'none',
  banner: { js: banner },
  logLevel: 'warning'
});
