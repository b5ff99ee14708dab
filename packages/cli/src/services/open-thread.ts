import { parentPort } from 'node:worker_threads';
import { serveOpens } from '@postgres-backuper/core/open-thread';
import { openIntegrityPacket } from '@postgres-backuper/openpgp/integrity-packet';

// A program of its own: what an open thread loads is small.
serveOpens(parentPort, openIntegrityPacket);
