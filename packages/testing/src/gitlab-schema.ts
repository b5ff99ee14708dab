import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { runInNewContext } from 'node:vm';
import { airflowPython } from './airflow-python.ts';
import { run } from './run.ts';

const DRAFT = '$schema:"http://json-schema.org/draft-07/schema#"';

/** Reads YAML and tests every document of it; JSON on standard input and output. */
const VALIDATE = `
import json, sys, yaml
from jsonschema import Draft7Validator
asked = json.load(sys.stdin)
validator = Draft7Validator(asked["schema"])
found = [
    f"{number} {error.json_path}: {error.message[:300]}"
    for number, document in enumerate(yaml.safe_load_all(asked["text"]))
    for error in validator.iter_errors(document)
]
json.dump(found, sys.stdout)
`;

/**
 * What is wrong with a pipeline file or a component (two documents) by the JSON schema that GitLab publishes, in the
 * version that gitlab-ci-local carries. Empty: nothing. Python's jsonschema comes with Airflow.
 */
export async function gitlabSchemaErrors(text: string): Promise<readonly string[]> {
  const input = JSON.stringify({ schema: await gitlabSchema(), text });
  return JSON.parse(await run(await airflowPython(), ['-c', VALIDATE], { input }));
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
