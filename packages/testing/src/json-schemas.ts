import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';

const FOLDER = join(import.meta.dirname, '../../../docs/schemas');
const validators = new Map<string, ValidateFunction>();

/** What is wrong with a value by the schema of that name in docs/schemas; there, fields that it does not name are wrong as well. */
export function schemaProblems(name: string, value: unknown): readonly string[] {
  const validate = validators.get(name) ?? compile(name);
  validators.set(name, validate);
  validate(value);
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

/** What is wrong with the document that a command wrote as JSON. */
export function documentProblems(document: { readonly command: string }): readonly string[] {
  return schemaProblems(document.command, document);
}

function compile(name: string): ValidateFunction {
  const schema = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'), closed);
  return new Ajv({ strict: false, allErrors: true }).compile(schema);
}

/** Published schemas allow fields of later versions; a test does not. */
function closed(_key: string, value: unknown): unknown {
  const isObject = typeof value === 'object' && value !== null && 'properties' in value && 'type' in value;
  return isObject && value.type === 'object' ? { additionalProperties: false, ...value } : value;
}
