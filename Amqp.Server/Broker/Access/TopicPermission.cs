using Amqp.Server.Broker.Names;

namespace Amqp.Server.Broker.Access;

/// <summary>Which routing keys a user may use with a topic exchange. Without one, every routing key.</summary>
/// <remarks><c>{username}</c> and <c>{vhost}</c> stand for the two names.</remarks>
internal sealed record TopicPermission
{
    private readonly NamePattern _write;
    private readonly NamePattern _read;

    /// <exception cref="FormatException">One is no regular expression.</exception>
    public TopicPermission(string user, string virtualHost, string exchange, string write, string read)
    {
        (User, VirtualHost, Exchange, Write, Read) = (user, virtualHost, exchange, write, read);
        _write = new NamePattern(Expand(write));
        _read = new NamePattern(Expand(read));
    }

    public string User { get; }

    public string VirtualHost { get; }

    public string Exchange { get; }

    /// <summary>The routing keys that may be published with, as a regular expression.</summary>
    public string Write { get; }

    /// <summary>The routing keys that may be bound with, as a regular expression.</summary>
    public string Read { get; }

    /// <summary>Whether a routing key may be used so.</summary>
    public bool Allows(AccessKind kind, string routingKey) => PatternOf(kind).IsMatch(routingKey);

    /// <summary>The pattern that says which routing keys.</summary>
    public NamePattern PatternOf(AccessKind kind) => kind == AccessKind.Write ? _write : _read;

    /// <summary>Names are taken as they are: a user called <c>.*</c> must not get everybody's topics.</summary>
    private string Expand(string pattern) => pattern
        .Replace("{username}", NamePattern.Escape(User), StringComparison.Ordinal)
        .Replace("{vhost}", NamePattern.Escape(VirtualHost), StringComparison.Ordinal);
}
