import { VERSION } from '@postgres-backuper/options';
import { PROGRAM } from './systemd.ts';

const FOLDER = PROGRAM.slice(0, PROGRAM.lastIndexOf('/'));
/** The newest first: it brings PostgreSQL's own packages, which then have all others, too. */
const CLIENTS = '18 17 16 15 14';

/**
 * An image with the program and the client programs of every major: a run downloads nothing. PostgreSQL's own packages
 * are reached as `setup-client` reaches them. Only the entrypoint names the machine as the host: a CI system that runs its
 * own script in the image is recognised by its variables.
 */
export const dockerfile = `# docker build --tag postgres-backuper .
# in a clone of this repository. --build-arg CLIENTS=18: fewer; at least the major version of your newest server.
FROM node:24-trixie-slim
ARG CLIENTS="${CLIENTS}"
RUN apt-get update \\
    && apt-get install --yes --no-install-recommends ca-certificates gnupg locales openssh-client tzdata zstd \\
    && echo 'en_US.UTF-8 UTF-8' > /etc/locale.gen \\
    && locale-gen \\
    && rm -rf /var/lib/apt/lists/*
COPY dist LICENSE ${FOLDER}/
# a clone may have been made with umask 077
RUN chmod -R a+rX ${FOLDER} \\
    && ln -s ${PROGRAM} /usr/local/bin/postgres-backuper \\
    && for client in $CLIENTS; do \\
         postgres-backuper setup-client --client-version "$client" || exit 1; \\
       done \\
    && rm -rf /var/lib/apt/lists/* /root/.cache
# a new volume takes its owner and its mode from here
RUN install --directory --owner=node --group=node --mode=700 /var/backups/postgres
ENV LANG=C.UTF-8 POSTGRES_BACKUPER_DIR=${FOLDER}
LABEL org.opencontainers.image.title="postgres-backuper" \\
      org.opencontainers.image.description="Encrypted backups of PostgreSQL that are proven by restoring them" \\
      org.opencontainers.image.version="${VERSION}" \\
      org.opencontainers.image.licenses="MIT AND LGPL-3.0-or-later"
# node, by its number: Kubernetes sees that it is not root
USER 1000:1000
WORKDIR /home/node
ENTRYPOINT ["env", "BACKUP_CI=machine", "postgres-backuper"]
CMD ["backup"]
`;

/** The program alone: no key that lies in the clone gets into an image. */
export const dockerignore = `*
!dist
!LICENSE
`;
