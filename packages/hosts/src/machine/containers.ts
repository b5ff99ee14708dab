import { EXIT_STATUSES } from '@postgres-backuper/base';

/** Compose has no schedule: cron or a timer starts the service. */
export const composeFile = `# docker compose run --rm postgres-backup, from cron or a timer: 75 means later, any other status but 0 needs you.
services:
  postgres-backup:
    image: postgres-backuper
    command: [backup]
    env_file: [backup.env]
    # not started by "docker compose up"
    profiles: [backup]
    restart: 'no'
    # it ends pg_dump, its sessions and what it stored half
    stop_grace_period: 60s
    volumes:
      - backups:/var/backups/postgres
volumes:
  backups: {}
`;

/** batch/v1: a failure policy for pods is stable since Kubernetes 1.31, a time zone since 1.27. */
export const cronJob = `# kubectl create secret generic postgres-backup --from-env-file=backup.env
# kubectl apply -f cronjob.yaml
apiVersion: batch/v1
kind: CronJob
metadata:
  name: postgres-backup
spec:
  schedule: '0 0 * * *'
  timeZone: Etc/UTC
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 21600
  successfulJobsHistoryLimit: 3
  failedJobsHistoryLimit: 7
  jobTemplate:
    spec:
      # exit status 75 passes by itself: tried again, up to 6 times; any other failure ends the job
      backoffLimit: 6
      podFailurePolicy:
        rules:
          - action: FailJob
            onExitCodes:
              containerName: postgres-backup
              operator: NotIn
              values: [${EXIT_STATUSES.temporary}]
      template:
        spec:
          restartPolicy: Never
          # it ends pg_dump, its sessions and what it stored half
          terminationGracePeriodSeconds: 60
          securityContext:
            runAsNonRoot: true
            runAsUser: 1000
            seccompProfile:
              type: RuntimeDefault
          containers:
            - name: postgres-backup
              image: postgres-backuper
              args: [backup]
              envFrom:
                - secretRef:
                    name: postgres-backup
              securityContext:
                allowPrivilegeEscalation: false
                capabilities:
                  drop: [ALL]
              resources:
                requests:
                  memory: 256Mi
                limits:
                  memory: 1Gi
`;
