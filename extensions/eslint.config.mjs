import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

const domModules = ['./details.ts', './view.ts', './page.ts'];

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
    files: ['graph/src/model.ts', 'graph/src/camera.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: domModules }],
      'no-restricted-globals': ['error', 'document', 'window']
    }
  }
);
