import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { runInNewContext } from 'node:vm';
import { schemaErrors } from './schema-errors.ts';

const DRAFT = '$schema:"http://json-schema.org/draft-07/schema#"';

/**
 * The errors of a pipeline file or a component (two documents) by the JSON schema that GitLab publishes, in the version
 * that gitlab-ci-local contains. Empty if it is valid.
 */
export async function gitlabSchemaErrors(text: string): Promise<readonly string[]> {
  return schemaErrors(await gitlabSchema(), text);
}

/** It is an object literal in the program's only file, before it is relaxed for local use. */
async function gitlabSchema(): Promise<object> {
  const program = await readFile(createRequire(import.meta.url).resolve('gitlab-ci-local'), 'utf8');
  const start = program.indexOf(`{${DRAFT},$id:"https://gitlab.com/.gitlab-ci.yml"`);
  const end = program.indexOf(';delete ', start);
  if (start < 0 || end < 0)
    throw new Error('gitlab-ci-local does not carry the schema where it was: see its dist/index.js');
  return runInNewContext(`(${program.slice(start, end)})`);
}
