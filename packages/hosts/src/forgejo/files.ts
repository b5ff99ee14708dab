import type { HostFiles } from '../host-row.ts';

/** The actions are GitHub's. */
export const files: HostFiles = {};
