import eslint from '@eslint/js';
import jupyter from '@jupyter/eslint-plugin';
import tseslint from 'typescript-eslint';

// These make or change elements; all others are pure, and tested without a browser.
const domModules = [
  'boxes',
  'boxparts',
  'connect',
  'controls',
  'details',
  'drawn',
  'driver',
  'embed',
  'far',
  'gestures',
  'index',
  'joining',
  'legend',
  'linelayer',
  'minimap',
  'page',
  'paint',
  'save',
  'stage',
  'svg',
  'table',
  'tip',
  'toolbar',
  'view'
].map(name => `${name}.ts`);

export default tseslint.config(
  { ignores: ['**/node_modules/'] },
  eslint.configs.recommended,
  ...tseslint.configs.strict,
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: { process: 'readonly', URL: 'readonly' } }
  },
  {
    // The picture knows neither Jupyter nor Airflow, and needs no framework.
    files: ['graph/src/**/*.ts'],
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-restricted-imports': [
        'error',
        { patterns: ['@jupyterlab/*', '@lumino/*', 'react', 'react-dom'] }
      ]
    }
  },
  {
    // The pure part touches no document.
    files: ['graph/src/**/*.ts'],
    ignores: domModules.map(name => `graph/src/${name}`),
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: domModules.map(name => `**/${name}`) }
      ],
      'no-restricted-globals': ['error', 'document', 'window']
    }
  },
  {
    files: ['lab/src/**/*.{ts,tsx}'],
    plugins: { '@jupyter': jupyter },
    rules: {
      ...Object.fromEntries(
        Object.keys(jupyter.rules).map(name => [`@jupyter/${name}`, 'error'])
      ),
      // The extension is one small script: parts that load later would cost a request each and save nothing.
      '@jupyter/prefer-lazy-imports': 'off',
      '@typescript-eslint/consistent-type-imports': 'error'
    }
  },
  {
    // One file fetches.
    files: ['lab/src/**/*.{ts,tsx}'],
    ignores: ['lab/src/api.ts'],
    rules: {
      'no-restricted-globals': ['error', 'fetch', 'XMLHttpRequest', 'WebSocket']
    }
  },
  {
    // The pure part of the extension touches neither a document nor JupyterLab: its tests run without a browser.
    files: [
      'lab/src/runstate.ts',
      'lab/src/dialogs/params.ts',
      'lab/src/panel/graphdoc.ts',
      'lab/src/tabs/{joining,optionfields,timeline}.ts'
    ],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: ['@jupyterlab/*', '@lumino/*', 'react', '*.tsx'] }
      ],
      'no-restricted-globals': ['error', 'document', 'window', 'fetch']
    }
  }
);
