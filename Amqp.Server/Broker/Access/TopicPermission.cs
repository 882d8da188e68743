using Amqp.Server.Broker.Names;

namespace Amqp.Server.Broker.Access;

/// <summary>
/// The routing keys that a user may use with a topic exchange. Without a topic permission, the user may use every routing key.
/// </summary>
/// <remarks>The patterns may have the variables <c>{username}</c> and <c>{vhost}</c>.</remarks>
internal sealed record TopicPermission
{
    private readonly NamePattern _write;
    private readonly NamePattern _read;

    /// <exception cref="FormatException">A pattern is not a valid regular expression.</exception>
    public TopicPermission(string user, string virtualHost, string exchange, string write, string read)
    {
        (User, VirtualHost, Exchange, Write, Read) = (user, virtualHost, exchange, write, read);
        _write = new NamePattern(Expand(write));
        _read = new NamePattern(Expand(read));
    }

    public string User { get; }

    public string VirtualHost { get; }

    public string Exchange { get; }

    /// <summary>Pattern of the routing keys with which the user may publish.</summary>
    public string Write { get; }

    /// <summary>Pattern of the routing keys with which the user may bind.</summary>
    public string Read { get; }

    /// <summary>True if the user may use the routing key.</summary>
    public bool Allows(AccessKind kind, string routingKey) => PatternOf(kind).IsMatch(routingKey);

    public NamePattern PatternOf(AccessKind kind) => kind == AccessKind.Write ? _write : _read;

    /// <summary>Replaces the variables by escaped names. Without escapes, a user called <c>.*</c> would get access to all topics.</summary>
    private string Expand(string pattern) => pattern
        .Replace("{username}", NamePattern.Escape(User), StringComparison.Ordinal)
        .Replace("{vhost}", NamePattern.Escape(VirtualHost), StringComparison.Ordinal);
}
