using Amqp.Server.Bench;

namespace Amqp.Tests.Bench;

/// <summary>The load tool measures the processor time and the memory of a process. Here, it measures the process of the tests.</summary>
[Platform("Linux")]
public sealed class UsageMeterTests
{
    private const double Coarseness = 0.1; // tolerance in seconds; larger than the rounding error of /proc

    [Test]
    public void Processor_time_of_another_process_is_user_and_system_as_this_one_knows_it_of_itself()
    {
        double before = Environment.CpuUsage.TotalTime.TotalSeconds;

        double seconds = new BrokerUsage(Environment.ProcessId).CpuSeconds();

        Assert.That(seconds, Is.InRange(before - Coarseness, Environment.CpuUsage.TotalTime.TotalSeconds + Coarseness));
    }

    [Test]
    public void Memory_is_what_is_resident_in_bytes() =>
        Assert.That(
            new BrokerUsage(Environment.ProcessId).ResidentBytes(),
            Is.InRange(Environment.WorkingSet / 2, Environment.WorkingSet * 2));

    [Test]
    public void A_cost_is_told_for_a_million_of_what_was_counted_and_of_the_broker_only_where_it_is_known()
    {
        (ProcessCost own, BrokerCost? none) = new UsageMeter(null).End(500);
        Assert.That((own.CpuSecondsPerMillion, none), Is.EqualTo((own.CpuSeconds * 2_000, (BrokerCost?)null)).Within(0.001));

        (ProcessCost ofNothing, BrokerCost? broker) = new UsageMeter(Environment.ProcessId).End(0);
        Assert.That(
            (ofNothing.CpuSecondsPerMillion, broker?.CpuSecondsPerMillion, broker?.Pid),
            Is.EqualTo((0.0, (double?)0.0, (int?)Environment.ProcessId)));
        Assert.That(broker!.RssMax, Is.GreaterThanOrEqualTo(broker.RssAtStart).And.Positive);
        Assert.That(broker.CpuSeconds, Is.LessThan(1_000), "processor time of the load, not of the whole process");
    }
}
