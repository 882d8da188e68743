using System.Text.Json;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Statistics;

namespace Amqp.Server.Snapshots;

/// <summary>The numbers of messages in a queue at the last samples, the oldest first. Computed only for rows that are shown.</summary>
/// <param name="name">Name of the field.</param>
/// <param name="interval">Time between two samples in milliseconds.</param>
internal sealed class TrendColumn(string name, long interval) : SnapshotColumn(name)
{
    /// <summary>Maximum number of samples.</summary>
    private const int MostSamples = 20;

    /// <summary>The queues, in the order of the rows.</summary>
    public Queue[] Queues { get; set; } = [];

    /// <summary>Time of the latest sample, in milliseconds since 1970-01-01 UTC.</summary>
    public long Last { get; set; }

    public override bool IsSortable => false;

    public override int Compare(int row, int other, bool isDescending) => 0;

    public override void Reserve(int rows)
    {
    }

    public override void Write(Utf8JsonWriter json, int row)
    {
        json.WriteStartArray();
        if (Queues[row].Traffic.Samples is { } samples)
        {
            for (int i = MostSamples - 1; i >= 0; i--)
                if (samples.Known(Last - i * interval, StatisticRows.QueueDepth) is { } messages)
                    json.WriteNumberValue(messages);
        }
        json.WriteEndArray();
    }
}
