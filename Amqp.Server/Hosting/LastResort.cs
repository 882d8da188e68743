using System.Net.Sockets;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Logging;
using Amqp.Storage.Faults;

namespace Amqp.Server.Hosting;

/// <summary>Tells the log of errors that no compartment has kept: those that end the process, and those of tasks that nobody waits for.</summary>
/// <remarks>From <see cref="Watch"/> until it is disposed of.</remarks>
internal sealed class LastResort(ContainedFaults faults, ConsoleLog log, ILogger<LastResort> logger) : IDisposable
{
    public void Watch()
    {
        AppDomain.CurrentDomain.UnhandledException += OnUnhandled;
        TaskScheduler.UnobservedTaskException += OnUnobserved;
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.UnhandledException -= OnUnhandled;
        TaskScheduler.UnobservedTaskException -= OnUnobserved;
    }

    private void OnUnhandled(object sender, UnhandledExceptionEventArgs unhandled)
    {
        logger.ProcessFailed(unhandled.ExceptionObject as Exception);
        log.Dispose(); // the line is on its way to another thread, and the process ends when this returns
    }

    private void OnUnobserved(object? sender, UnobservedTaskExceptionEventArgs unobserved)
    {
        unobserved.SetObserved();
        if (unobserved.Exception.Flatten().InnerExceptions.FirstOrDefault(error => !IsExpected(error)) is { } unexpected)
            faults.Note(Compartment.Broker, "a task that nobody waits for", unexpected);
    }

    /// <summary>Peers that go and a disk that fails end tasks that somebody has stopped to wait for; both are told of elsewhere.</summary>
    private static bool IsExpected(Exception error) => error is IOException or SocketException or ObjectDisposedException or OperationCanceledException or StoreFailedException;
}
