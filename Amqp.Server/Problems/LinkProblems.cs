using Amqp.Server.Federation;
using Amqp.Server.Shovels;

namespace Amqp.Server.Problems;

/// <summary>Finds shovels and federation links that do not run.</summary>
internal static class LinkProblems
{
    /// <summary>A link that has been starting for less than this time is not reported.</summary>
    private static readonly TimeSpan _startTime = TimeSpan.FromSeconds(30);

    public static IEnumerable<ProblemGroup> Find(ShovelService shovels, FederationService federation, DateTimeOffset now) =>
        Groups(shovels.All.Select(shovel => Of(shovel, now)), "shovels that do not run")
            .Concat(Groups(federation.All.Select(link => Of(link, now)), "federation links that do not run"));

    private static IEnumerable<ProblemGroup> Groups(IEnumerable<Problem?> problems, string objects) =>
        problems.OfType<Problem>().GroupBy(problem => problem.VirtualHost)
            .Select(ofHost => (Count: ofHost.Count(), Worst: ofHost.OrderBy(problem => problem.Since).Take(ProblemGroup.Most).ToArray()))
            .Select(found => new ProblemGroup(found.Worst, found.Count, objects) { Audience = Audience.Monitoring });

    private static Problem? Of(Shovel shovel, DateTimeOffset now)
    {
        var (status, definition) = (shovel.Status, shovel.Definition);
        if (status.State == ShovelState.Running || (status.Reason is null && now - status.Since < _startTime))
            return null;
        return new Problem(
            "shovel_down", Severity.Warning, "shovel", definition.Name,
            $"Shovel '{definition.Name}' moves no messages: {Words.End(status.Reason ?? "it is still connecting")}",
            "Check its addresses, and whether both brokers can be reached. It tries again by itself, unless reconnect-delay is 0.")
        {
            VirtualHost = definition.VirtualHost,
            Since = status.Since.ToUnixTimeMilliseconds(),
        };
    }

    private static Problem? Of(FederationLink link, DateTimeOffset now)
    {
        var (status, plan) = (link.Status, link.Plan);
        if (status.State == LinkState.Running || (!status.IsDown && now - status.Since < _startTime))
            return null;
        string what = plan.Kind == LinkKind.Exchange ? "exchange" : "queue";
        return new Problem(
            "federation_link_down", Severity.Warning, what, plan.Name,
            $"The federation link from upstream '{plan.Upstream.Name}' to {what} '{plan.Name}' is down: "
                + $"{Words.End(status.Error ?? "it is still connecting")}",
            "Check the upstream's address, and whether its broker can be reached. The link tries again by itself.")
        {
            VirtualHost = plan.VirtualHost,
            Since = status.Since.ToUnixTimeMilliseconds(),
        };
    }
}
