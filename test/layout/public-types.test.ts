import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'rolldown/parseAst';

const packages = fileURLToPath(new URL('../../packages', import.meta.url));

/** The entries that applications load. `publisher/worker` is for the transports, which are released with it. */
const ENTRIES = [
  'publisher/index',
  'publisher/doctor',
  'publisher/opentelemetry',
  'pino/index',
  'pino/opentelemetry',
  'winston/index',
  'winston/opentelemetry',
  'local/index',
  'local/test',
  'local/global-setup',
];

/** A node of the syntax tree, as far as it is looked at here. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly name?: string;
  readonly key?: Node;
  readonly id?: Node;
  readonly accessibility?: string | null;
  readonly [field: string]: unknown;
}

const MEMBERS = [
  'TSPropertySignature',
  'TSMethodSignature',
  'TSIndexSignature',
  'TSCallSignatureDeclaration',
  'PropertyDefinition',
  'MethodDefinition',
  'TSAbstractMethodDefinition',
  'TSEnumMember',
];
const DECLARATIONS = [
  'TSInterfaceDeclaration',
  'TSTypeAliasDeclaration',
  'ClassDeclaration',
  'TSDeclareFunction',
  'VariableDeclaration',
  'TSEnumDeclaration',
];

/** The declarations of one file of types. */
class Declarations {
  readonly #text: string;
  readonly #body: readonly Node[];
  readonly #byName = new Map<string, Node[]>();

  constructor(file: string) {
    this.#text = readFileSync(file, 'utf8');
    this.#body = parseAst(this.#text, { lang: 'dts', sourceType: 'module' }).body as unknown as Node[];
    for (const node of this.#body.map(declared)) {
      for (const name of namesOf(node)) this.#byName.set(name, [...(this.#byName.get(name) ?? []), node]);
    }
  }

  /** Names of this file by the names that another file has them under. */
  static aliases(statement: Node, from: 'imported' | 'local'): [string, string][] {
    const specifiers = (statement.specifiers ?? []) as Record<string, Node>[];
    return specifiers.map((one) =>
      from === 'imported'
        ? [String(one.local.name), String((one.imported ?? one.local).name)]
        : [String(one.exported.name), String(one.local.name)],
    );
  }

  get statements(): readonly Node[] {
    return this.#body;
  }

  named(name: string): readonly Node[] {
    return this.#byName.get(name) ?? [];
  }

  /** Whether a doc comment stands right before the node, or before the statement that exports it. */
  isDocumented({ start }: Node): boolean {
    const before = this.#text.slice(0, start).replace(/(?:export|declare|default|const|abstract|\s)+$/, '');
    return /\/\*\*(?:(?!\*\/).)*\*\/$/s.test(before);
  }
}

function declared(statement: Node): Node {
  return (statement.declaration as Node | null | undefined) ?? statement;
}

function namesOf(node: Node): string[] {
  if (!DECLARATIONS.includes(node.type)) return [];
  const declarators = (node.declarations as Node[] | undefined) ?? [node];
  return declarators.flatMap(({ id }) => (id?.name === undefined ? [] : [id.name]));
}

function childrenOf(node: Node): Node[] {
  return Object.values(node)
    .flat()
    .filter((value): value is Node => typeof (value as Node | null)?.type === 'string');
}

