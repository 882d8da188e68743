using Amqp.Server.Broker;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Amqp.Schedules;

/// <summary>
/// A broker without sockets, with its own data directory. A schedule controls the broker's threads only if a thread of the schedule creates
/// the broker.
/// </summary>
internal sealed class SchedulesBroker : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("amqpbroker-schedules-").FullName;

    public SchedulesBroker()
    {
        Options = new BrokerOptions { DataDirectory = Path.Combine(_directory, "data") };
        Broker = MessageBroker.Open(
            Options, TimeProvider.System, new ContainedFaults(NullLogger.Instance, TimeProvider.System), NullLogger.Instance,
            NullLogger.Instance);
    }

    public MessageBroker Broker { get; }

    public BrokerOptions Options { get; }

    public void Dispose()
    {
        Broker.DisposeAsync().AsTask().Wait();
        Directory.Delete(_directory, recursive: true);
    }
}
