import { airflowPython } from './airflow-python.ts';
import { run } from './run.ts';

/** Reads YAML and tests every document of it; JSON on standard input and output. */
const VALIDATE = `
import json, sys, yaml
from jsonschema.validators import validator_for
asked = json.load(sys.stdin)
validator = validator_for(asked["schema"])(asked["schema"])
found = [
    f"{number} {error.json_path}: {error.message[:300]}"
    for number, document in enumerate(yaml.safe_load_all(asked["text"]))
    for error in validator.iter_errors(document)
]
json.dump(found, sys.stdout)
`;

/** The errors of a YAML text by a JSON schema; empty if it is valid. Python's jsonschema comes with Airflow. */
export async function schemaErrors(schema: object, text: string): Promise<readonly string[]> {
  const input = JSON.stringify({ schema, text });
  return JSON.parse(await run(await airflowPython(), ['-c', VALIDATE], { input }));
}
