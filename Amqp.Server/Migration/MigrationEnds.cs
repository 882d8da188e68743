using Amqp.Protocol;
using Amqp.Server.Cli;
using Amqp.Server.Cli.Api;
using Amqp.Server.Client;
using Amqp.Server.Links;

namespace Amqp.Server.Migration;

/// <summary>Asks both brokers over AMQP. Failures end the command with a text that names the option to correct.</summary>
/// <param name="settings">The addresses.</param>
internal sealed class MigrationEnds(MigrationSettings settings)
{
    /// <summary>Connects to brokers. An address of a migration always has a host.</summary>
    public LinkConnector Connector { get; } = new((_, _) => throw new ClientException("an address without a host"));

    /// <summary>Checks that a broker can be reached with the login, in all these virtual hosts.</summary>
    /// <exception cref="CliException">It cannot.</exception>
    public async Task CheckAsync(bool isTarget, IEnumerable<string> virtualHosts, CancellationToken cancellation)
    {
        foreach (string host in virtualHosts)
            await using (await ConnectAsync(isTarget, host, cancellation))
            {
                // The login is all that is checked.
            }
    }

    /// <summary>
    /// Returns how many messages are ready in each queue. The counts are exact, unlike those of RabbitMQ's HTTP API. A queue that does not
    /// exist is not in the result.
    /// </summary>
    /// <exception cref="CliException">The broker cannot be reached, or refuses the login.</exception>
    public async Task<IReadOnlyDictionary<QueueKey, long>> CountAsync(
        bool isTarget, IEnumerable<QueueKey> queues, CancellationToken cancellation)
    {
        var counts = new Dictionary<QueueKey, long>();
        foreach (var host in queues.GroupBy(queue => queue.VirtualHost))
        {
            await using LinkEnd end = await ConnectAsync(isTarget, host.Key, cancellation);
            foreach (QueueKey queue in host)
            {
                try
                {
                    counts[queue] = (await end.DeclareAsync(QueueAttempt.Passive(queue.Name), cancellation)).MessageCount;
                }
                catch (ClientException missing) when (missing.Code is ReplyCode.NotFound or ReplyCode.ResourceLocked)
                {
                    // It is not counted.
                }
                catch (ClientException error)
                {
                    throw Refused(isTarget, error);
                }
            }
        }
        return counts;
    }

    private async Task<LinkEnd> ConnectAsync(bool isTarget, string virtualHost, CancellationToken cancellation)
    {
        try
        {
            return await Connector.ConnectAsync(
                [UriOf(isTarget).WithVirtualHost(virtualHost)], MigrationSettings.ConnectionName, virtualHost, cancellation);
        }
        catch (ClientException error)
        {
            throw Refused(isTarget, error);
        }
    }

    private CliException Refused(bool isTarget, ClientException error)
    {
        var (end, option) = isTarget ? ("target", "--to") : ("source", "--from");
        string reason = error.Message.TrimEnd('.'), address = UriOf(isTarget).Endpoint;
        return error.Code is null
            ? new CliException(ExitCode.Unavailable, $"The {end} does not answer: {reason}. Check {option} and its port")
            : new CliException(
                ExitCode.NoPermission,
                $"The {end} refuses: {reason}. Check user, password, virtual host and permissions: "
                    + $"{option} {address.Replace("://", "://user:password@", StringComparison.Ordinal)}");
    }

    private AmqpUri UriOf(bool isTarget) => isTarget ? settings.To : settings.From;
}
