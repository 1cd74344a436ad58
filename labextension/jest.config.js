// JupyterLab's packages and what they import are ES modules: jest has to transform them as well as ours.
const esm = [
  '@codemirror',
  '@jupyter',
  '@jupyterlab',
  '@jupyter-notebook',
  '@lumino',
  '@microsoft',
  '@lezer',
  '@marijn',
  '@rjsf',
  'crelt',
  'delaunator',
  'exenv-es6',
  'internmap',
  'lib0',
  'nanoid',
  'robust-predicates',
  'style-mod',
  'tslib',
  'vscode-ws-jsonrpc',
  'w3c-keyname',
  'y-',
  'yjs'
].join('|');

module.exports = {
  testEnvironment: '<rootDir>/src/__tests__/environment.js',
  testMatch: ['<rootDir>/src/**/__tests__/**/*.test.{ts,tsx}'],
  moduleFileExtensions: ['ts', 'tsx', 'js', 'mjs', 'json'],
  moduleNameMapper: {
    '\\.(css|less|sass|scss)$': '<rootDir>/src/__tests__/empty.js',
    '\\.(svg)$': '<rootDir>/src/__tests__/svg.js'
  },
  transform: {
    '\\.m?[jt]sx?$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', tsx: true, decorators: true },
          transform: { react: { runtime: 'automatic' }, legacyDecorator: true },
          target: 'es2022'
        },
        module: { type: 'commonjs' }
      }
    ]
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esm}))`],
  testTimeout: 20000
};
