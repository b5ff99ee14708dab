# docker build --tag postgres-backuper .
# in a clone of this repository. --build-arg CLIENTS=18: fewer; at least the major version of your newest server.
FROM node:24-trixie-slim
ARG CLIENTS="18 17 16 15 14"
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates gnupg locales openssh-client tzdata zstd \
    && echo 'en_US.UTF-8 UTF-8' > /etc/locale.gen \
    && locale-gen \
    && rm -rf /var/lib/apt/lists/*
COPY dist LICENSE /opt/postgres-backuper/
# a clone may have been made with umask 077
RUN chmod -R a+rX /opt/postgres-backuper \
    && ln -s /opt/postgres-backuper/postgres-backuper.cjs /usr/local/bin/postgres-backuper \
    && for client in $CLIENTS; do \
         postgres-backuper setup-client --client-version "$client" || exit 1; \
       done \
    && rm -rf /var/lib/apt/lists/* /root/.cache
# a new volume takes its owner and its mode from here
RUN install --directory --owner=node --group=node --mode=700 /var/backups/postgres
ENV LANG=C.UTF-8 POSTGRES_BACKUPER_DIR=/opt/postgres-backuper
LABEL org.opencontainers.image.title="postgres-backuper" \
      org.opencontainers.image.description="Encrypted backups of PostgreSQL that are proven by restoring them" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT AND LGPL-3.0-or-later"
# node, by its number: Kubernetes sees that it is not root
USER 1000:1000
WORKDIR /home/node
ENTRYPOINT ["env", "BACKUP_CI=machine", "postgres-backuper"]
CMD ["backup"]
