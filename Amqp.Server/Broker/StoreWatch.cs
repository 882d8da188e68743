using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Faults;
using Amqp.Storage;

namespace Amqp.Server.Broker;

/// <summary>Watches the store for the alarms, the events and the log.</summary>
internal sealed class StoreWatch(IMessageStore store, ResourceAlarms alarms, ContainedFaults faults, ILogger logger)
{
    private int _failureLogged; // interlocked

    /// <summary>Connects the alarms, the events and the log to the store.</summary>
    public void Start(BrokerEvents events, TimeProvider clock)
    {
        alarms.Changed += events.AlarmChanged;
        // An exception on the store's thread would stop the store.
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
