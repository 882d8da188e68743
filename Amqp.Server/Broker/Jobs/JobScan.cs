using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Broker.Jobs;

/// <summary>Begins the scan of a job. Only one job at a time works on a queue.</summary>
internal static class JobScan
{
    /// <summary>Begins a scan of the ready messages. The caller ends it.</summary>
    /// <returns>Number of the messages.</returns>
    /// <exception cref="BrokerException">404: the queue has crashed or is deleted. 406: another job works on the queue.</exception>
    public static long Begin(Queue queue) => queue.Deliveries.Scan.TryBegin(out long total)
        ? total
        : throw new BrokerException(
            BrokerError.Precondition, $"another job works on queue '{queue.Name}': wait for its end, or cancel it");
}
