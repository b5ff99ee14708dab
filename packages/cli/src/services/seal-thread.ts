import { parentPort } from 'node:worker_threads';
import { writeMessage } from '@postgres-backuper/openpgp/integrity-packet';
import { serveSeals } from '@postgres-backuper/repository/seal-thread';

// A separate program, so that a seal thread loads little.
serveSeals(parentPort, writeMessage);
