# Build: docker build -t amqpbroker .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source

# The files that name the packages are copied first: after a change of code alone, Docker reuses the restored packages.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY Amqp.Protocol/Amqp.Protocol.csproj Amqp.Protocol/
COPY Amqp.Storage/Amqp.Storage.csproj Amqp.Storage/
COPY Amqp.Server/Amqp.Server.csproj Amqp.Server/
RUN dotnet restore Amqp.Server --use-current-runtime

COPY Amqp.Protocol/ Amqp.Protocol/
COPY Amqp.Storage/ Amqp.Storage/
COPY Amqp.Server/ Amqp.Server/
RUN dotnet publish Amqp.Server --no-restore --use-current-runtime --self-contained false --configuration Release --output /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .

# The broker runs as the unprivileged user of the base image. A new volume gets this folder's owner.
RUN mkdir -p /var/lib/amqpbroker && chown "$APP_UID" /var/lib/amqpbroker
USER $APP_UID
VOLUME /var/lib/amqpbroker

# The broker listens on every address of the container. The published ports decide which ports are reachable from outside.
# The broker does not read the ASPNETCORE_ variables of the base image.
ENV AMQPBROKER_BIND=* \
    AMQPBROKER_DATA_DIR=/var/lib/amqpbroker
EXPOSE 5672 15672 15692

# Exec form: the broker is process 1 and gets the SIGTERM of "docker stop" itself.
ENTRYPOINT ["/app/amqpbroker"]
