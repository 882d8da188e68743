using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Sessions;
using Amqp.Storage;
using Amqp.Tests.Faults;
using Amqp.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amqp.Tests.BackPressure;

/// <summary>
/// <see cref="PublisherBrake"/> pauses publishers at the right times, and reports the right states. The tests use no connection.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class PublisherBrakeTests : IDisposable, IPublisherInput
{
    private const string Pause = "pause in flow";

    private readonly ResourceAlarms _alarms = new(
        new ResourceLimit(_ => 0, 100),
        new DiskWatch(new ResourceLimit(_ => 1_000, 100), () => 0, () => false),
        NullLogger.Instance, new ManualClock(), new ContainedFaults(NullLogger.Instance, TimeProvider.System));

    private readonly MemoryMessageStore _memory = new();
    private readonly FaultyStore _store;
    private readonly HeldMemory _held = new();
    private long _all; // time of the processors
    private long _idle; // idle time of the processors
    private long _idleTime; // idle time of the processors in 100 units of time
    private readonly ManualClock _clock = new();
    private readonly PublisherBrake _brake;
    private readonly List<string> _steps = [];

    public PublisherBrakeTests()
    {
        _store = new FaultyStore(_memory);
        var processors = new ProcessorLoad(() => (_all += 100, _idle += _idleTime), _clock);
        _brake = new PublisherBrake(_alarms, _store, _held, processors, memoryHighWatermark: 80);
    }

    public void Dispose()
    {
        _alarms.Dispose();
        _memory.DisposeAsync().AsTask().Wait();
    }

    [TestCase(false, false, "")]
    [TestCase(false, true, "")]
    [TestCase(true, false, "")]
    [TestCase(true, true, "pause in flow")]
    public async Task Only_a_publisher_is_paused_and_only_while_the_store_is_behind(bool hasPublished, bool isBehind, string steps)
    {
        (_brake.HasPublished, _store.Behind) = (hasPublished, isBehind);

        await _brake.WaitForStoreAsync(this);

        Assert.That(string.Join(", ", _steps), Is.EqualTo(steps));
        Assert.That(_brake.State, Is.EqualTo(steps.Length > 0 ? "flow" : "running"), "the state is flow for five seconds after a pause");
    }

    [Test]
    public async Task An_alarm_blocks_a_publisher_until_it_is_cleared()
    {
        await _brake.WaitForAlarmsAsync(this);
        _alarms.SetDiskLimit(2_000);
        Assert.That((_brake.State, _brake.IsAlarmSet), Is.EqualTo(("blocking", true)));

        await _brake.WaitForAlarmsAsync(this);

        Assert.That(_steps, Is.EqualTo(["blocked: low on disk", "pause in blocked", "unblocked"]));
        Assert.That(_brake.State, Is.EqualTo("blocking"), "the pause has ended before the alarm");
    }

    [TestCase(10, null)]
    [TestCase(11, 11L)]
    public void A_client_that_holds_more_than_an_eighth_of_memory_is_too_much_while_memory_is_short(int bytes, long? excess)
    {
        _held.Add(bytes);
        Assert.That(_brake.ExcessiveMemory, Is.Null);

        _alarms.SetMemoryLimit(-1);

        Assert.That(_brake.ExcessiveMemory, Is.EqualTo(excess));
    }

    // Publishers that are paused take less of the processors' time. So the processors count as busy until a third of their time is idle.
    [TestCase(0, Pause, 33, Pause, 34, "")]
    [TestCase(34, "", 10, Pause, 33, Pause)]
    [TestCase(50, "", 33, "", 11, "")]
    public async Task A_publisher_that_outruns_consumers_is_paused_only_while_the_processors_are_busy(
        int first, string firstSteps, int second, string secondSteps, int third, string thirdSteps)
    {
        await using var broker = new BareBroker();
        var queue = broker.Declare("q");
        broker.Consume(queue, room: 1);
        for (int i = 0; i < 2 * QueueFlow.Backlog; i++)
            broker.Post(queue, body: 1_000);
        broker.Round.Complete();
        await _brake.WaitForConsumersAsync(this, broker.Declare("idle"));

        foreach ((int idlePercent, string steps) in new[] { (first, firstSteps), (second, secondSteps), (third, thirdSteps) })
        {
            _steps.Clear();
            _idleTime = idlePercent;
            _clock.Advance(200);
            await _brake.WaitForConsumersAsync(this, queue);
            Assert.That(string.Join(", ", _steps), Is.EqualTo(steps), $"{idlePercent} % idle");
        }
    }

    Task IPublisherInput.PauseAsync(Task waiting)
    {
        _steps.Add($"pause in {_brake.State}");
        return Task.CompletedTask;
    }

    void IPublisherInput.NoteBlocked(string reason) => _steps.Add($"blocked: {reason}");

    void IPublisherInput.NoteUnblocked() => _steps.Add("unblocked");
}
