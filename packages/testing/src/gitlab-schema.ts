import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { runInNewContext } from 'node:vm';
import { schemaErrors } from './schema-errors.ts';

const DRAFT = '$schema:"http://json-schema.org/draft-07/schema#"';

/**
 * What is wrong with a pipeline file or a component (two documents) by the JSON schema that GitLab publishes, in the
 * version that gitlab-ci-local carries. Empty: nothing.
 */
export async function gitlabSchemaErrors(text: string): Promise<readonly string[]> {
  return schemaErrors(await gitlabSchema(), text);
}

/** It stands in the program's only file as an object literal, before it is loosened for local use. */
async function gitlabSchema(): Promise<object> {
  const program = await readFile(createRequire(import.meta.url).resolve('gitlab-ci-local'), 'utf8');
  const start = program.indexOf(`{${DRAFT},$id:"https://gitlab.com/.gitlab-ci.yml"`);
  const end = program.indexOf(';delete ', start);
  if (start < 0 || end < 0)
    throw new Error('gitlab-ci-local does not carry the schema where it was: see its dist/index.js');
  return runInNewContext(`(${program.slice(start, end)})`);
}
