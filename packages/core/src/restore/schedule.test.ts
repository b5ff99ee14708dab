import { expect, test } from 'vitest';
import { type Job, type NextJob, schedule } from './schedule.ts';

const job = (id: number, changes: Partial<Job> = {}): Job => ({
  ...{ id, after: [], uses: [], exclusive: false, urgent: false },
  ...changes,
});

/** Performs the jobs, each in some turns of the event loop; returns begins and ends in their order. */
async function played(jobs: readonly Job[], workers: number, failing?: number): Promise<string[]> {
  const said: string[] = [];
  const work = async (next: NextJob<Job>): Promise<void> => {
    for (let one = await next(); one !== undefined; one = await next()) {
      said.push(`+${one.id}`);
      for (let turns = 0; turns <= one.id % 3; turns += 1) await new Promise((resolve) => setImmediate(resolve));
      if (one.id === failing) throw new Error(`job ${one.id}`);
      said.push(`-${one.id}`);
    }
  };
  await schedule(jobs, workers, work);
  return said;
}

test('each job is done once, in the order given, by one worker', async () => {
  expect(await played([job(3), job(1), job(2)], 1)).toEqual(['+3', '-3', '+1', '-1', '+2', '-2']);
});

test('a job begins after those it depends on, those of no job are ignored, and a circle does not wait for ever', async () => {
  const jobs = [
    job(1, { after: [2, 99] }),
    job(2),
    job(3, { after: [1] }),
    job(4, { after: [5] }),
    job(5, { after: [4] }),
  ];
  const said = await played(jobs, 3);
  expect(said.filter((text) => text.startsWith('+')).length).toBe(5);
  expect(said.indexOf('-2')).toBeLessThan(said.indexOf('+1'));
  expect(said.indexOf('-1')).toBeLessThan(said.indexOf('+3'));
});

test('an exclusive job does not run beside another of the same table', async () => {
  const uses = [7];
  const jobs = [job(2, { uses }), job(5, { uses, exclusive: true }), job(8, { uses, exclusive: true }), job(4)];
  const said = await played(jobs, 4);
  for (const [one, other] of [
    ['2', '5'],
    ['5', '8'],
    ['2', '8'],
  ] as const) {
    const [first, second] = said.indexOf(`+${one}`) < said.indexOf(`+${other}`) ? [one, other] : [other, one];
    expect(said.indexOf(`-${first}`), said.join()).toBeLessThan(said.indexOf(`+${second}`));
  }
});

test('an urgent job is taken first, but not by the last worker while others wait', async () => {
  const urgent = (id: number) => job(id, { urgent: true });
  const said = await played([job(2), job(5), urgent(8), urgent(11)], 2);
  expect(said.slice(0, 2)).toEqual(['+8', '+2']);
});

test('after an error no job begins, and the error is thrown when all have ended', async () => {
  const jobs = Array.from({ length: 20 }, (_, index) => job(index + 1));
  await expect(played(jobs, 2, 3)).rejects.toThrow('job 3');
});
