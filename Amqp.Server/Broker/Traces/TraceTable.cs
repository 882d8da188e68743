using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Tracing;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Broker.Traces;

/// <summary>The traces of messages that run, and the last ones that have ended. Kept in memory only.</summary>
/// <remarks>Thread-safe. A lock guards the list and the traces of the virtual hosts.</remarks>
internal sealed class TraceTable(VirtualHostTable virtualHosts, ContainedFaults faults, TimeProvider clock)
{
    /// <summary>Maximum number of traces that run at the same time.</summary>
    public const int MostRunning = 4;

    /// <summary>Maximum number of traces that are listed.</summary>
    public const int Most = 20;

    /// <summary>Maximum duration of a trace in seconds.</summary>
    public const int MostSeconds = 600;

    /// <summary>Maximum number of hops of a trace.</summary>
    public const int MostHops = 10_000;

    private readonly Lock _lock = new();
    private readonly List<(MessageTrace Trace, ITimer Timer)> _traces = []; // in the order of their ids
    private long _lastId;

    /// <summary>All traces, the newest first.</summary>
    public IReadOnlyList<MessageTrace> All
    {
        get
        {
            lock (_lock)
                return [.. _traces.Select(entry => entry.Trace).Reverse()];
        }
    }

    public MessageTrace? Find(long id) => All.FirstOrDefault(trace => trace.Id == id);

    /// <summary>Starts a trace. If too many are listed, the oldest one that has ended is forgotten.</summary>
    /// <exception cref="BrokerException">406: too many traces run.</exception>
    public MessageTrace Start(VirtualHost host, TracePlan plan)
    {
        lock (_lock)
        {
            int running = _traces.Count(entry => entry.Trace.EndedAt is null);
            if (running >= MostRunning)
                throw new BrokerException(
                    BrokerError.Precondition, $"{running} traces are running, and no more may run at the same time: wait, or stop one");
            if (_traces.Count == Most)
                Remove(_traces.First(entry => entry.Trace.EndedAt is not null).Trace);
            var trace = new MessageTrace(++_lastId, plan, clock);
            // The thread that notes the last hop may hold any lock, so another one ends the trace.
            trace.Filled += () => Task.Run(() => End(trace));
            var timer = clock.CreateTimer(_ => End(trace), null, TimeSpan.FromSeconds(plan.Seconds), Timeout.InfiniteTimeSpan);
            _traces.Add((trace, timer));
            host.Host.Observer = new MessageTraces([.. (host.Host.Observer as MessageTraces)?.Running ?? [], trace], faults);
            return trace;
        }
    }

    /// <summary>Ends a trace, and forgets it.</summary>
    /// <returns>False if there is no such trace.</returns>
    public bool Delete(long id)
    {
        lock (_lock)
        {
            if (_traces.Find(entry => entry.Trace.Id == id).Trace is not { } trace)
                return false;
            Remove(trace);
            return true;
        }
    }

    /// <summary>Ends a trace, and keeps its hops. Does nothing if the trace has ended.</summary>
    private void End(MessageTrace trace) => faults.Contain(Compartment.Broker, $"the end of trace {trace.Id}", () =>
    {
        lock (_lock)
        {
            trace.End();
            if (virtualHosts.Find(trace.Plan.VirtualHost) is not { Host: { Observer: MessageTraces traces } host })
                return;
            MessageTrace[] left = [.. traces.Running.Where(other => other != trace)];
            host.Observer = left.Length == 0 ? null : new MessageTraces(left, faults);
        }
    });

    private void Remove(MessageTrace trace)
    {
        End(trace);
        int at = _traces.FindIndex(entry => entry.Trace == trace);
        _traces[at].Timer.Dispose();
        _traces.RemoveAt(at);
    }
}
