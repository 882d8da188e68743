using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Problems;

/// <summary>Finds the problems of all queues of a virtual host. Used once, by one thread.</summary>
/// <remarks>Most queues have none. Only the worst queues of each kind are described, so a search in many queues stays cheap.</remarks>
internal sealed class QueueProblems
{
    /// <summary>Up to this consumer capacity, from 0 to 1, the consumers of a queue have hardly ever been able to take messages.</summary>
    private const double LittleCapacity = 0.05;

    private readonly VirtualHost _host;
    private readonly QueueOutlook _outlook;
    private readonly QueueTexts _texts;
    private readonly DeadLetterTargets _targets;
    private readonly Kind _crashed, _unreadable, _growing, _heldUp, _unconsumed, _quarantined, _withoutTarget, _looping, _full, _atPrefetch;
    private readonly Kind[] _kinds;

    public QueueProblems(VirtualHost host, QueueOutlook outlook)
    {
        (_host, _outlook, _texts, _targets) = (host, outlook, new QueueTexts(outlook), new DeadLetterTargets(host));
        _kinds =
        [
            _crashed = new("crashed queues", QueueTexts.Crashed),
            _unreadable = new("unreadable queues", QueueTexts.Unreadable),
            _growing = new("growing queues", _texts.Growing),
            _heldUp = new("queues whose dead letters wait", QueueTexts.HeldUp),
            _quarantined = new("queues with quarantined messages", QueueTexts.Quarantined),
            _unconsumed = new("queues with messages but no consumer", _texts.Unconsumed),
            _withoutTarget = new("queues whose dead letters are lost", QueueTexts.WithoutTarget),
            _looping = new("queues whose dead letters come back", QueueTexts.Looping),
            _full = new("full queues", QueueTexts.Full),
            _atPrefetch = new("queues whose consumers cannot take messages", _texts.AtPrefetch),
        ];
    }

    /// <summary>Finds the problems, the kinds in the order of their weight.</summary>
    public IEnumerable<ProblemGroup> Find()
    {
        foreach (var queue in _host.Queues)
            Look(queue);
        return _kinds.Select(kind => kind.ToGroup()).OfType<ProblemGroup>();
    }

    private void Look(Queue queue)
    {
        var seen = new QueueSighting(queue, queue.Status.Vitals);
        if (seen.Now.IsCrashed)
        {
            _crashed.Add(seen, seen.Now.Ready);
            return;
        }
        if (seen.Now.IsUnreadable)
            _unreadable.Add(seen, seen.Now.Ready);
        if (seen.Now.AreDeadLettersHeldUp)
            _heldUp.Add(seen, seen.Now.DeadLetters);
        if (seen.Now.Quarantined > 0)
            _quarantined.Add(seen, seen.Now.Quarantined);
        if (queue.Settings.DeadLetterExchange is not null)
            LookAtDeadLetters(seen);
        if (seen.Now.Ready > 0)
            LookAtMessages(seen);
    }

    private void LookAtDeadLetters(in QueueSighting seen)
    {
        if (_targets.ReasonOfLoss(seen.Queue.Settings) is { } loss)
            _withoutTarget.Add(seen with { Reason = loss }, seen.Now.Ready);
        else if (_targets.Loop(seen.Queue) is { } loop)
            _looping.Add(seen with { Reason = loop }, seen.Now.Ready);
    }

    private void LookAtMessages(in QueueSighting seen)
    {
        bool isFull = seen.Now.IsFull; // it has grown until a moment ago, but grows no more
        if (isFull)
            _full.Add(seen, seen.Now.Ready);
        if (!isFull && seen.Queue.Traffic.Samples is { } samples
            && QueueGrowth.Of(samples, _outlook.Samples.Last, _outlook.Step) is { } growth)
        {
            var growing = seen with { Growth = growth };
            _growing.Add(growing, _texts.WeightOfGrowth(growing));
        }
        else if (seen.Now.Consumers == 0)
        {
            if (_outlook.Now - seen.Queue.Use.UnconsumedSince >= _outlook.UnconsumedAfter)
                _unconsumed.Add(seen, seen.Now.Ready);
        }
        else if (seen.Queue.Traffic.ConsumerCapacity <= LittleCapacity)
        {
            _atPrefetch.Add(seen, seen.Now.Ready);
        }
    }

    /// <summary>The queues with a problem of one kind.</summary>
    private sealed class Kind(string objects, Func<QueueSighting, Problem> describe)
    {
        private readonly Worst<QueueSighting> _found = new(ProblemGroup.Most);

        public void Add(in QueueSighting seen, double weight) => _found.Add(seen, weight);

        /// <summary>Describes the worst queues. Returns null if there are none.</summary>
        public ProblemGroup? ToGroup() =>
            _found.Count == 0 ? null : new ProblemGroup([.. _found.Items.Select(describe)], _found.Count, objects);
    }
}
