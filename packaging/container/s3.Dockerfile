# versitygw, a service that speaks S3 and keeps objects in a directory. Built here
# rather than taken from its makers, because this one reads its keys from files and
# makes the bucket.
ARG GO=golang:1.26-bookworm
ARG BASE=debian:bookworm-slim
FROM ${GO} AS build
RUN command -v versitygw >/dev/null || CGO_ENABLED=0 go install github.com/versity/versitygw/cmd/versitygw@v1.8.0
RUN cp "$(command -v versitygw)" /versitygw

FROM ${BASE}
COPY --from=build /versitygw /usr/local/bin/versitygw
COPY s3-start /usr/local/bin/s3-start
RUN install -d -m 0700 -o 10002 -g 10002 /objects
VOLUME /objects
EXPOSE 7070
USER 10002:10002
HEALTHCHECK --interval=5s --timeout=5s --retries=10 CMD ["s3-start", "probe"]
ENTRYPOINT ["s3-start"]
