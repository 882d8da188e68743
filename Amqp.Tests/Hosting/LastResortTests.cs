using System.Runtime.CompilerServices;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Configuration;
using Amqp.Server.Hosting;
using Amqp.Server.Logging;
using Amqp.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amqp.Tests.Hosting;

/// <summary>The broker counts a fault if a task fails and no code awaits the task.</summary>
public sealed class LastResortTests
{
    [Test]
    public async Task An_exception_of_an_abandoned_task_is_a_fault()
    {
        var faults = new ContainedFaults(NullLogger.Instance, TimeProvider.System);
        using var log = new ConsoleLog(new LineFormatter(TimeProvider.System), new LogLevels(new LogOptions()), TextWriter.Null);
        using var lastResort = new LastResort(faults, log, NullLogger<LastResort>.Instance);
        lastResort.Watch();

        Abandon(new InvalidOperationException("abandoned by this test"));

        await Eventually.Holds(() => Finalized() && IsNoted(faults, "abandoned by this test"), () => "the fault is noted");
    }

    [Test]
    public async Task A_broker_inside_another_process_does_not_report_the_exceptions_of_that_process()
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void See(object? sender, UnobservedTaskExceptionEventArgs unobserved)
        {
            if (unobserved.Exception.InnerException?.Message == "of another program")
                seen.TrySetResult();
        }
        await using var broker = await BrokerInProcess.StartAsync();
        TaskScheduler.UnobservedTaskException += See; // added last, so it is called after all other handlers
        try
        {
            Abandon(new InvalidOperationException("of another program"));

            await Eventually.Holds(() => Finalized() && seen.Task.IsCompleted, () => "the exception is reported to the process");
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= See;
        }
        Assert.That(broker.Broker.Faults.Total, Is.Zero);
    }

    // The task is created in a separate method, so that no local variable keeps it alive.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Abandon(Exception error) => _ = Task.FromException(error);

    private static bool Finalized()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return true;
    }

    private static bool IsNoted(ContainedFaults faults, string message) => faults.Recent.Any(fault => fault.Error.Message == message);
}
