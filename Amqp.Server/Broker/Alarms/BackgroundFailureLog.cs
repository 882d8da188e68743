using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Faults;
using Amqp.Storage.Faults;

namespace Amqp.Server.Broker.Alarms;

/// <summary>Logs failures of the message store's background work, but at most one per minute for each kind of work. Thread-safe.</summary>
internal sealed class BackgroundFailureLog(ILogger logger, TimeProvider clock, ContainedFaults faults)
{
    private static readonly TimeSpan _pause = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<BackgroundWork, long> _logged = []; // time of the last log line, by kind of work; guarded by _gate

    /// <summary>
    /// Logs a failure that is a disk error, at most once a minute for each kind of work. Reports all other exceptions as faults.
    /// </summary>
    public void Write(BackgroundWork work, Exception failure)
    {
        // Only exceptions of these three types are disk errors.
        if (failure is not (IOException or InvalidDataException or UnauthorizedAccessException))
        {
            faults.Note(Compartment.Store, $"the store's work to {NameOf(work)}", failure);
            return;
        }
        lock (_gate)
        {
            if (_logged.TryGetValue(work, out long last) && clock.GetElapsedTime(last) < _pause)
                return;
            _logged[work] = clock.GetTimestamp();
        }
        logger.BackgroundWorkFailed(NameOf(work), failure.Message);
    }

    private static string NameOf(BackgroundWork work) => work switch
    {
        BackgroundWork.Indexing => "index a full segment of its log",
        BackgroundWork.Folding => "fold a dead segment of its log into others",
        BackgroundWork.Compacting => "compact a segment of its log",
        BackgroundWork.Deleting => "delete a file that is no longer needed",
        BackgroundWork.Housekeeping => "do its housekeeping",
        BackgroundWork.Paging => "page out transient messages, or delete a page file",
        _ => work.ToString(),
    };
}
