import type { BenchCase, Group } from '../cases/case.ts';
import type { Run, Section } from '../report/results.ts';
import { describeMachine, describeVersions } from '../stage/machine.ts';
import type { Stage } from '../stage/stage.ts';
import type { Alone } from './alone.ts';
import type { PlaceRequest } from './place.ts';
import { prepareCase, runCase } from './run-case.ts';

export interface GroupRun {
  readonly stage: Stage;
  readonly alone: Alone;
  readonly program: string;
  readonly megabytes: number;
  readonly rounds: number;
  readonly id: string;
  readonly command: string;
  /** Told after each run. */
  readonly say: (line: string) => void;
}

/** Runs the cases of a group in turn, A B C A B C, and returns what they cost. */
export async function runGroup(group: Group, request: GroupRun): Promise<Section> {
  const { stage, alone, megabytes, rounds, say } = request;
  say(`${group.title}: making the database`);
  const server = await alone.run(() => stage.servers.provide(group, megabytes));
  const { able, missing } = split(group, stage);
  for (const { case: name, reason } of missing) say(`${name}: left out, ${reason}`);
  await stage.minio.createBucket(`work-${group.name}`);
  const runs = await runRounds(able, { ...request, server, group: group.name });
  const { program, id, command } = request;
  const versions = await describeVersions({
    program,
    postgres: server.server.version,
    minio: minioVersion(stage),
    peers: stage.peers.filter(({ peer }) => group.cases.some(({ needs }) => needs?.includes(peer))),
  });
  return {
    id,
    group: group.name,
    megabytes,
    rawBytes: server.rawBytes,
    rounds,
    madeOn: new Date().toISOString(),
    command,
    machine: describeMachine(),
    versions,
    missing,
    runs,
  };
}

function split({ cases }: Group, { peers }: Stage) {
  const able: BenchCase[] = [];
  const missing: { case: string; reason: string }[] = [];
  for (const each of cases) {
    const lack = peers.find((peer) => each.needs?.includes(peer.peer) && 'missing' in peer);
    if (lack === undefined || !('missing' in lack)) able.push(each);
    else missing.push({ case: each.name, reason: lack.missing });
  }
  return { able, missing };
}

async function runRounds(cases: readonly BenchCase[], request: GroupRun & PlaceRequest): Promise<Run[]> {
  const { alone, rounds, say } = request;
  const failed = new Map<string, string>();
  const runs: Run[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    for (const each of cases) {
      const of = { ...request, round, isLast: round === rounds };
      const run = await alone.run(async () => {
        if (round === 1) await prepareCase(each, of).catch((error: Error) => failed.set(each.name, error.message));
        const failure = failed.get(each.name);
        return failure === undefined ? runCase(each, of) : { case: each.name, round, failure };
      });
      runs.push(run);
      say(`${round}/${rounds} ${lineOf(run)}`);
    }
  }
  return runs;
}

function lineOf({ case: name, figures, failure }: Run): string {
  if (figures === undefined) return `${name}: FAILED, ${failure}`;
  const cpu = [figures.clientS, figures.serverS, figures.storageS].map((each) => each.toFixed(2)).join(' + ');
  const memory = `${Math.round(figures.processBytes / 1024 ** 2)} MiB`;
  return `${name}: ${figures.wallS.toFixed(2)} s, CPU ${cpu} s, others ${figures.othersS.toFixed(2)} s, ${memory}`;
}

/** MinIO says it once, at its start. */
function minioVersion({ minio }: Stage): string {
  return /Version:\s*(\S+)/i.exec(minio.log())?.[1] ?? 'unknown';
}
