import type { ResultKinds } from '../results.ts';
import type { Described } from './described.ts';

export const OF_VERIFY: Described<ResultKinds['verify']> = {
  repositories: {
    location: ['terminal', 'summary', 'junit', 'teamcity', 'metrics', 'outputs'],
    name: ['terminal', 'summary', 'junit', 'teamcity', 'metrics'],
    level: ['terminal', 'summary', 'junit', 'teamcity', 'airflow'],
    durationMs: ['terminal', 'summary', 'teamcity', 'metrics', 'outputs'],
    originChecked: ['terminal', 'summary'],
    backups: {
      label: ['terminal', 'summary', 'junit', 'teamcity', 'outputs'],
      ok: ['terminal', 'summary', 'junit', 'teamcity', 'metrics'],
      objects: ['terminal', 'summary'],
      damage: {
        object: 'in JSON alone',
        table: ['junit', 'teamcity'],
        text: ['terminal', 'summary', 'junit', 'teamcity'],
      },
      extra: 'in JSON alone',
      sample: {
        part: ['terminal', 'summary'],
        parts: ['terminal', 'summary'],
        segments: ['terminal', 'summary'],
        ofSegments: ['terminal', 'summary'],
      },
      verdict: ['terminal', 'summary', 'junit', 'teamcity', 'metrics', 'airflow'],
      notTested: ['terminal', 'summary', 'junit', 'teamcity', 'airflow'],
      notRestored: {
        object: ['terminal', 'summary', 'junit', 'teamcity', 'airflow'],
        lack: ['terminal', 'summary', 'junit', 'teamcity'],
        reason: ['terminal', 'summary', 'junit', 'teamcity'],
        sqlState: 'in JSON alone',
        statement: 'in JSON alone',
      },
      inconclusive: ['terminal', 'summary'],
      assertions: {
        file: 'in JSON alone',
        name: ['terminal', 'summary', 'junit', 'teamcity'],
        ok: ['terminal', 'summary', 'junit', 'teamcity'],
        detail: ['terminal', 'summary', 'junit', 'teamcity'],
      },
      tables: {
        schema: ['summary', 'junit', 'teamcity'],
        table: ['summary', 'junit', 'teamcity'],
        rows: ['summary'],
        bytes: ['summary'],
        ok: ['summary', 'junit', 'teamcity'],
        expectedRows: 'in JSON alone',
        proof: ['terminal', 'summary', 'junit', 'teamcity'],
      },
    },
  },
  problems: ['terminal', 'summary', 'problems', 'teamcity'],
};
