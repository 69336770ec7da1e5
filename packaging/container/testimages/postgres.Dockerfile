# Debian's PostgreSQL with the variables of the official image that compose.yaml uses,
# for tests where that image cannot be pulled.
ARG BASE
FROM ${BASE}
COPY postgres-start /usr/local/bin/postgres-start
RUN ln -s /usr/lib/postgresql/*/bin/* /usr/local/bin/ && install -d -m 0700 -o postgres -g postgres /var/lib/postgresql/data /run/postgresql
VOLUME /var/lib/postgresql/data
EXPOSE 5432
USER postgres
STOPSIGNAL SIGINT
ENTRYPOINT ["postgres-start"]
