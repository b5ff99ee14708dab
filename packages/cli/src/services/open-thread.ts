import { parentPort } from 'node:worker_threads';
import { openIntegrityPacket } from '@postgres-backuper/openpgp/integrity-packet';
import { serveOpens } from '@postgres-backuper/repository/open-thread';

// A separate program, so that an open thread loads little.
serveOpens(parentPort, openIntegrityPacket);
