using System.Globalization;
using System.Numerics;
using Amqp.Server.Broker.Statistics;
using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Views;

/// <summary>The statistics that a client asks for: none, rates only, or rates and past samples.</summary>
internal sealed class SampleQuery
{
    /// <summary>Maximum number of samples of one count in a reply.</summary>
    private const int MostSamples = 1_000;

    /// <param name="request">Request with RabbitMQ's parameters in its query.</param>
    public SampleQuery(ApiRequest request)
    {
        Sampler = request.Broker.Sampler;
        (Last, Before) = Sampler.Times;
        IsDisabled = request.Query("disable_stats") == "true";
        WantsQueueTotals = request.Query("enable_queue_totals") == "true";
        long now = Sampler.Now;
        Lengths = Range(request, "lengths", now);
        MessageRates = Range(request, "msg_rates", now);
        DataRates = Range(request, "data_rates", now);
        NodeStatistics = Range(request, "node_stats", now);
    }

    public StatisticsSampler Sampler { get; }

    /// <inheritdoc cref="StatisticsSampler.Times"/>
    public long Last { get; }

    /// <inheritdoc cref="StatisticsSampler.Times"/>
    public long Before { get; }

    /// <summary>True if the client wants no statistics.</summary>
    public bool IsDisabled { get; }

    /// <summary>True if the client wants the depth of queues, even without other statistics (<see cref="IsDisabled"/>).</summary>
    public bool WantsQueueTotals { get; }

    /// <summary>
    /// Times of the requested samples of queue lengths, latest first, in milliseconds since 1970-01-01 UTC; null if no samples are
    /// requested.
    /// </summary>
    public long[]? Lengths { get; }

    /// <summary>
    /// Times of the requested samples of publish and delivery rates, and of churn rates in the overview, in the form of
    /// <see cref="Lengths"/>.
    /// </summary>
    public long[]? MessageRates { get; }

    /// <summary>Times of the requested samples of received and sent bytes, in the form of <see cref="Lengths"/>.</summary>
    public long[]? DataRates { get; }

    /// <summary>Times of the requested samples in a reply about a node, in the form of <see cref="Lengths"/>.</summary>
    public long[]? NodeStatistics { get; }

    private static long[]? Range(ApiRequest request, string name, long now)
    {
        if (Seconds(request, name + "_age") is not { } given || Seconds(request, name + "_incr") is not { } increment)
            return null;
        if (given < 1 || increment < 1 || given > int.MaxValue || increment > int.MaxValue)
            throw new ApiException(
                StatusCodes.Status400BadRequest, "invalid_range_parameters",
                string.Create(CultureInfo.InvariantCulture, $"Invalid range parameters: age {given}, incr {increment}"));
        long age = (long)given, step = (long)increment;
        long latest = now / (step * 1000) * step * 1000;
        long[] times = new long[Math.Min(age / step + 1, MostSamples)];
        for (int i = 0; i < times.Length; i++)
            times[i] = latest - i * step * 1000;
        return times;
    }

    /// <summary>Returns a parameter as a number. Text that is not a number is ignored, as in RabbitMQ.</summary>
    private static BigInteger? Seconds(ApiRequest request, string name) =>
        BigInteger.TryParse(request.Query(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            ? seconds
            : null;
}
