import { readFile } from 'node:fs/promises';
import { tryRun } from '@postgres-backuper/testing';
import type { BenchCase } from '../cases/case.ts';
import { measure } from '../meter/measure.ts';
import type { Run } from '../report/results.ts';
import { PRELUDE } from '../stage/prelude.ts';
import { parseNotes } from './notes.ts';
import { emptyPlace, type PlaceRequest, placeOf, scriptEnv, storedBytesOf } from './place.ts';

export interface CaseRun extends PlaceRequest {
  readonly round: number;
  /** The result is checked after this one. */
  readonly isLast: boolean;
}

/** A step of a case failed: `message` says which, and what it said. */
class StepFailed extends Error {}

/** Steps before the first round; throws when one fails. */
export async function prepareCase(benchCase: BenchCase, request: PlaceRequest): Promise<void> {
  await emptyPlace(placeOf(benchCase, request), request.stage);
  await step('prepare', benchCase.prepare, scriptEnv(benchCase, request));
}

/** One measured run of a case. A failure is a result too: it never throws. */
export async function runCase(benchCase: BenchCase, request: CaseRun): Promise<Run> {
  const { stage, server, round } = request;
  const place = placeOf(benchCase, request);
  const head = { case: benchCase.name, round };
  const env = scriptEnv(benchCase, request);
  try {
    await emptyPlace(place, stage);
    await step('before', benchCase.before, env);
    await step('sync', 'sync', env);
    const bytesBefore = storedBytesOf(benchCase, place, stage) ?? 0;
    const measured = await measure({
      script: PRELUDE + benchCase.run,
      env,
      cwd: place.out,
      tempDir: place.temp,
      log: place.log,
      databasePid: (server.target ?? server.server).pid,
      storagePid: stage.minio.pid,
    });
    if (measured.status !== 0)
      throw new StepFailed(`run: status ${measured.status}, ${errorIn(await readFile(place.log, 'utf8')) ?? ''}`);
    const bytesAfter = storedBytesOf(benchCase, place, stage);
    const storedBytes = bytesAfter === undefined ? undefined : bytesAfter - bytesBefore;
    if (request.isLast) await step('check', benchCase.check, env);
    const plain = benchCase.isPlain === true ? (storedBytes ?? 0) : 0;
    const noted = await notedIn(place.notes);
    const figures = { ...measured, tempBytes: measured.tempBytes + plain, ...(noted === undefined ? {} : { noted }) };
    return { ...head, figures: storedBytes === undefined ? figures : { ...figures, storedBytes } };
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    return { ...head, failure: error.message };
  } finally {
    await step('after', benchCase.after, env).catch(() => undefined);
    await emptyPlace(place, stage);
  }
}

async function step(name: string, script: string | undefined, env: Record<string, string>): Promise<void> {
  if (script === undefined) return;
  const ended = await tryRun('bash', ['-c', PRELUDE + script], { env });
  if (ended.status === 0) return;
  throw new StepFailed(`${name}: ${errorIn(ended.stderr || ended.stdout) ?? `status ${ended.status}`}`);
}

async function notedIn(file: string): Promise<ReturnType<typeof parseNotes>> {
  try {
    return parseNotes(await readFile(file, 'utf8').catch(() => ''));
  } catch (error) {
    throw new StepFailed(`run: ${error instanceof Error ? error.message : error}`);
  }
}

/** What the command said last; lines that are set in, as those of hints, do not count. */
function errorIn(said: string): string | undefined {
  return said.split('\n').findLast((line) => /^\S/.test(line));
}
