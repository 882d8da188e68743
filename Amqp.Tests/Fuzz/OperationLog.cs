using System.Diagnostics;
using System.Globalization;

namespace Amqp.Tests.Fuzz;

/// <summary>The last operations of one worker. Only the worker writes; any thread may read.</summary>
internal sealed class OperationLog(string worker, Stopwatch clock)
{
    private const int Kept = 40;
    private const int LongestLine = 300;

    private readonly Lock _gate = new();
    private readonly Queue<(double Time, object Operation)> _operations = new();

    public long Count { get; private set; }

    /// <summary>Records an operation. The text of the operation is built only if the log is read.</summary>
    public void Note(object operation)
    {
        lock (_gate)
        {
            Count++;
            if (_operations.Count == Kept)
                _operations.Dequeue();
            _operations.Enqueue((clock.Elapsed.TotalSeconds, operation));
        }
    }

    public override string ToString()
    {
        lock (_gate)
            return $"{worker}, the last of {Count} operations:\n"
                + $"    {string.Join("\n    ", _operations.Select(entry => Line(entry.Time, $"{entry.Operation}")))}";
    }

    private static string Line(double time, string operation) =>
        string.Create(
            CultureInfo.InvariantCulture, $"{time:F3} {(operation.Length > LongestLine ? operation[..LongestLine] + "…" : operation)}");
}
