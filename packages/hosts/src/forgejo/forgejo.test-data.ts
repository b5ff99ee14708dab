import { actionOn, RUN } from '../github/github.test-data.ts';
import type { HostTestData } from '../host.test-data.ts';

export const data: HostTestData = {
  found: [
    [{ GITHUB_ACTIONS: 'true', GITEA_ACTIONS: 'true' }, 'forgejo'],
    [{ GITHUB_ACTIONS: 'true', FORGEJO_ACTIONS: 'true' }, 'forgejo'],
  ],
  lost: [[{ GITHUB_WORKSPACE: '/w/shop' }, '/w/shop', /removes/]],
  jobs: [
    [RUN, 'https://h.example/o/r/actions/runs/5'],
    [{}, undefined],
  ],
  surfaces: { 'action on Forgejo': actionOn('forgejo') },
  optionFiles: [],
  rawNames: {},
};
