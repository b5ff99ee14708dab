import { count, isLong } from './form.ts';
import { describeKills } from './kill-trials.ts';
import { atRandomMoments as killer } from './killer.ts';

describeKills({ kind: 'kills', killer, storage: 'a disk', kills: count({ short: 12, long: 60 }) });
if (isLong) describeKills({ kind: 'kills', killer, storage: 'MinIO', kills: count({ short: 0, long: 25 }) });
