using Amqp.Server.Broker.Faults;

namespace Amqp.Server.Instruments;

/// <summary>The unexpected exceptions in one part of the broker.</summary>
internal readonly record struct CompartmentFaults(ContainedFaults Faults, Compartment Compartment);

/// <summary>Metrics of the unexpected exceptions that the broker has caught and survived.</summary>
internal static class FaultMetrics
{
    /// <summary>Number of caught exceptions, by part of the broker. RabbitMQ does not have this metric.</summary>
    public static readonly Metric<CompartmentFaults> Contained = new(
        "contained_faults_total",
        MetricKind.Counter,
        "Total number of unexpected errors contained in one part of the broker",
        each => each.Faults.Count(each.Compartment),
        new("fault.contained", "{fault}", "Unexpected errors contained in one part of the broker"));
}
