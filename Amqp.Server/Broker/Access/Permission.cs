using Amqp.Server.Broker.Names;

namespace Amqp.Server.Broker.Access;

/// <summary>What a user may do in a virtual host: the names of queues and exchanges for each kind of access.</summary>
/// <remarks>One who has no permission in a virtual host cannot open a connection to it.</remarks>
internal sealed record Permission(string User, string VirtualHost, NamePattern Configure, NamePattern Write, NamePattern Read)
{
    /// <exception cref="FormatException">One is no regular expression.</exception>
    public Permission(string user, string virtualHost, string configure, string write, string read)
        : this(user, virtualHost, new NamePattern(configure), new NamePattern(write), new NamePattern(read))
    {
    }

    /// <summary>Whether a queue or exchange may be used so. The default exchange is called <c>amq.default</c> here.</summary>
    public bool Allows(AccessKind kind, string name) => PatternOf(kind).IsMatch(name);

    /// <summary>The pattern that says which names.</summary>
    public NamePattern PatternOf(AccessKind kind) => kind switch
    {
        AccessKind.Configure => Configure,
        AccessKind.Write => Write,
        _ => Read,
    };
}
