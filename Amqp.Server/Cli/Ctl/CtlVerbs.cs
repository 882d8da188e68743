namespace Amqp.Server.Cli.Ctl;

/// <summary>The verbs of <c>rabbitmqctl</c>, <c>rabbitmq-diagnostics</c> and <c>rabbitmq-queues</c>.</summary>
internal static class CtlVerbs
{
    /// <summary>The supported verbs, grouped by subject.</summary>
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
        ("Shovel", ShovelVerbs.All),
        ("Federation", FederationVerbs.All),
        ("Virtual hosts", VirtualHostVerbs.All),
        ("Limits", LimitVerbs.All),
        ("Configuration", SettingVerbs.All),
        ("Definitions", DefinitionVerbs.All),
    ];
}
