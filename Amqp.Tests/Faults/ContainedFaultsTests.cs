using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Messages;
using Amqp.Tests.Support;

namespace Amqp.Tests.Faults;

/// <summary>The broker counts every fault, but writes only a limited number of log lines about faults.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ContainedFaultsTests
{
    private readonly SetClock _clock = new();
    private readonly ListLogger _logger = new();
    private readonly ContainedFaults _faults;

    public ContainedFaultsTests() => _faults = new ContainedFaults(_logger, _clock);

    /// <summary>The names of compartments must not change by mistake, because the log, Prometheus and the HTTP API show them.</summary>
    [Test]
    public void Each_compartment_has_its_own_name() => Assert.That(
        Compartments.All.Select(each => each.Name()),
        Is.EqualTo(Enum.GetNames<Compartment>().Select(name => name.ToLowerInvariant())));

    [Test]
    public void A_fault_is_counted_for_its_compartment_and_logged_with_its_place()
    {
        _faults.Note(Compartment.Queue, "queue 'q' in vhost '/'", new InvalidOperationException("no"));

        Assert.That(_logger.Lines.Single(), Does.StartWith("Error 330").And.Contain("queue 'q' in vhost '/'"));
        Assert.That(Compartments.All.Select(_faults.Count), Is.EqualTo(Compartments.All.Select(each => each == Compartment.Queue ? 1 : 0)));
    }

    [Test]
    public void The_same_fault_is_counted_each_time_and_logged_once_a_minute()
    {
        for (int second = 0; second < 61; second++, _clock.Seconds++)
            _faults.Note(Compartment.Queue, "queue 'q'", new InvalidOperationException("no"));

        Assert.That(_logger.Lines, Has.Count.EqualTo(2));
        Assert.That(_faults.Count(Compartment.Queue), Is.EqualTo(61));
        Assert.That(
            (_faults.Recent.Single().Count, _faults.Recent[0].Last - _faults.Recent[0].First),
            Is.EqualTo((61L, TimeSpan.FromSeconds(60))));
    }

    [Test]
    public void Faults_that_differ_in_compartment_place_type_or_thrower_are_logged_each()
    {
        _faults.Note(Compartment.Queue, "queue 'q'", new InvalidOperationException("no"));
        _faults.Note(Compartment.Exchange, "queue 'q'", new InvalidOperationException("no"));
        _faults.Note(Compartment.Queue, "queue 'r'", new InvalidOperationException("no"));
        _faults.Note(Compartment.Queue, "queue 'q'", new ArgumentException("no"));
        _faults.Note(Compartment.Queue, "queue 'q'", Thrown());

        Assert.That(_logger.Lines, Has.Count.EqualTo(5));
    }

    [Test]
    public void A_flood_of_different_faults_writes_so_many_lines_a_minute_and_is_remembered_in_part()
    {
        for (int i = 0; i < 1_000; i++)
            _faults.Note(Compartment.Queue, $"queue '{i}'", new InvalidOperationException("no"));
        Assert.That(_logger.Lines, Has.Count.EqualTo(ContainedFaults.MaxLines));
        Assert.That(_faults.Recent, Has.Count.EqualTo(ContainedFaults.MaxRemembered));
        Assert.That(_faults.Total, Is.EqualTo(1_000));

        _clock.Seconds += 60;
        _faults.Note(Compartment.Queue, "queue 'later'", new InvalidOperationException("no"));

        Assert.That(_logger.Lines, Has.Count.EqualTo(ContainedFaults.MaxLines + 1));
        Assert.That(_faults.Recent[0].Place, Is.EqualTo("queue 'later'"));
    }

    [Test]
    public void Those_that_happened_last_are_remembered_and_stand_first()
    {
        for (int i = 0; i < ContainedFaults.MaxRemembered; i++, _clock.Seconds++)
            _faults.Note(Compartment.Queue, $"{i}", new InvalidOperationException("no"));
        foreach (string again in new[] { "0", "new" })
        {
            _faults.Note(Compartment.Queue, again, new InvalidOperationException("no"));
            _clock.Seconds++;
        }

        string[] places = [.. _faults.Recent.Select(fault => fault.Place)];
        Assert.That(places.Take(3), Is.EqualTo(new[] { "new", "0", $"{ContainedFaults.MaxRemembered - 1}" }));
        Assert.That((places.Length, places[^1]), Is.EqualTo((ContainedFaults.MaxRemembered, "2")));
    }

    private static InvalidOperationException Thrown()
    {
        try
        {
            throw new InvalidOperationException("no");
        }
        catch (InvalidOperationException thrown)
        {
            return thrown;
        }
    }
}
