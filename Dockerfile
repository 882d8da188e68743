# Build: docker build -t amqpbroker .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source

# What decides the packages comes first, so that a change of code alone restores nothing again.
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

# The image's own unprivileged user; a new volume takes over the folder's owner.
RUN mkdir -p /var/lib/amqpbroker && chown "$APP_UID" /var/lib/amqpbroker
USER $APP_UID
VOLUME /var/lib/amqpbroker

# Every address of the container: what is reachable from outside is decided by the ports that are published.
# The image's own ASPNETCORE_ variables are not read.
ENV AMQPBROKER_BIND=* \
    AMQPBROKER_DATA_DIR=/var/lib/amqpbroker
EXPOSE 5672 15672 15692

# Exec form: the broker is process 1 and gets the SIGTERM of "docker stop" itself.
ENTRYPOINT ["/app/amqpbroker"]
