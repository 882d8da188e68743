using System.Diagnostics;
using System.Text.Json;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Live;

/// <summary>The use of memory, disk, files and processors. Read at most once a second, for all streams together. Thread-safe.</summary>
internal sealed class NodeReadings
{
    private static readonly TimeSpan _lifetime = TimeSpan.FromMilliseconds(900);

    private readonly Lock _lock = new(); // guards all fields
    private long _readAt;
    private TimeSpan _processorTime;
    private double _processors;
    private (long Memory, long Disk, int Files) _use;

    /// <summary>
    /// Writes the readings and the limits as an object. <c>cpu</c> is the number of processors that the broker keeps busy.
    /// </summary>
    public void Write(Utf8JsonWriter json, ManagementServices services)
    {
        var alarms = services.Broker.Alarms;
        lock (_lock)
        {
            if (_readAt == 0 || Stopwatch.GetElapsedTime(_readAt) >= _lifetime)
                Read(services);
            json.WriteStartObject();
            json.WriteNumber("mem_used", _use.Memory);
            json.WriteNumber("mem_limit", alarms.MemoryLimit);
            json.WriteNumber("disk_free", _use.Disk);
            json.WriteNumber("disk_free_limit", alarms.DiskLimit);
            json.WriteNumber("fd_used", _use.Files);
            json.WriteNumber("fd_total", ProcessFiles.Limit);
            json.WriteNumber("uptime_ms", Environment.TickCount64 - services.StartedAt);
            json.WriteNumber("cpu", _processors);
            json.WriteEndObject();
        }
    }

    private void Read(ManagementServices services)
    {
        var spent = Environment.CpuUsage.TotalTime;
        if (_readAt != 0)
            _processors = Math.Round((spent - _processorTime) / Stopwatch.GetElapsedTime(_readAt), 3);
        (_readAt, _processorTime) = (Stopwatch.GetTimestamp(), spent);
        _use = (Environment.WorkingSet, DiskSpace.Free(services.Options.DataDirectory) ?? 0, ProcessFiles.Count());
    }
}
