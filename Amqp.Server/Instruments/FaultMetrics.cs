using Amqp.Server.Broker.Faults;

namespace Amqp.Server.Instruments;

/// <summary>The faults of one compartment.</summary>
internal readonly record struct CompartmentFaults(ContainedFaults Faults, Compartment Compartment);

/// <summary>Unexpected exceptions that stayed in their compartments.</summary>
internal static class FaultMetrics
{
    /// <summary>By compartment; of this broker's own.</summary>
    public static readonly Metric<CompartmentFaults> Contained = new(
        "contained_faults_total", MetricKind.Counter, "Total number of unexpected errors that were kept inside one part of the broker", each => each.Faults.Count(each.Compartment),
        new("fault.contained", "{fault}", "Unexpected errors that were kept inside one part of the broker"));
}
