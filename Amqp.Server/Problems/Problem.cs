namespace Amqp.Server.Problems;

/// <summary>A state of the broker or of one of its objects that an operator should know.</summary>
/// <param name="Kind">Stable name of the kind of problem, for programs.</param>
/// <param name="Severity">The severity.</param>
/// <param name="ObjectType">Type of the object, such as <c>queue</c> or <c>node</c>.</param>
/// <param name="Name">Name of the object; null if the problem stands for several objects.</param>
/// <param name="Text">One or two sentences, for a person.</param>
/// <param name="Advice">A remedy, for a person.</param>
internal sealed record Problem(string Kind, Severity Severity, string ObjectType, string? Name, string Text, string Advice)
{
    /// <summary>Virtual host of the object; null if the object belongs to none.</summary>
    public string? VirtualHost { get; init; }

    /// <summary>Time since which the state lasts, in milliseconds since 1970-01-01 UTC; null if unknown.</summary>
    public long? Since { get; init; }

    /// <summary>The queue, the channel and the connection of a consumer; null for all other objects.</summary>
    public ConsumerPlace? Consumer { get; init; }

    /// <summary>Number of objects, more than 1 if the problem stands for several objects.</summary>
    public int Count { get; init; } = 1;
}

/// <summary>The place of a consumer.</summary>
/// <param name="Queue">Name of its queue.</param>
/// <param name="Channel">Name of its channel.</param>
/// <param name="Connection">Name of its connection.</param>
internal sealed record ConsumerPlace(string Queue, string Channel, string Connection);

/// <summary>The severity of a problem.</summary>
internal enum Severity
{
    /// <summary>Messages are lost or delayed, or soon will be, unless an operator acts.</summary>
    Critical,

    /// <summary>Something works badly, or will stop to work.</summary>
    Warning,

    /// <summary>Something may not be as it was meant.</summary>
    Info,
}

/// <summary>The users who may see a problem.</summary>
internal enum Audience
{
    /// <summary>Users who see the virtual host of the problem; all users, if the problem belongs to no virtual host.</summary>
    Everyone,

    /// <summary>Users with the tag monitoring.</summary>
    Monitoring,

    /// <summary>Users with the tag administrator.</summary>
    Administrator,
}
