import type { HostName } from '@postgres-backuper/hosts';
import type { CliEnd, JobRequest, StartedJob } from './job.ts';
import { startAction } from './start-action.ts';
import { startComponent } from './start-component.ts';
import { startMachine } from './start-machine.ts';
import { startOperator } from './start-operator.ts';
import { startProgram } from './start-program.ts';
import { startRecipe } from './start-recipe.ts';

const START: Readonly<Record<HostName, (request: JobRequest) => Promise<StartedJob>>> = {
  none: startProgram,
  airflow: startOperator,
  github: startAction,
  forgejo: startAction,
  gitlab: startComponent,
  teamcity: startRecipe,
  machine: startMachine,
};

/** Runs a command as a job of the host; `cancelAfter`: cancels the job once this is fulfilled. */
export async function runInHost(request: JobRequest, cancelAfter?: () => Promise<void>): Promise<CliEnd> {
  const job = await START[request.host](request);
  if (cancelAfter !== undefined) {
    await cancelAfter();
    job.cancel();
  }
  return job.ended;
}
