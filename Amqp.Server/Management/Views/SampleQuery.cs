using System.Globalization;
using System.Numerics;
using Amqp.Server.Broker.Statistics;
using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Views;

/// <summary>What statistics a client wants to see: none, rates only, or samples of times gone by as well.</summary>
internal sealed class SampleQuery
{
    /// <summary>Samples in one answer at most, of one number.</summary>
    private const int MostSamples = 1_000;

    /// <param name="request">Whose query says so, in RabbitMQ's words.</param>
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

    /// <summary>No statistics at all.</summary>
    public bool IsDisabled { get; }

    /// <summary>The depth of queues all the same.</summary>
    public bool WantsQueueTotals { get; }

    /// <summary>The times for which the depth of queues is wanted, the latest first; null: none.</summary>
    public long[]? Lengths { get; }

    /// <summary>The same for what is published and delivered, and what comes and goes.</summary>
    public long[]? MessageRates { get; }

    /// <summary>The same for octets.</summary>
    public long[]? DataRates { get; }

    /// <summary>The same for the process.</summary>
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

    /// <summary>What is no number counts as not said, as in RabbitMQ.</summary>
    private static BigInteger? Seconds(ApiRequest request, string name) =>
        BigInteger.TryParse(request.Query(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds) ? seconds : null;
}
