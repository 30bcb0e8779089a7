// Bundle one side of the benchmark: node build.mjs ESBUILD ENTRY FILE FOLDER, FOLDER holding the rivals' packages.
import { pathToFileURL } from 'node:url';

const [esbuild, entry, outfile, packages] = process.argv.slice(2);
const { build } = await import(pathToFileURL(esbuild).href);
await build({
  entryPoints: [entry],
  outfile,
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  nodePaths: [packages],
  define: { 'process.env.NODE_ENV': '"production"' },
  logLevel: 'warning'
});
