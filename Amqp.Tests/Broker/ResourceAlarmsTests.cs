using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Faults;
using Amqp.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amqp.Tests.Broker;

/// <summary>
/// The memory alarm and the disk alarm are set and cleared at their limits of 100 bytes. Checks run only when a test calls them.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ResourceAlarmsTests : IDisposable
{
    /// <summary>The first check and every tenth check after it measure the free space of the disk.</summary>
    private const int ChecksPerLookAtTheDisk = 10;

    /// <summary>If the disk limit is small, the next check measures the disk again after this many appended bytes.</summary>
    private const long Step = 256 << 10;

    private readonly ResourceAlarms _alarms;
    private readonly ListLogger _logger = new();
    private long? _memoryInUse = 0;
    private long? _diskFree = 1_000;
    private long _appended;
    private bool _isFull;
    private int _looksAtTheDisk;

    public ResourceAlarmsTests() => _alarms = new ResourceAlarms(
        new ResourceLimit(_ => _memoryInUse, 100),
        new DiskWatch(new ResourceLimit(_ => Measure(), 100), () => _appended, () => _isFull),
        _logger, new StoppedClock(), new ContainedFaults(NullLogger.Instance, TimeProvider.System));

    public void Dispose() => _alarms.Dispose();

    [TestCase(0, 1_000, null)]
    [TestCase(100, 100, null)] // just at the limits
    [TestCase(101, 100, "low on memory")]
    [TestCase(100, 99, "low on disk")]
    [TestCase(101, 99, "low on memory & disk")]
    public void The_reason_says_which_limits_are_passed(long memoryInUse, long diskFree, string? reason)
    {
        (_memoryInUse, _diskFree) = (memoryInUse, diskFree);

        _alarms.Check();

        Assert.That(_alarms.Reason, Is.EqualTo(reason));
        Assert.That(_alarms.IsSet, Is.EqualTo(reason is not null));
    }

    /// <summary>
    /// At first the process uses 100 bytes, and the broker counts 1 byte. Later the process uses 500 bytes, and the broker counts 7 bytes.
    /// </summary>
    [TestCase(200, 99, "resident")]
    [TestCase(200, 100, "counted")]
    [TestCase(50, 49, "resident")]
    [TestCase(50, 50, "counted")]
    public void A_limit_smaller_than_what_the_process_takes_by_itself_and_than_the_configured_one_is_held_against_all_that_it_takes(
        long configured, long limit, string what)
    {
        long counted = 1, resident = 100;
        var measure = new MemoryMeasure(() => counted, () => resident, configured);
        (counted, resident) = (7, 500);

        Assert.That(measure.Against(limit), Is.EqualTo(what == "resident" ? 500 : 7));
    }

    [Test]
    public void Each_alarm_is_told_when_it_is_set_and_when_it_is_cleared()
    {
        var told = new List<(string, bool)>();
        _alarms.Changed += (source, isSet) => told.Add((source, isSet));

        (_memoryInUse, _diskFree) = (101, 99);
        _alarms.Check();
        _memoryInUse = 100;
        _alarms.Check();
        _alarms.Check();

        Assert.That(told, Is.EqualTo(new[] { ("memory", true), ("disk", true), ("memory", false) }));
    }

    [Test]
    public void Each_alarm_is_logged_with_what_was_measured_and_what_is_allowed()
    {
        foreach (var (memoryInUse, diskFree, isFull) in new[]
        {
            (101, 1_000, false), (77, 99, false), (0, 555, false), (0, 555, true), (0, 555, false)
        })
        {
            (_memoryInUse, _diskFree, _isFull) = (memoryInUse, diskFree, isFull);
            Check(ChecksPerLookAtTheDisk);
        }

        Assert.That(_logger.Lines, Is.EqualTo(new[]
        {
            "Warning 305 Memory for messages is at 101 bytes, above the high watermark of 100: publishers are blocked",
            "Information 306 Memory for messages is back at 77 bytes: publishers are released",
            "Warning 308 Only 99 bytes are free for the data directory, below the limit of 100: publishers are blocked",
            "Information 309 555 bytes are free for the data directory: publishers are released",
            "Error 313 The disk of the data directory is full: publishers are blocked, and nothing is confirmed until there is room again",
            "Information 314 The disk of the data directory can be written to again",
        }));
    }

    [Test]
    public void Before_anything_was_looked_at_no_one_waits()
    {
        (_memoryInUse, _diskFree) = (101, 99);

        Assert.That(_alarms.Reason, Is.Null);
        Assert.That(_alarms.WaitUntilClearedAsync().IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public async Task Who_waits_is_let_go_when_memory_is_free_again()
    {
        _memoryInUse = 101;
        _alarms.Check();
        var waiting = _alarms.WaitUntilClearedAsync();
        Assert.That(waiting.IsCompleted, Is.False);

        _memoryInUse = 100;
        _alarms.Check();

        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(_alarms.IsSet, Is.False);
    }

    [Test]
    public async Task Who_waits_is_let_go_when_the_disk_has_room_again()
    {
        _diskFree = 99;
        _alarms.Check();
        var waiting = _alarms.WaitUntilClearedAsync();

        _diskFree = 100;
        Check(ChecksPerLookAtTheDisk);

        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(_alarms.IsSet, Is.False);
    }

    [Test]
    public void Who_waits_goes_on_waiting_while_one_of_two_is_short()
    {
        (_memoryInUse, _diskFree) = (101, 99);
        _alarms.Check();
        var waiting = _alarms.WaitUntilClearedAsync();

        _memoryInUse = 0;
        _alarms.Check();

        Assert.That(_alarms.Reason, Is.EqualTo("low on disk"));
        Assert.That(waiting.IsCompleted, Is.False);
        Assert.That(_alarms.WaitUntilClearedAsync(), Is.SameAs(waiting));
    }

    [Test]
    public void The_disk_is_looked_at_in_every_tenth_check()
    {
        _alarms.Check();
        _diskFree = 99;

        Check(ChecksPerLookAtTheDisk - 1);
        Assert.That(_alarms.Reason, Is.Null);
        _alarms.Check();

        Assert.That(_alarms.Reason, Is.EqualTo("low on disk"));
    }

    [Test]
    public void The_disk_is_looked_at_again_when_enough_was_appended()
    {
        _alarms.Check();
        _diskFree = 99;

        _appended += Step - 1;
        _alarms.CheckIfDue();
        Assert.That((_looksAtTheDisk, _alarms.Reason), Is.EqualTo((1, (string?)null)));
        _appended += 1;
        _alarms.CheckIfDue();

        Assert.That((_looksAtTheDisk, _alarms.Reason), Is.EqualTo((2, "low on disk")));
    }

    [Test]
    public void After_each_look_it_takes_as_much_again()
    {
        for (int appends = 0; appends < 80; appends++)
        {
            _appended += Step / 8;
            _alarms.CheckIfDue();
        }

        Assert.That(_looksAtTheDisk, Is.EqualTo(10));
    }

    [TestCase(0, 256 << 10)]
    [TestCase(2 << 20, 512 << 10)]
    [TestCase(50_000_000, 4 << 20)]
    public void Looks_are_a_quarter_of_the_limit_apart_within_bounds(long limit, long step)
    {
        var watch = new DiskWatch(new ResourceLimit(_ => long.MaxValue, limit), () => _appended, () => false);

        _appended = step - 1;
        Assert.That(watch.IsDue, Is.False);
        _appended = step;
        Assert.That(watch.IsDue, Is.True);
    }

    [Test]
    public async Task A_full_disk_is_short_whatever_is_said_to_be_free()
    {
        _isFull = true;
        _alarms.CheckIfDue();
        var waiting = _alarms.WaitUntilClearedAsync();
        Assert.That((_alarms.Reason, waiting.IsCompleted), Is.EqualTo(("low on disk", false)));

        _isFull = false;
        _alarms.CheckIfDue();

        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(_alarms.Reason, Is.Null);
    }

    [Test]
    public async Task The_stores_thread_has_the_look_done_for_it()
    {
        _isFull = true;
        _alarms.CheckSoonIfDue();

        await _alarms.WaitUntilSetAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(_alarms.Reason, Is.EqualTo("low on disk"));
    }

    [Test]
    public async Task Who_waits_for_an_alarm_hears_of_each()
    {
        for (int round = 0; round < 3; round++)
        {
            var waiting = _alarms.WaitUntilSetAsync();
            Assert.That(waiting.IsCompleted, Is.False);

            _memoryInUse = 101;
            _alarms.Check();
            await waiting.WaitAsync(TimeSpan.FromSeconds(30));
            Assert.That(_alarms.WaitUntilSetAsync().IsCompleted, Is.True);

            _memoryInUse = 0;
            _alarms.Check();
        }
    }

    [Test]
    public void A_disk_that_does_not_say_what_is_free_changes_nothing()
    {
        _diskFree = 99;
        _alarms.Check();

        _diskFree = null;
        Check(ChecksPerLookAtTheDisk);

        Assert.That(_alarms.Reason, Is.EqualTo("low on disk"));
    }

    [Test]
    public async Task An_alarm_may_be_set_and_cleared_over_and_over()
    {
        for (int round = 0; round < 3; round++)
        {
            _memoryInUse = 101;
            _alarms.Check();
            var waiting = _alarms.WaitUntilClearedAsync();
            Assert.That(_alarms.Reason, Is.EqualTo("low on memory"));

            _memoryInUse = 0;
            _alarms.Check();
            await waiting.WaitAsync(TimeSpan.FromSeconds(30));
            Assert.That(_alarms.Reason, Is.Null);
        }
    }

    [Test]
    public async Task When_the_broker_stops_who_waits_is_let_go()
    {
        _memoryInUse = 101;
        _alarms.Check();
        var waiting = _alarms.WaitUntilClearedAsync();

        _alarms.Dispose();

        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(_alarms.IsSet, Is.False);
    }

    [Test]
    public async Task Checks_that_overlap_leave_no_one_waiting([Range(1, 20)] int attempt)
    {
        var waits = new List<Task>();
        for (int round = 0; round < 100; round++)
        {
            _memoryInUse = 101;
            Parallel.Invoke(_alarms.Check, () => waits.Add(WaitOnceSetAsync()), _alarms.Check);
            _memoryInUse = 0;
            Parallel.Invoke(_alarms.Check, _alarms.Check);
        }

        await Task.WhenAll(waits).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(_alarms.IsSet, Is.False, $"attempt {attempt}");
    }

    private long? Measure()
    {
        _looksAtTheDisk++;
        return _diskFree;
    }

    private Task WaitOnceSetAsync()
    {
        SpinWait.SpinUntil(() => _alarms.IsSet);
        return _alarms.WaitUntilClearedAsync();
    }

    private void Check(int times)
    {
        for (int check = 0; check < times; check++)
            _alarms.Check();
    }

    /// <summary>A clock whose timers never fire, so that no check runs by itself.</summary>
    private sealed class StoppedClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Timer();

        private sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
