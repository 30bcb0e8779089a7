import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

// These make or change elements; all others are pure, and tested without a browser.
const domModules = [
  'boxes',
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
  }
);