/** What applications see of an entry: every declaration that its exports lead to, and the members of each. */
function visible(entry: string): { readonly names: string[]; readonly undocumented: string[] } {
  const folder = path.join(packages, path.dirname(entry), 'dist');
  const files = new Map<string, Declarations>();
  const open = (name: string): Declarations => {
    const known = files.get(name) ?? new Declarations(path.join(folder, name));
    files.set(name, known);
    return known;
  };
  const main = `${path.basename(entry)}.d.ts`;
  const seen = new Set<string>();
  const undocumented: string[] = [];

  const follow = (file: string, name: string): void => {
    if (seen.has(`${file} ${name}`)) return;
    seen.add(`${file} ${name}`);
    const declarations = open(file);
    const own = declarations.named(name);
    for (const statement of own.length > 0 ? [] : declarations.statements) {
      const from = (statement.source as { value?: string } | null | undefined)?.value;
      if (statement.type !== 'ImportDeclaration' || !from?.startsWith('.')) continue;
      const there = Declarations.aliases(statement, 'imported').find(([local]) => local === name)?.[1];
      if (there === undefined) continue;
      const target = from.replace(/^\.\/(.*)\.js$/, '$1.d.ts');
      const exported = open(target).statements.flatMap((one) =>
        one.type === 'ExportNamedDeclaration' ? Declarations.aliases(one, 'local') : [],
      );
      follow(target, exported.find(([outside]) => outside === there)?.[1] ?? there);
    }
    // Of overloads, and of a class and an interface of one name, the first has the comment.
    if (own[0] && !declarations.isDocumented(own[0])) undocumented.push(name);
    for (const node of own) look(file, declarations, node, name);
  };

  const look = (file: string, declarations: Declarations, node: Node, at: string): void => {
    const told = new Set<string>(); // of overloads the first has the comment
    for (const child of childrenOf(node)) {
      const isMember = MEMBERS.includes(child.type);
      const key = isMember ? String(child.key?.name ?? child.key?.value ?? '[]') : '';
      if (isMember && (child.accessibility === 'private' || key === 'private' || key === 'constructor')) {
        if (key === 'constructor') look(file, declarations, child, at);
        continue;
      }
      if (isMember && declarations.isDocumented(child)) told.add(key);
      // What begins with "_" is for Node's streams.
      else if (isMember && !told.has(key) && !key.startsWith('_')) undocumented.push(`${at}.${key}`);
      if (
        child.type === 'TSTypeReference' ||
        child.type === 'TSInterfaceHeritage' ||
        child.type === 'TSTypeQuery'
      ) {
        const name = [child.typeName, child.expression, child.exprName].find(Boolean) as Node;
        if (name.name !== undefined) follow(file, name.name);
      }
      look(file, declarations, child, isMember ? `${at}.${key}` : at);
    }
  };

  for (const statement of open(main).statements) {
    if (statement.type !== 'ExportNamedDeclaration') continue;
    for (const name of namesOf(declared(statement))) follow(main, name);
    if (statement.source) continue; // of another package
    for (const [, local] of Declarations.aliases(statement, 'local')) follow(main, local);
  }
  return { names: [...seen].map((one) => one.split(' ')[1] ?? ''), undocumented: [...new Set(undocumented)] };
}

for (const entry of ENTRIES) {
  test(`every public member of ${entry} has a doc comment`, () => {
    const { names, undocumented } = visible(entry);
    assert.ok(names.length > 2, 'the walk found the exports');
    assert.deepEqual(undocumented, []);
  });
}

test('the types of the publisher show neither the seams of its tests nor its inner parts', () => {
  const { names } = visible('publisher/index');
  for (const inner of ['PublisherInternals', 'PublisherSnapshot', 'Batch', 'Sink', 'Clock', 'SpoolOptions'])
    assert.ok(!names.includes(inner), inner);
  const text = readFileSync(path.join(packages, 'publisher/dist/shared.d.ts'), 'utf8');
  assert.doesNotMatch(text, /\brestore\(|createPublisher/);
});

/** Names that an entry exports. */
function exportsOf(entry: string): string[] {
  const file = new Declarations(
    path.join(packages, `${path.dirname(entry)}/dist/${path.basename(entry)}.d.ts`),
  );
  return file.statements.flatMap((statement) =>
    statement.type === 'ExportNamedDeclaration'
      ? Declarations.aliases(statement, 'local').map(([exported]) => exported)
      : [],
  );
}

for (const transport of ['pino/index', 'winston/index']) {
  test(`${transport} exports every type of the publisher that its users meet`, () => {
    const own = exportsOf(transport);
    // The publisher itself stands behind the transport.
    const inner = ['Publisher', 'LogEvent'];
    const missing = exportsOf('publisher/index').filter(
      (name) => !inner.includes(name) && !own.includes(name),
    );
    assert.deepEqual(missing, []);
  });
}
