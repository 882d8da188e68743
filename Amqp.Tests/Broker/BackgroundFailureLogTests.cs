using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Faults;
using Amqp.Storage.Faults;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>If background work keeps failing for hours, the broker logs the failure only at long intervals.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class BackgroundFailureLogTests
{
    private readonly SetClock _clock = new();
    private readonly ListLogger _logger = new();
    private readonly BackgroundFailureLog _log;

    public BackgroundFailureLogTests() => _log = new BackgroundFailureLog(_logger, _clock, new ContainedFaults(_logger, _clock));

    [Test]
    public void The_first_failure_is_logged_as_a_warning_with_its_reason()
    {
        _log.Write(BackgroundWork.Deleting, new IOException("read-only file system"));

        Assert.That(
            _logger.Lines.Single(),
            Does.StartWith("Warning 316").And.Contain("delete a file").And.Contain("read-only file system"));
    }

    [TestCase(typeof(IOException), "Warning 316 ")]
    [TestCase(typeof(InvalidDataException), "Warning 316 ")]
    [TestCase(typeof(UnauthorizedAccessException), "Warning 316 ")]
    [TestCase(typeof(InvalidOperationException), "Error 330 ")]
    [TestCase(typeof(NullReferenceException), "Error 330 ")]
    public void What_is_not_the_disks_fault_is_one_of_the_brokers(Type failure, string line)
    {
        _log.Write(BackgroundWork.Folding, (Exception)Activator.CreateInstance(failure, "what")!);

        Assert.That(_logger.Lines.Single(), Does.StartWith(line).And.Contain("fold a dead segment"));
    }

    [Test]
    public void The_same_work_is_logged_again_only_when_a_minute_has_passed()
    {
        _log.Write(BackgroundWork.Deleting, new IOException("1"));
        _clock.Seconds += 59;
        _log.Write(BackgroundWork.Deleting, new IOException("2"));
        Assert.That(_logger.Lines, Has.Count.EqualTo(1));

        _clock.Seconds += 1;
        _log.Write(BackgroundWork.Deleting, new IOException("3"));

        Assert.That(_logger.Lines, Has.Count.EqualTo(2));
        Assert.That(_logger.Lines[1], Does.Contain("3"));
    }

    [Test]
    public void Each_kind_of_work_is_logged_for_itself()
    {
        foreach (var work in Enum.GetValues<BackgroundWork>())
            _log.Write(work, new IOException("no"));

        Assert.That(_logger.Lines.Distinct().Count(), Is.EqualTo(Enum.GetValues<BackgroundWork>().Length));
    }
}
