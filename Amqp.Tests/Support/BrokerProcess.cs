using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Amqp.Tests.Support;

/// <summary>The broker as a separate process on free ports. Not thread-safe except for <see cref="Output"/>.</summary>
/// <remarks>
/// Disposing kills the broker and deletes its temporary data directory. <c>AMQP_TESTS_KEEP_DATA=1</c> keeps the directory.
/// </remarks>
public sealed partial class BrokerProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private static readonly TimeSpan _startLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _stopLimit = TimeSpan.FromSeconds(60);

    private readonly string? _configFile;
    private readonly IReadOnlyList<string> _arguments;
    private readonly bool _ownsDataDirectory;
    private readonly StringBuilder _output = new(); // guarded by a lock on this object, because two threads read the output of the process
    private readonly StringBuilder _errors = new(); // guarded by the lock of _output
    private Process? _process;
    private Task _reading = Task.CompletedTask;

    private BrokerProcess(string? dataDirectory, string? configFile, IReadOnlyList<string> arguments)
    {
        _ownsDataDirectory = dataDirectory is null;
        DataDirectory = dataDirectory ?? Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName;
        _configFile = configFile;
        _arguments = arguments;
        AppDomain.CurrentDomain.ProcessExit += KillAtExit;
    }

    /// <summary>The AMQP port. It stays the same when the broker restarts.</summary>
    public int Port { get; private set; } = FreePorts.Next();

    /// <summary>The management port. It stays the same when the broker restarts. 0 if the broker has printed no management port.</summary>
    public int ManagementPort { get; private set; } = FreePorts.Next();

    /// <summary>
    /// URI for clients, with user guest and virtual host <c>/</c>. Pass <see cref="System.Uri.OriginalString"/> to client libraries.
    /// </summary>
    public Uri Uri => new($"amqp://guest:guest@127.0.0.1:{Port}/%2F");

    public string DataDirectory { get; }

    /// <summary>Id of the broker process that was started last.</summary>
    public int Pid { get; private set; }

    /// <summary>Standard output and standard error of all starts of the broker so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>The part of <see cref="Output"/> that was written to standard error.</summary>
    public string Errors
    {
        get
        {
            lock (_output)
                return _errors.ToString();
        }
    }

    /// <summary>True if the broker process that was started last has exited.</summary>
    public bool HasExited => !IsRunning;

    private bool IsRunning => _process is { HasExited: false };

    /// <summary>Starts a broker and returns once the broker listens.</summary>
    /// <param name="dataDirectory">A data directory that the caller owns and deletes; null for a temporary one.</param>
    /// <param name="configFile">Value of the option <c>--config</c>; null to omit the option.</param>
    /// <param name="arguments">Further arguments, placed after all others.</param>
    /// <exception cref="InvalidOperationException">The broker exited; the message contains its output.</exception>
    /// <exception cref="TimeoutException">The broker did not listen within a minute; the message contains its output.</exception>
    public static async Task<BrokerProcess> StartAsync(
        string? dataDirectory = null, string? configFile = null, IReadOnlyList<string>? arguments = null)
    {
        var broker = new BrokerProcess(dataDirectory, configFile, arguments ?? []);
        try
        {
            await broker.LaunchAsync();
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops the broker (SIGTERM) if it still runs, and returns its exit code.</summary>
    /// <exception cref="TimeoutException">The broker did not exit within a minute, and was killed.</exception>
    public async Task<int> StopAsync()
    {
        Process process = _process ?? throw new InvalidOperationException("The broker was never started.");
        if (!process.HasExited && SendSignal(process.Id, SigTerm) != 0 && !process.HasExited)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        return await WaitForExitAsync();
    }

    /// <summary>Waits until the broker exits by itself, and returns its exit code.</summary>
    /// <exception cref="TimeoutException">The broker did not exit within a minute, and was killed.</exception>
    public async Task<int> WaitForExitAsync()
    {
        Process process = _process ?? throw new InvalidOperationException("The broker was never started.");
        using var limit = new CancellationTokenSource(_stopLimit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Kill();
            throw new TimeoutException($"The broker did not stop within {_stopLimit.TotalSeconds} s. It printed:\n{Output}");
        }

        await _reading;
        return process.ExitCode;
    }

    /// <summary>Kills the broker (SIGKILL): no connection is closed in order, and nothing is flushed.</summary>
    public void Kill()
    {
        if (!IsRunning)
            return;
        _process!.Kill();
        _process.WaitForExit();
    }

    /// <summary>Stops the broker if it runs, then starts it again on the same data directory and the same ports.</summary>
    /// <exception cref="InvalidOperationException">The broker exited after the start; the message contains its output.</exception>
    /// <exception cref="TimeoutException">The broker did not stop, or did not listen again, within a minute.</exception>
    public async Task RestartAsync()
    {
        await StopAsync();
        await LaunchAsync();
    }

    /// <summary>Kills the broker if it runs. Deletes the data directory, except if the caller owns it.</summary>
    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= KillAtExit;
        Kill();
        await _reading;
        _process?.Dispose();
        _process = null;
        if (_ownsDataDirectory && Environment.GetEnvironmentVariable("AMQP_TESTS_KEEP_DATA") is not "1" && Directory.Exists(DataDirectory))
            Directory.Delete(DataDirectory, recursive: true);
    }

    [GeneratedRegex(@"^Server startup complete; AMQP on \S*?:(?<amqp>\d+)(,|;|$)(.*management on \S*?:(?<management>\d+))?")]
    private static partial Regex StartupLine();

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int pid, int signal);

    private async Task LaunchAsync()
    {
        _process?.Dispose();
        ProcessStartInfo start = BrokerProgram.With(Arguments());
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.WorkingDirectory = DataDirectory;
        _process = Process.Start(start) ?? throw new InvalidOperationException("The broker's process did not start.");
        _process.StandardInput.Close();
        Pid = _process.Id;

        var listening = new TaskCompletionSource<Match>(TaskCreationOptions.RunContinuationsAsynchronously);
        _reading = Task.WhenAll(
            ReadAsync(_process.StandardOutput, listening, null), ReadAsync(_process.StandardError, listening, _errors));
        Task exit = _process.WaitForExitAsync();
        Task first = await Task.WhenAny(listening.Task, exit, Task.Delay(_startLimit));
        if (first == exit)
            await _reading; // a broker that was told to stop at once has started, too
        if (listening.Task.IsCompletedSuccessfully)
        {
            Match line = await listening.Task;
            Port = PortIn(line.Groups["amqp"]);
            ManagementPort = PortIn(line.Groups["management"]);
            return;
        }

        bool ended = _process.HasExited;
        Kill();
        await _reading;
        throw ended
            ? new InvalidOperationException($"The broker ended with {_process.ExitCode} instead of starting. It printed:\n{Output}")
            : new TimeoutException($"The broker did not start within {_startLimit.TotalSeconds} s. It printed:\n{Output}");
    }

    private IEnumerable<string> Arguments()
    {
        string[] always =
        [
            "serve",
            "--port", Port.ToString(CultureInfo.InvariantCulture),
            "--management-port", ManagementPort.ToString(CultureInfo.InvariantCulture),
            "--data-dir", DataDirectory,
        ];
        string[] config = _configFile is null ? [] : ["--config", _configFile];
        return [.. always, .. config, .. _arguments];
    }

    private async Task ReadAsync(StreamReader stream, TaskCompletionSource<Match> listening, StringBuilder? errors)
    {
        while (await stream.ReadLineAsync() is { } line)
        {
            lock (_output)
            {
                _output.AppendLine(line);
                errors?.AppendLine(line);
            }
            if (StartupLine().Match(line) is { Success: true } match)
                listening.TrySetResult(match);
        }
    }

    private static int PortIn(Group group) => group.Success ? int.Parse(group.Value, CultureInfo.InvariantCulture) : 0;

    private void KillAtExit(object? sender, EventArgs e) => Kill();
}
