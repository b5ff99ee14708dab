import { join } from 'node:path';
import { createGenerator, type Schema } from 'ts-json-schema-generator';

const root = join(import.meta.dirname, '..');
const SOURCES = join(root, 'packages/hosts/src');

/** The JSON Schema of each command's document and of the lines of the JSON log, from the types in the sources, by path. */
export function schemaFiles(): Readonly<Record<string, string>> {
  const documents = schemaOf('document-json.ts', 'JsonDocument').anyOf ?? [];
  const named = documents.map((schema): [string, Schema] => [commandOf(schema as Schema), schema as Schema]);
  const all: readonly [string, Schema][] = [...named, ['log-line', schemaOf('json-log.ts', 'LogLine')]];
  return Object.fromEntries(all.map(([name, schema]) => [`docs/schemas/${name}.json`, schemaText(name, schema)]));
}

function schemaOf(file: string, type: string): Schema {
  const generator = createGenerator({
    ...{ path: join(SOURCES, file), tsconfig: join(root, 'tsconfig.json') },
    ...{ skipTypeCheck: true, expose: 'none', topRef: false, additionalProperties: true },
  });
  return generator.createSchema(type);
}

function commandOf({ properties = {} }: Schema): string {
  const { const: command } = properties.command as Schema;
  return String(command);
}

function schemaText(name: string, schema: Schema): string {
  const title = name === 'log-line' ? 'A line of --log-format json' : `What '${name} --json' writes`;
  const { $schema: _, ...rest } = schema;
  return `${JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', title, ...rest }, undefined, 1)}\n`;
}
