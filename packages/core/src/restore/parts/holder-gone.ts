import { BackuperError, say } from '@postgres-backuper/base';

/** Of a run whose database nobody makes any more. */
export function holderGone(): BackuperError {
  return new BackuperError('holder-gone', 'the job that makes the database has ended, or began again', {
    hint: `look at the job with ${say.option('parts')}; where it continues with ${say.option('resume')}, start this one again`,
  });
}
