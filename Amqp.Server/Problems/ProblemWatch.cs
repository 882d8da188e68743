using System.Diagnostics;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Configuration;
using Amqp.Server.Connections;
using Amqp.Server.Federation;
using Amqp.Server.Shovels;

namespace Amqp.Server.Problems;

/// <summary>Finds the problems of the broker when a user asks. All users share one report. Thread-safe.</summary>
/// <remarks>
/// A report is used for a second, and for up to ten seconds if it took long to make, so that a search takes little of the processor. A
/// lock guards the state.
/// </remarks>
internal sealed class ProblemWatch
{
    /// <summary>Shortest and longest time for which a report is used.</summary>
    private static readonly TimeSpan _shortest = TimeSpan.FromSeconds(1), _longest = TimeSpan.FromSeconds(10);

    /// <summary>The time between two searches is at least this multiple of the time of a search.</summary>
    private const int Spacing = 20;

    private readonly Lock _lock = new();
    private readonly MessageBroker _broker;
    private readonly ConnectionRegistry _connections;
    private readonly ShovelService _shovels;
    private readonly FederationService _federation;
    private readonly BrokerOptions _options;
    private readonly NodeProblems _node;
    private readonly CertificateProblems _certificates;
    private readonly LoginProblems _logins;
    private readonly PolicyProblems _policies = new();
    private ProblemReport _report = new([]);
    private long _madeAt; // timestamp of the Stopwatch; 0 before the first report
    private TimeSpan _took;

    /// <param name="broker">The broker.</param>
    /// <param name="connections">The connections of clients.</param>
    /// <param name="shovels">The running shovels.</param>
    /// <param name="federation">The running federation links.</param>
    /// <param name="options">The configuration.</param>
    /// <param name="listeners">Returns the addresses on which the broker listens.</param>
    public ProblemWatch(
        MessageBroker broker, ConnectionRegistry connections, ShovelService shovels, FederationService federation, BrokerOptions options,
        Func<IEnumerable<NodeListener>> listeners)
    {
        (_broker, _connections, _shovels, _federation, _options) = (broker, connections, shovels, federation, options);
        _node = new NodeProblems(broker, connections);
        _certificates = new CertificateProblems(options);
        _logins = new LoginProblems(broker.Users, options, listeners);
    }

    /// <summary>The problems now, or those of a moment ago.</summary>
    public ProblemReport Report
    {
        get
        {
            lock (_lock)
            {
                if (_madeAt != 0 && Stopwatch.GetElapsedTime(_madeAt) is var age && age < _shortest + Spacing * _took && age < _longest)
                    return _report;
                long started = Stopwatch.GetTimestamp();
                _report = new ProblemReport(Find());
                (_madeAt, _took) = (Stopwatch.GetTimestamp(), Stopwatch.GetElapsedTime(started));
                return _report;
            }
        }
    }

    /// <summary>Time that the last search took.</summary>
    public TimeSpan Took
    {
        get
        {
            lock (_lock)
                return _took;
        }
    }

    private List<ProblemGroup> Find()
    {
        long now = _broker.Sampler.Now;
        var time = DateTimeOffset.FromUnixTimeMilliseconds(now);
        var hosts = _broker.VirtualHosts.All;
        var found = new List<ProblemGroup>();
        Add("the node", () => _node.Find(now));
        var outlook = new QueueOutlook(
            now, _broker.Sampler.Times, QueueGrowth.Step(_options.Problems.GrowthTime, _options.Statistics.Interval),
            (long)_options.Problems.UnconsumedAfter.TotalMilliseconds, _node.DiskLeft);
        foreach (var host in hosts)
            Add($"the queues of vhost '{host.Name}'", () => new QueueProblems(host, outlook).Find());
        var clients = new ClientProblems(
            _broker.Alarms, _broker.Sessions.Clock, (long)_options.Problems.UnacknowledgedAfter.TotalMilliseconds);
        Add("the clients", () => clients.Find(_connections.All));
        foreach (var host in hosts)
            Add($"unroutable messages of vhost '{host.Name}'", () => UnroutableProblems.Find(host, outlook.Samples.Last));
        Add("the links", () => LinkProblems.Find(_shovels, _federation, time));
        Add("the certificates", () => _certificates.Find(time));
        Add("the policies", () => _policies.Find(hosts, now));
        Add("the logins", _logins.Find);
        return found;

        // An unexpected exception in one search must not hide what the others find.
        void Add(string where, Func<IEnumerable<ProblemGroup>> find) =>
            _broker.Faults.Contain(Compartment.Statistics, $"the search for problems of {where}", () => found.AddRange(find()));
    }
}
