import type { ResultKinds } from '../results.ts';
import type { Described } from './described.ts';

export const OF_LIST: Described<ResultKinds['list']> = {
  repositories: {
    location: ['terminal', 'summary'],
    originChecked: ['terminal', 'summary'],
    backups: {
      label: ['terminal', 'summary'],
      name: ['terminal', 'summary'],
      newSource: ['terminal', 'summary'],
      serverVersion: 'in JSON alone',
      startedAt: ['terminal'],
      note: ['terminal', 'summary'],
      expiresAt: 'in JSON alone', // a reason tells it
      ageMs: ['terminal', 'summary'],
      durationMs: ['terminal'],
      imported: ['terminal'],
      type: ['terminal', 'summary'],
      parent: ['terminal'],
      savedShare: ['terminal'],
      fullProblem: ['terminal', 'summary'],
      totals: {
        tables: 'in JSON alone',
        rows: 'in JSON alone',
        rawBytes: ['terminal', 'summary'],
        storedBytes: ['terminal', 'summary'],
        segments: 'in JSON alone',
      },
      encryption: { profile: ['terminal'], recipients: ['terminal'], passphrase: ['terminal'] },
      warnings: ['terminal'],
      exclusions: ['terminal'],
      verification: {
        level: ['terminal', 'summary'],
        verdict: ['terminal', 'summary'],
        ok: ['terminal', 'summary'],
        at: 'in JSON alone',
      },
      pinned: 'in JSON alone',
      retention: { action: ['terminal', 'summary'], reasons: ['terminal', 'summary'] },
      database: {
        systemIdentifier: 'in JSON alone',
        oid: 'in JSON alone',
        name: ['terminal'],
        host: 'in JSON alone',
      },
    },
    damaged: {
      name: 'in JSON alone',
      label: ['terminal', 'summary'],
      problem: ['terminal', 'summary'],
      hint: 'in JSON alone',
    },
  },
  problems: ['terminal', 'summary', 'problems', 'junit', 'teamcity'],
};

export const OF_LISTED_FILES: Described<ResultKinds['listed files']> = {
  files: {
    source: ['terminal'],
    location: 'in JSON alone',
    key: 'in JSON alone',
    madeAt: ['terminal'],
    sizeBytes: ['terminal'],
    compressed: 'in JSON alone',
  },
};

export const OF_PIN: Described<ResultKinds['pin']> = {
  repositories: {
    location: ['terminal'],
    name: 'in JSON alone',
    label: ['terminal'],
    pinned: ['terminal'],
    parent: ['terminal'],
    changed: ['terminal'],
  },
  problems: ['terminal', 'summary', 'problems', 'junit', 'teamcity'],
};

export const OF_COPY: Described<ResultKinds['copy']> = {
  name: ['terminal'],
  label: ['terminal'],
  passedOver: 'in JSON alone', // a warning names them
  from: ['terminal'],
  to: ['terminal'],
  copied: {
    label: ['terminal'],
    parent: ['terminal'],
    objects: ['terminal'],
    sentObjects: ['terminal'],
    sentBytes: ['terminal'],
    wasThere: ['terminal'],
  },
  durationMs: ['terminal'],
  originChecked: ['terminal'],
};

export const OF_REKEY: Described<ResultKinds['rekey']> = {
  repositories: {
    name: ['terminal'],
    location: ['terminal'],
    recipients: ['terminal'],
    backups: {
      label: ['terminal'],
      newLabel: ['terminal'],
      parent: ['terminal'],
      segments: ['terminal'],
      storedBytes: ['terminal'],
      removed: ['terminal'],
    },
    durationMs: ['terminal'],
  },
  problems: ['terminal', 'summary', 'problems', 'junit', 'teamcity'],
};

export const OF_LOG: Described<ResultKinds['log']> = {
  repositories: {
    name: ['terminal'],
    location: ['terminal'],
    entries: {
      at: ['terminal'],
      kind: ['terminal'],
      labels: ['terminal'],
      texts: ['terminal'],
      user: ['terminal'],
      machine: ['terminal'],
      job: ['terminal'],
      signed: ['terminal'],
    },
    older: ['terminal'],
  },
  problems: ['terminal', 'summary', 'problems', 'junit', 'teamcity'],
};
