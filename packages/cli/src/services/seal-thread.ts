import { parentPort } from 'node:worker_threads';
import { serveSeals } from '@postgres-backuper/core/seal-thread';
import { writeMessage } from '@postgres-backuper/openpgp/integrity-packet';

// A program of its own: what a seal thread loads is small.
serveSeals(parentPort, writeMessage);
