import js from '@eslint/js';
import jupyter from '@jupyter/eslint-plugin';
import prettier from 'eslint-config-prettier';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: ['lib/**', 'node_modules/**', 'coverage/**', 'src/wire.ts', 'src/components/kitfile/fields.ts', '*.json']
  },
  { files: ['**/*.{js,mjs,ts,tsx}'], extends: [js.configs.recommended] },
  { plugins: { jupyter } },
  ...jupyter.configs.recommended,
  {
    files: ['src/**/*.{ts,tsx}'],
    extends: [...tseslint.configs.recommended, hooks.configs.flat['recommended-latest']],
    rules: {
      curly: 'error',
      eqeqeq: 'error',
      'no-restricted-globals': [
        'error',
        { name: 'fetch', message: 'ServerConnection.makeRequest adds the XSRF token that a hub wants.' },
        { name: 'EventSource', message: 'The event bus of the server is open already.' },
        { name: 'localStorage', message: 'IStateDB remembers.' }
      ],
      'no-restricted-properties': ['error', { property: 'innerHTML' }, { property: 'outerHTML' }],
      'no-restricted-syntax': [
        'error',
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: 'Nothing that came from a registry is put in the page as HTML.'
        }
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-namespace': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // A model with signals is changed through its setters, by components, too.
      'react-hooks/immutability': 'off',
      // Each plugin's modules are small, and its shared ones are there already.
      'jupyter/prefer-lazy-imports': 'off'
    }
  },
  {
    files: ['src/components/**/*.{ts,tsx}'],
    ignores: ['**/__tests__/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['**/client'],
              importNames: ['KitClient'],
              message: 'Components get the model and callbacks; they never fetch.'
            }
          ]
        }
      ]
    }
  },
  { files: ['**/__tests__/**'], rules: { 'jupyter/no-untranslated-string': 'off' } },
  {
    files: ['*.{js,mjs}', 'src/__tests__/*.js'],
    languageOptions: {
      globals: { module: 'writable', require: 'readonly', globalThis: 'readonly' }
    }
  },
  prettier
);
