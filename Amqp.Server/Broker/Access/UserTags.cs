namespace Amqp.Server.Broker.Access;

/// <summary>RabbitMQ's user tags. Any word can be a tag, but only the constants of this class grant rights. Immutable.</summary>
internal sealed class UserTags
{
    public const string Administrator = "administrator";
    public const string Monitoring = "monitoring";
    public const string Policymaker = "policymaker";
    public const string Management = "management";
    public const string Impersonator = "impersonator";

    public UserTags(IEnumerable<string> names) => Names = [.. names.Select(name => name.Trim()).Where(name => name.Length > 0).Distinct()];

    public static UserTags None { get; } = new([]);

    /// <summary>Tags in the order in which they were set.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>True if the user may do everything in the HTTP API.</summary>
    public bool IsAdministrator => Names.Contains(Administrator);

    /// <summary>True if the user may see all virtual hosts, connections and channels, and the state of the node.</summary>
    public bool IsMonitor => IsAdministrator || Names.Contains(Monitoring);

    /// <summary>True if the user may change policies and parameters, in virtual hosts that the user has access to.</summary>
    public bool IsPolicymaker => IsAdministrator || Names.Contains(Policymaker);

    /// <summary>True if the user may use the HTTP API at all.</summary>
    public bool IsManager => IsMonitor || IsPolicymaker || Names.Contains(Management);

    /// <summary>True if the user may publish messages that have another user's name in the user-id property.</summary>
    public bool IsImpersonator => Names.Contains(Impersonator);

    /// <summary>Parses tags separated by commas.</summary>
    public static UserTags Parse(string text) => new(text.Split(','));

    /// <summary>Returns the tags, separated by commas.</summary>
    public override string ToString() => string.Join(',', Names);
}
