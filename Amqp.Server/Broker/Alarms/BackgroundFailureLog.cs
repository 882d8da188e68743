using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Faults;
using Amqp.Storage.Faults;

namespace Amqp.Server.Broker.Alarms;

/// <summary>Logs what fails in the background of the message store: of each kind of work once, and then at most once a minute. Thread-safe.</summary>
internal sealed class BackgroundFailureLog(ILogger logger, TimeProvider clock, ContainedFaults faults)
{
    private static readonly TimeSpan _pause = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<BackgroundWork, long> _logged = []; // timestamps; owned by _gate

    /// <summary>Takes note of a failure.</summary>
    public void Write(BackgroundWork work, Exception failure)
    {
        if (failure is not (IOException or InvalidDataException or UnauthorizedAccessException)) // the disk is not to blame
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
        BackgroundWork.Deleting => "delete a file that nobody needs",
        BackgroundWork.Housekeeping => "keep house",
        BackgroundWork.Paging => "page out transient messages, or delete a file of them",
        _ => work.ToString(),
    };
}
