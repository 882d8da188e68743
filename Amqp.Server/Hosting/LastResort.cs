using System.Net.Sockets;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Logging;
using Amqp.Storage.Faults;

namespace Amqp.Server.Hosting;

/// <summary>Logs unhandled exceptions and unobserved task exceptions, from <see cref="Watch"/> until <see cref="Dispose"/>.</summary>
/// <remarks>A broker inside a test does not call <see cref="Watch"/>, because the exceptions of the test would be logged too.</remarks>
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
        log.Dispose(); // waits until the line is written, because the process ends when this handler returns
    }

    private void OnUnobserved(object? sender, UnobservedTaskExceptionEventArgs unobserved)
    {
        unobserved.SetObserved();
        if (unobserved.Exception.Flatten().InnerExceptions.FirstOrDefault(error => !IsExpected(error)) is { } unexpected)
            faults.Note(Compartment.Broker, "an abandoned task", unexpected);
    }

    /// <summary>
    /// True for errors that are expected in unobserved tasks, and are logged elsewhere: a closed connection or a failed disk.
    /// </summary>
    private static bool IsExpected(Exception error) =>
        error is IOException or SocketException or ObjectDisposedException or OperationCanceledException or StoreFailedException;
}
