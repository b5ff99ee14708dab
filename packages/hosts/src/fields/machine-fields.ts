import type { ResultKinds } from '../results.ts';
import type { Described } from './described.ts';

export const OF_CHECK: Described<ResultKinds['check']> = {
  items: {
    state: ['terminal', 'summary', 'problems', 'junit', 'teamcity'],
    what: ['terminal', 'summary', 'problems', 'junit', 'teamcity'],
    text: ['terminal', 'summary', 'problems', 'junit', 'teamcity'],
    hint: ['terminal', 'summary', 'problems', 'junit', 'teamcity'],
    code: ['teamcity'],
    undecided: 'in JSON alone',
  },
  problems: ['terminal'],
  warnings: ['terminal'],
  facts: 'in JSON alone',
  databases: 'in JSON alone',
};

export const OF_SETUP_CLIENT: Described<ResultKinds['setup-client']> = {
  binDir: ['terminal', 'summary', 'outputs'],
  version: ['terminal', 'summary', 'outputs'],
  installed: ['terminal', 'summary'],
};

export const OF_SETUP_ROLE: Described<ResultKinds['setup-role']> = {
  role: ['terminal'],
  database: ['terminal'],
  statements: ['terminal'],
  applied: ['terminal'],
  passwordSet: ['terminal'],
};

export const OF_SETUP_BUCKET: Described<ResultKinds['setup-bucket']> = {
  location: ['terminal'],
  policies: {
    job: ['terminal'],
    policy: {
      Version: ['terminal'],
      Statement: {
        Sid: ['terminal'],
        Effect: ['terminal'],
        Action: ['terminal'],
        Resource: ['terminal'],
        Condition: { StringLike: { 's3:prefix': ['terminal'] } },
      },
    },
  },
  applied: {
    created: ['terminal'],
    versioning: ['terminal'],
    rule: ['terminal'],
    ruleId: ['terminal'],
    noncurrentDays: ['terminal'],
    otherRules: ['terminal'],
    remarks: { text: ['terminal'], hint: ['terminal'] },
  },
};

export const OF_KEYGEN: Described<ResultKinds['keygen']> = {
  publicKeyFile: ['terminal'],
  privateKeyFile: ['terminal'],
  dedupSecretFile: ['terminal'],
  fingerprint: ['terminal'],
};

export const OF_INIT: Described<ResultKinds['init']> = {
  system: ['terminal'],
  files: ['terminal'],
  keys: {
    publicKeyFile: 'in JSON alone',
    privateKeyFile: ['terminal'],
    dedupSecretFile: ['terminal'],
    fingerprint: ['terminal'],
  },
  publicKeyFile: ['terminal'],
  settings: { name: 'in JSON alone', secret: 'in JSON alone', how: ['terminal'] },
  next: ['terminal'],
  problems: ['terminal'],
};

export const OF_NOTIFY: Described<ResultKinds['notify']> = {
  services: { service: ['terminal'], ok: ['terminal'], problem: ['terminal'] },
};
