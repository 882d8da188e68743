namespace Amqp.Server.Broker.Access;

/// <summary>RabbitMQ's user tags, which say what someone may do besides AMQP. Immutable; any word is a tag, a few have a meaning.</summary>
internal sealed class UserTags
{
    public const string Administrator = "administrator";
    public const string Monitoring = "monitoring";
    public const string Policymaker = "policymaker";
    public const string Management = "management";
    public const string Impersonator = "impersonator";

    public UserTags(IEnumerable<string> names) => Names = [.. names.Select(name => name.Trim()).Where(name => name.Length > 0).Distinct()];

    public static UserTags None { get; } = new([]);

    /// <summary>The tags in the order they were given in.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>May do everything in the HTTP API.</summary>
    public bool IsAdministrator => Names.Contains(Administrator);

    /// <summary>May look at what belongs to others, and at the node.</summary>
    public bool IsMonitor => IsAdministrator || Names.Contains(Monitoring);

    /// <summary>May change policies and parameters of the virtual hosts to which it has access.</summary>
    public bool IsPolicymaker => IsAdministrator || Names.Contains(Policymaker);

    /// <summary>May use the HTTP API at all.</summary>
    public bool IsManager => IsMonitor || IsPolicymaker || Names.Contains(Management);

    /// <summary>May publish with the user-id of someone else.</summary>
    public bool IsImpersonator => Names.Contains(Impersonator);

    /// <summary>Reads tags separated by commas.</summary>
    public static UserTags Parse(string text) => new(text.Split(','));

    /// <summary>The tags, separated by commas.</summary>
    public override string ToString() => string.Join(',', Names);
}
