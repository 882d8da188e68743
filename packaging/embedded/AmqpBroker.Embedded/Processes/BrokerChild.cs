using System.Diagnostics;

namespace AmqpBroker.Embedded.Processes;

/// <summary>The process of a broker. It ends when its standard input is closed, at the latest when this process ends.</summary>
/// <remarks>Two dedicated threads read the output, because asynchronous reads of pipes would block two pool threads.</remarks>
internal sealed class BrokerChild
{
    private const int StackSize = 256 << 10;

    /// <summary>
    /// Prefixes of environment variables that the broker does not inherit, because they would change the broker's behaviour.
    /// </summary>
    private static readonly string[] _withheld =
    [
        "AMQPBROKER_", "RABBITMQ_", "OTEL_", "LISTEN_", "NOTIFY_SOCKET", "DOTNET_STARTUP_HOOKS", "DOTNET_gc", "DOTNET_GC",
        "CORECLR_", "COR_",
    ];

    private readonly Process _process;
    private readonly BrokerLog _log;
    private readonly TaskCompletionSource<StartupLine?> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private BrokerChild(Process process, BrokerLog log) => (_process, _log, Id) = (process, log, process.Id);

    /// <summary>Id of the process.</summary>
    public int Id { get; }

    /// <summary>Completes with the ports when the broker is ready, or with null if the process ends before that.</summary>
    public Task<StartupLine?> Started => _started.Task;

    /// <summary>Completes with the exit code when the process has ended and its whole output was read.</summary>
    public Task<int> Exited => _exited.Task;

    /// <summary>Starts the process.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The executable does not exist, or is not for this machine.</exception>
    public static BrokerChild Start(BrokerCommand command, IEnumerable<string> arguments, BrokerLog log)
    {
        var start = new ProcessStartInfo(command.Executable, command.ArgumentsWith(arguments))
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string name in start.Environment.Keys.Where(IsWithheld).ToList())
            start.Environment.Remove(name);
        // Otherwise a killed .NET process would leave diagnostic sockets in the system's temporary folder.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        var child = new BrokerChild(
            Process.Start(start) ?? throw new InvalidOperationException($"{command} did not start."), log);
        var errors = new Thread(() => child.Read(child._process.StandardError), StackSize)
        {
            IsBackground = true,
            Name = $"Broker {child.Id} errors",
        };
        errors.Start();
        new Thread(() => child.Follow(errors), StackSize) { IsBackground = true, Name = $"Broker {child.Id} output" }.Start();
        return child;
    }

    /// <summary>Closes the broker's standard input, so that the broker stops gracefully.</summary>
    public void CloseInput()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            // The process has ended.
        }
    }

    /// <summary>Kills the process. Safe to repeat.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // The process has ended.
        }
    }

    private static bool IsWithheld(string variable) =>
        Array.Exists(_withheld, start => variable.StartsWith(start, StringComparison.OrdinalIgnoreCase));

    private void Follow(Thread errors)
    {
        Read(_process.StandardOutput);
        errors.Join();
        _process.WaitForExit();
        int exitCode = _process.ExitCode;
        CloseInput();
        _process.Dispose();
        _started.TrySetResult(null);
        _exited.TrySetResult(exitCode);
    }

    private void Read(StreamReader output)
    {
        using StreamReader reader = output; // Process.Dispose does not close this reader
        try
        {
            while (reader.ReadLine() is { } line)
            {
                _log.Add(line);
                if (!_started.Task.IsCompleted && StartupLine.Read(line) is { } ports)
                    _started.TrySetResult(ports);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The pipe is broken, so there is no further output.
        }
    }
}
