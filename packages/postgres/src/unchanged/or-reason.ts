import { isBackuperError } from '@postgres-backuper/base';

/** Runs the task; what the server refuses is a reason, as every other one that the task returns. */
export async function orReason<Result>(task: () => Promise<Result | string>): Promise<Result | string> {
  try {
    return await task();
  } catch (error) {
    if (isBackuperError(error, 'statement-failed')) return error.message;
    throw error;
  }
}
