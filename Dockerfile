# Build: docker build -t amqpbroker .
# docs/containers.md describes the image. --build-arg replaces an image, for instance BASE=gcr.io/distroless/cc-debian12.
ARG SDK=mcr.microsoft.com/dotnet/sdk:10.0-noble-aot
ARG BASE=mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled
# The stage or image that contains the native program as /program/amqpbroker
ARG PROGRAM=build

FROM ${SDK} AS build
WORKDIR /source

# The files that name the packages are copied first: after a change of code alone, Docker reuses the restored packages.
COPY .editorconfig global.json Directory.Build.props Directory.Packages.props ./
COPY Amqp.Protocol/Amqp.Protocol.csproj Amqp.Protocol/
COPY Amqp.Storage/Amqp.Storage.csproj Amqp.Storage/
COPY Amqp.Server/Amqp.Server.csproj Amqp.Server/
RUN case "$(uname -m)" in aarch64) echo linux-arm64 ;; *) echo linux-x64 ;; esac > /platform \
    && dotnet restore Amqp.Server "-p:RuntimeIdentifier=$(cat /platform)"

COPY Amqp.Protocol/ Amqp.Protocol/
COPY Amqp.Storage/ Amqp.Storage/
COPY Amqp.Server/ Amqp.Server/
RUN dotnet publish Amqp.Server --no-restore -c Release -r "$(cat /platform)" --output /program

FROM ${PROGRAM} AS program

# The files of the image are arranged here, because the base has no shell.
FROM ${SDK} AS files
COPY --from=program /program/amqpbroker /image/usr/local/bin/amqpbroker
COPY packaging/container/10-defaults.conf /image/etc/rabbitmq/conf.d/
COPY LICENSE /image/usr/share/doc/amqpbroker/copyright
COPY packaging/THIRD-PARTY-NOTICES.txt /image/usr/share/doc/amqpbroker/
# RabbitMQ's image lets any user write to these folders too, because --user may select any.
RUN chmod 755 /image/usr/local/bin/amqpbroker \
    && for name in rabbitmq-server rabbitmqctl rabbitmq-diagnostics rabbitmq-plugins rabbitmq-queues rabbitmq-streams rabbitmq-upgrade \
        rabbitmqadmin; do ln -s amqpbroker "/image/usr/local/bin/$name" || exit 1; done \
    && mkdir -p /image/var/lib/rabbitmq \
    && chmod 1777 /image/var/lib/rabbitmq /image/etc/rabbitmq /image/etc/rabbitmq/conf.d

FROM ${BASE}
ARG VERSION=0.1.0
ARG BASE
LABEL org.opencontainers.image.title="AmqpBroker" \
    org.opencontainers.image.description="An AMQP 0-9-1 message broker that RabbitMQ's clients use unchanged" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.base.name="${BASE}"
# A new volume gets the owner of this folder. 999 is RabbitMQ's user in its own image, so mounted keys and secrets stay readable.
COPY --from=files --chown=999:999 /image/ /

# The broker listens on every address of the container. The published ports decide which ports are reachable from outside.
ENV RABBITMQ_DATA_DIR=/var/lib/rabbitmq \
    HOME=/var/lib/rabbitmq \
    AMQPBROKER_BIND=* \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
USER 999:999
WORKDIR /var/lib/rabbitmq
VOLUME /var/lib/rabbitmq
EXPOSE 5671 5672 15671 15672 15692
HEALTHCHECK --interval=10s --timeout=10s --start-period=30s --retries=3 CMD ["rabbitmq-diagnostics", "-q", "ping"]

# Exec form: the broker is process 1 and gets the SIGTERM of "docker stop" itself. The first word may be any of the names above.
ENTRYPOINT ["/usr/local/bin/amqpbroker"]
CMD ["rabbitmq-server"]
