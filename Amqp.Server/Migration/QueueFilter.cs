using System.Text.RegularExpressions;
using Amqp.Server.Cli;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Migration;

/// <summary>Selects queues by virtual host and by a regular expression for their names.</summary>
internal sealed class QueueFilter
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(1);

    private readonly Regex? _pattern;

    /// <param name="virtualHost">The virtual host; null for all.</param>
    /// <param name="pattern">Regular expression that must match a part of the name; null for all names.</param>
    /// <exception cref="CliException">The pattern is not a regular expression.</exception>
    public QueueFilter(string? virtualHost, string? pattern)
    {
        VirtualHost = virtualHost;
        try
        {
            _pattern = pattern is null ? null : new Regex(pattern, RegexOptions.CultureInvariant, _limit);
        }
        catch (RegexParseException error)
        {
            throw new CliException(ExitCode.Usage, $"--only: '{pattern}' is not a regular expression: {error.Message}");
        }
    }

    /// <summary>The virtual host; null for all.</summary>
    public string? VirtualHost { get; }

    /// <summary>True if not all queues are selected.</summary>
    public bool IsNarrow => VirtualHost is not null || _pattern is not null;

    /// <summary>True if queues are selected by their names.</summary>
    public bool HasPattern => _pattern is not null;

    public bool Wants(QueueKey queue) => WantsHost(queue.VirtualHost) && (_pattern is null || Matches(queue.Name));

    public bool WantsHost(string virtualHost) => VirtualHost is null || VirtualHost == virtualHost;

    private bool Matches(string name)
    {
        try
        {
            return _pattern!.IsMatch(name);
        }
        catch (RegexMatchTimeoutException)
        {
            throw new CliException(ExitCode.Usage, "--only: the regular expression takes too long to match. Write a simpler one");
        }
    }
}
