using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Faults;
using Amqp.Storage;

namespace Amqp.Server.Broker;

/// <summary>Connects the store to the alarms and the log: checks the alarms after commits, and logs failures of the store.</summary>
internal sealed class StoreWatch(IMessageStore store, ResourceAlarms alarms, ContainedFaults faults, ILogger logger)
{
    private int _failureLogged; // 1 once a failure was logged; interlocked

    /// <summary>Connects the alarms to the events, and the store to the alarms and the log.</summary>
    public void Start(BrokerEvents events, TimeProvider clock)
    {
        alarms.Changed += events.AlarmChanged;
        // Committed is raised on the store's thread, where an exception would stop the store.
        store.Committed += () => faults.Contain(Compartment.Broker, "what follows a commit", () =>
        {
            LogFailure();
            alarms.CheckSoonIfDue();
        });
        store.BackgroundWorkFailed += new BackgroundFailureLog(logger, clock, faults).Write;
    }

    private void LogFailure()
    {
        if (store.Failure is { } failure && Interlocked.Exchange(ref _failureLogged, 1) == 0)
            logger.StoreFailed(failure);
    }
}
