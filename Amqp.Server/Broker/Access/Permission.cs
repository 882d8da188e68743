using Amqp.Server.Broker.Names;

namespace Amqp.Server.Broker.Access;

/// <summary>Permission of a user in a virtual host. Each kind of access has a pattern for the names of queues and exchanges.</summary>
/// <remarks>Without a permission, a user cannot connect to the virtual host.</remarks>
internal sealed record Permission(string User, string VirtualHost, NamePattern Configure, NamePattern Write, NamePattern Read)
{
    /// <exception cref="FormatException">A pattern is not a valid regular expression.</exception>
    public Permission(string user, string virtualHost, string configure, string write, string read)
        : this(user, virtualHost, new NamePattern(configure), new NamePattern(write), new NamePattern(read))
    {
    }

    /// <summary>
    /// Returns true if the user may access the queue or exchange with this name. For the default exchange, the name is <c>amq.default</c>.
    /// </summary>
    public bool Allows(AccessKind kind, string name) => PatternOf(kind).IsMatch(name);

    public NamePattern PatternOf(AccessKind kind) => kind switch
    {
        AccessKind.Configure => Configure,
        AccessKind.Write => Write,
        _ => Read,
    };
}
