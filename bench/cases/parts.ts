import type { BenchCase, Group } from './case.ts';

const JOB = 'backuper backup --repository "s3://$BUCKET/backups" --name parts';

/** The holder reads no part; `idleS` is the time from the end of the last worker to its own. */
function script(workers: number): string {
  return `export BACKUP_DEDUP_SECRET_FILE="$DEDUP_SECRET"
trap 'kill $(jobs -p) 2> /dev/null || true' EXIT
label="backup_$(date -u +%Y%m%d_%H%M%S)_$(printf %06x $(((RANDOM << 9 ^ RANDOM) & 0xffffff)))"
${JOB} --parts ${workers} --no-holder-works --label "$label" & holder=$!
workers=()
for part in $(seq ${workers}); do
  ${JOB} --part "$part/${workers}" --label "$label" & workers+=($!)
done
for worker in "\${workers[@]}"; do wait "$worker"; done
ended=$EPOCHREALTIME
wait "$holder"
awk "BEGIN { printf \\"idleS %.3f\\\\n\\", $EPOCHREALTIME - $ended }" > "$NOTES"`;
}

const CHECK = 'backuper verify --repository "s3://$BUCKET/backups" --name parts --level content';

function inParts(workers: number): BenchCase {
  return {
    name: `parts-${workers}`,
    title: `\`--parts ${workers} --no-holder-works\` and ${workers === 1 ? 'one worker' : `${workers} workers`}`,
    run: script(workers),
    check: CHECK,
    stored: 'bucket',
  };
}

/** One database by one job, and by several: what the sharing itself costs. */
export const PARTS: Group = {
  name: 'parts',
  title: 'One database by several jobs',
  text: `To MinIO, encrypted, each job a process of its own with the default of four sessions. All jobs, the server and MinIO share the
cores of one machine: the CPU seconds say what the sharing costs, the wall times nothing about several machines. *Idle* is the time from the
end of the last worker to that of the holder: it confirms, writes catalog and list, and commits.`,
  reference: 'parts-none',
  referenceTitle: 'one job',
  database: { kind: 'rows' },
  noted: { idleS: 'holder idle, s' },
  cases: [
    { name: 'parts-none', title: 'one job', run: JOB, check: CHECK, stored: 'bucket' },
    ...[1, 2, 4].map(inParts),
  ],
};
