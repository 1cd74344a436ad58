// The floors of the front end, as tests/test_house.py has those of the Python package.

import ts from 'typescript';

/** A file imports from its own room and from lower floors; rooms of one floor never import each other. */
const FLOORS: { readonly [room: string]: number } = {
  wire: 0,
  format: 1,
  icons: 1,
  lines: 1,
  client: 1,
  outcome: 2,
  model: 3,
  tokens: 4,
  'components/shared': 5,
  'components/panel': 6,
  'components/kit': 6,
  'components/compare': 6,
  'components/kitfile': 6,
  'components/dialogs': 6,
  'components/status': 6,
  'components/toolbar': 6,
  plugins: 7,
  index: 8
};

const LINES = 300;

const paths = (folder: string, ...endings: string[]): string[] => ts.sys.readDirectory(folder, endings).sort();
const textOf = (path: string): string => ts.sys.readFile(path) ?? '';
const isTest = (path: string): boolean => path.includes('__tests__/');

const SOURCES = paths('src', '.ts', '.tsx').map(path => path.replace(/^.*?src\//, 'src/'));
const PRODUCT = SOURCES.filter(path => !isTest(path));
const SHEETS = paths('style', '.css');

/** The files of ours that a file imports: types, exports from elsewhere and late imports, too. */
function importsOf(path: string): string[] {
  return ts
    .preProcessFile(textOf(path), true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .filter(name => name.startsWith('.'))
    .flatMap(name => fileOf(path, name) ?? []);
}

function fileOf(from: string, name: string): string | undefined {
  const whole = ts.resolveModuleName(name, from, { moduleResolution: ts.ModuleResolutionKind.Bundler }, ts.sys);
  return whole.resolvedModule?.resolvedFileName.replace(/^.*?src\//, 'src/');
}

function roomOf(path: string): string {
  const [first, second] = path
    .replace(/^src\//, '')
    .replace(/\.tsx?$/, '')
    .split('/');
  return first === 'components' ? `${first}/${second}` : first;
}

/** The first circle of imports, as the files that it goes through. */
function circleIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const walk = (path: string, way: readonly string[]): string[] => {
    if (way.includes(path)) {
      return [...way.slice(way.indexOf(path)), path];
    }
    const circle = done.has(path) ? [] : (graph.get(path) ?? []).map(next => walk(next, [...way, path]));
    done.add(path);
    return circle.find(each => each.length) ?? [];
  };
  return [...graph.keys()].map(path => walk(path, [])).find(each => each.length) ?? [];
}

/** What a file exports by name. */
function exportsOf(path: string): string[] {
  const file = ts.createSourceFile(path, textOf(path), ts.ScriptTarget.Latest);
  return file.statements.flatMap(statement => {
    const isExport = ts.canHaveModifiers(statement)
      ? ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
      : false;
    if (!isExport) {
      return [];
    }
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.map(({ name }) => name.getText(file));
    }
    const { name } = statement as ts.DeclarationStatement;
    return name ? [name.getText(file)] : [];
  });
}

describe('the house', () => {
  it('has files to judge', () => {
    expect(PRODUCT).toContain('src/components/panel/rows.ts');
    expect(importsOf('src/index.ts')).toContain('src/plugins/panel.ts');
    expect(importsOf('src/plugins/kittab.ts')).toContain('src/components/kit/index.tsx');
  });

  it.each(PRODUCT)('lets %s import from lower floors only', path => {
    const room = roomOf(path);
    expect(FLOORS).toHaveProperty([room]);
    const wrong = importsOf(path).filter(each => roomOf(each) !== room && !(FLOORS[roomOf(each)] < FLOORS[room]));
    expect(wrong).toEqual([]);
  });

  it('has no circle of imports, not even of types', () => {
    expect(circleIn(new Map(PRODUCT.map(path => [path, importsOf(path)])))).toEqual([]);
  });

  it('finds a circle where there is one', () => {
    const graph = { a: ['b'], b: ['c', 'd'], c: [], d: ['b'] };
    expect(circleIn(new Map(Object.entries(graph)))).toEqual(['b', 'd', 'b']);
  });

  it.each([...SOURCES, ...SHEETS].filter(path => path !== 'src/wire.ts'))('keeps %s short enough to be read', path => {
    expect(textOf(path).trimEnd().split('\n').length).toBeLessThanOrEqual(LINES);
  });

  it.each(PRODUCT.filter(path => !['model', 'client'].includes(roomOf(path))))(
    'lets %s ask the model, never a client',
    path => {
      expect(textOf(path)).not.toMatch(/\bKitClient\b|\.client\b|\bclient\b[^;]*} =/);
    }
  );

  it.each(PRODUCT.filter(path => roomOf(path) !== 'model' && path !== 'src/plugins/model.ts'))(
    'lets %s know the model as an interface',
    path => {
      expect(textOf(path)).not.toMatch(/\bKitModel\b/);
    }
  );

  it.each(PRODUCT.filter(path => path !== 'src/index.ts' && path !== 'src/wire.ts'))(
    'has a user for each export of %s',
    path => {
      const others = SOURCES.filter(each => each !== path).map(textOf);
      const unused = exportsOf(path).filter(name => !others.some(text => new RegExp(`\\b${name}\\b`).test(text)));
      expect(unused).toEqual([]);
    }
  );
});

describe('the style sheets', () => {
  const classesOf = (path: string): string[] => [
    ...new Set([...textOf(path).matchAll(/\.(kitops-[\w-]+)/g)].map(([, name]) => name))
  ];

  it.each(SHEETS)('of %s have a rule for nothing that is not drawn', path => {
    const drawn = PRODUCT.map(textOf).join('\n');
    const isDrawn = (name: string): boolean =>
      new RegExp(`\\b${name}(?![\\w-])`).test(drawn) ||
      // `kitops-mod-${state}`: the state is somewhere a text of its own
      (name.startsWith('kitops-mod-') && new RegExp(`['"]${name.slice('kitops-mod-'.length)}['"]`).test(drawn));
    expect(classesOf(path).filter(name => !isDrawn(name))).toEqual([]);
  });

  it('are all loaded, those of a room that is fetched late with it', () => {
    const rooms = { style: 'style/index.js', 'style/kit': 'src/components/kit/index.tsx' };
    const late = {
      ...rooms,
      'style/dialogs': 'src/components/dialogs/index.ts',
      'style/compare': 'src/components/compare/index.tsx'
    };
    const loaded = Object.entries(late).flatMap(([folder, loader]) => {
      expect(textOf(loader)).toMatch(folder === 'style' ? "import './index.css'" : `/${folder}/index.css'`);
      return [...textOf(`${folder}/index.css`).matchAll(/url\('(.*?)'\)/g)].map(([, name]) => `${folder}/${name}`);
    });
    const own = SHEETS.map(path => path.replace(/^.*?style\//, 'style/')).filter(path => !path.endsWith('/index.css'));
    expect(loaded.sort()).toEqual(own);
  });
});
