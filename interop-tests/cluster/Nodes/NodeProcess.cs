using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Cluster.Nodes;

/// <summary>A program in a network namespace, which can be started again. Not thread-safe.</summary>
/// <param name="name">Name of the node.</param>
/// <param name="address">IP address of the node.</param>
/// <param name="space">Name of the network namespace.</param>
/// <param name="log">File to which the output of all starts is appended.</param>
/// <param name="words">The program and its arguments.</param>
internal sealed partial class NodeProcess(string name, string address, string space, string log, IReadOnlyList<string> words)
{
    private const int SigContinue = 18, SigStop = 19, SigTerminate = 15;

    private Process? _process;

    public string Name => name;

    public string Address => address;

    public string Space => space;

    public string Log => log;

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Exit code of the process that has ended.</summary>
    public int ExitCode => _process!.ExitCode;

    /// <summary>Starts the program. Does not wait until it serves.</summary>
    public void Start()
    {
        // Each program replaces the one before it, so the process id is that of the node.
        string[] inside = ["netns", "exec", space, "/bin/sh", "-c", "exec \"$@\" >>\"$0\" 2>&1", log];
        var start = new ProcessStartInfo("ip", [.. inside, .. words]) { RedirectStandardInput = true };
        foreach (string variable in start.Environment.Keys.Where(one => one.StartsWith("AMQPBROKER_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(variable);
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{name} did not start");
    }

    /// <summary>Kills the process (SIGKILL). It may live on as long as its disk does not answer.</summary>
    public void Kill()
    {
        if (IsRunning)
            _process!.Kill();
    }

    /// <summary>Stops the process in order (SIGTERM).</summary>
    public void Terminate() => Send(SigTerminate);

    /// <summary>Stops the process until <see cref="Continue"/> (SIGSTOP).</summary>
    public void Freeze() => Send(SigStop);

    /// <summary>Lets a process that was stopped go on (SIGCONT).</summary>
    public void Continue() => Send(SigContinue);

    /// <summary>Waits until the process has ended.</summary>
    public async Task WaitForExitAsync(TimeSpan limit)
    {
        if (_process is not null)
            await _process.WaitForExitAsync().WaitAsync(limit);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);

    private void Send(int signal)
    {
        if (IsRunning)
            _ = SendSignal(_process!.Id, signal);
    }
}
