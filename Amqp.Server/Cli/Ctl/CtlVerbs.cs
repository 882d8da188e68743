using Amqp.Server.Configuration;

namespace Amqp.Server.Cli.Ctl;

/// <summary>All verbs of <c>amqpbroker ctl</c>.</summary>
internal static class CtlVerbs
{
    /// <summary>The supported verbs, by subject.</summary>
    public static IReadOnlyList<(string Name, IReadOnlyList<CtlVerb> Verbs)> Families { get; } =
    [
        ("Nodes", NodeVerbs.All),
        ("Users", UserVerbs.All),
        ("Access Control", PermissionVerbs.All),
        ("Queues", QueueVerbs.All),
        ("Monitoring", ListVerbs.All),
        ("Health checks", [.. DiagnosticVerbs.All, .. ListenerVerbs.All]),
        ("Connections", ConnectionVerbs.All),
        ("Parameters", ParameterVerbs.All),
        ("Policies", PolicyVerbs.All),
        ("Virtual hosts", VirtualHostVerbs.All),
        ("Limits", LimitVerbs.All),
        ("Configuration", SettingVerbs.All),
        ("Definitions", DefinitionVerbs.All),
    ];

    private static readonly Dictionary<string, CtlVerb> _byName = Families.SelectMany(family => family.Verbs)
        .Concat(RefusedVerbs.All)
        .ToDictionary(verb => verb.Name);

    /// <summary>Returns the verb with a name; null if there is none.</summary>
    public static CtlVerb? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Returns the verb whose name is most similar to a misspelled one; null if none is similar.</summary>
    public static string? Nearest(string name) => Spelling.Nearest(name, _byName.Keys);
}
