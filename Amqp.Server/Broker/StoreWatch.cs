using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Faults;
using Amqp.Storage;

namespace Amqp.Server.Broker;

/// <summary>Checks the alarms after each commit of the store, and logs the store's failures.</summary>
internal sealed class StoreWatch(IMessageStore store, ResourceAlarms alarms, ContainedFaults faults, ILogger logger)
{
    private int _failureLogged; // 1 once the failure of the store was logged; changed with Interlocked

    /// <summary>Subscribes to the events of the alarms and of the store.</summary>
    public void Start(BrokerEvents events, TimeProvider clock)
    {
        alarms.Changed += events.AlarmChanged;
        // The store raises Committed on its own thread. An uncaught exception there would stop the store.
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
