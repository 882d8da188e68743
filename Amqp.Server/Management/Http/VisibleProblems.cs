using Amqp.Server.Problems;

namespace Amqp.Server.Management.Http;

/// <summary>Selects the problems that a user may see.</summary>
internal static class VisibleProblems
{
    /// <summary>Returns the problems of the broker that a user may see, the worst first. Cheap: all users share one search.</summary>
    /// <param name="services">The parts of the broker.</param>
    /// <param name="user">The user.</param>
    /// <param name="virtualHost">
    /// Only the problems of this virtual host, and those that belong to none; null for the problems of all virtual hosts.
    /// </param>
    public static IReadOnlyList<Problem> Of(ManagementServices services, ApiUser user, string? virtualHost = null)
    {
        var hosts = services.Broker.VirtualHosts;
        return services.Problems.Report.For(
            audience => audience switch
            {
                Audience.Everyone => true,
                Audience.Monitoring => user.IsMonitoring,
                _ => user.IsAdministrator,
            },
            name => (virtualHost ?? name) == name && hosts.Find(name) is { } host && user.CanSee(host));
    }
}
