namespace Page.Scenarios;

/// <summary>All scenarios by their names.</summary>
internal static class AllScenarios
{
    private static readonly Dictionary<string, Scenario> _all = new IEnumerable<Scenario>[]
    {
        QueueScenarios.All, MessageScenarios.All, ExchangeScenarios.All, ConnectionScenarios.All, AccessScenarios.All, HostScenarios.All,
        PolicyScenarios.All, LinkScenarios.All, NodeScenarios.All,
    }.SelectMany(some => some).ToDictionary(one => one.Name);

    public static IEnumerable<string> Names => _all.Keys;

    public static IEnumerable<Scenario> All => _all.Values;

    public static Scenario Of(string name) => _all[name];
}
