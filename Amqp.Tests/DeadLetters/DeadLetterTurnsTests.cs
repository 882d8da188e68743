using Amqp.Tests.Support;

namespace Amqp.Tests.DeadLetters;

/// <summary>A dispatch round publishes only a limited number of dead letters. The thread pool publishes the other dead letters.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class DeadLetterTurnsTests : IAsyncDisposable
{
    private const int Queues = 20;

    private readonly BareBroker _broker = new();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Test]
    public async Task However_many_queues_have_some_left_few_threads_of_the_pool_are_at_work_on_them()
    {
        var grave = _broker.Declare("grave");
        var queues = Enumerable.Range(0, Queues)
            .Select(number => _broker.Declare(
                $"q{number}", ("x-max-length", 1), ("x-dead-letter-exchange", ""), ("x-dead-letter-routing-key", "grave")))
            .ToList();
        foreach (var queue in queues)
            _broker.Publish(queue);
        using var gate = new ManualResetEventSlim();
        int reading = 0;
        _broker.Store.BeforeRead = _ =>
        {
            Interlocked.Increment(ref reading);
            gate.Wait();
        };

        _broker.Round.NoteDeadLetter(queues: 10_000, length: 0); // after this call, the round may publish no more dead letters by itself
        foreach (var queue in queues)
            _broker.Post(queue);
        _broker.Round.Complete();

        await Eventually.Holds(() => Volatile.Read(ref reading) > 0, () => "no thread publishes the remaining dead letters");
        await Task.Run(static () => { }); // completes when all pending work items of the pool have run
        int atWork = Volatile.Read(ref reading);
        gate.Set();
        await Eventually.Holds(() => grave.Counts.Ready == Queues, () => $"{grave.Counts.Ready} were dead-lettered");
        Assert.That(atWork, Is.InRange(1, Math.Max(1, Environment.ProcessorCount / 2)));
    }
}
