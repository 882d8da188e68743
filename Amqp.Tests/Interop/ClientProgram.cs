using System.Diagnostics;

namespace Amqp.Tests.Interop;

/// <summary>
/// A running program of <c>interop-tests</c>. Belongs to one test. Keeps all output from the start. Dispose kills the program.
/// </summary>
internal sealed class ClientProgram : IAsyncDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);

    private readonly string _name;
    private readonly Process _process;
    private readonly List<string> _lines = []; // guarded by a lock on the list, which also guards _changed
    private readonly Task<string> _errors;
    private readonly Task _reading;
    private TaskCompletionSource _changed = NewSignal();

    public ClientProgram(string interpreter, string file, string[] arguments, IReadOnlyDictionary<string, string> environment)
    {
        _name = $"{Path.GetFileName(file)} {string.Join(' ', arguments)}";
        var start = new ProcessStartInfo(interpreter, [file, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(file),
        };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.StandardInput.Close();
        _errors = _process.StandardError.ReadToEndAsync();
        _reading = ReadLinesAsync();
    }

    /// <summary>
    /// Waits until the program has printed a line that contains this text. The test fails if the program exits before that.
    /// </summary>
    public async Task PrintedAsync(string text)
    {
        using var limit = new CancellationTokenSource(_limit);
        while (true)
        {
            Task changed;
            bool ended = _reading.IsCompleted; // read before the lines: once this is true, no line is added
            lock (_lines)
            {
                if (_lines.Exists(line => line.Contains(text, StringComparison.Ordinal)))
                    return;
                changed = _changed.Task;
            }

            if (ended)
                Assert.Fail($"{_name} ended before it printed \"{text}\". {await ReportAsync()}");
            try
            {
                await Task.WhenAny(changed, _reading).WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                Kill();
                Assert.Fail($"{_name} did not print \"{text}\" within {_limit.TotalSeconds} s. {await ReportAsync()}");
            }
        }
    }

    /// <summary>Waits until the program exits, and returns the lines of its output. The test fails unless the exit code is 0.</summary>
    public async Task<IReadOnlyList<string>> FinishedAsync()
    {
        (int exitCode, IReadOnlyList<string> lines) = await EndedAsync();
        if (exitCode != 0)
            Assert.Fail($"{_name} failed. {await ReportAsync()}");
        return lines;
    }

    /// <summary>Waits until the program exits. Returns its exit code and the lines of its output.</summary>
    public async Task<(int ExitCode, IReadOnlyList<string> Lines)> EndedAsync()
    {
        using var limit = new CancellationTokenSource(_limit);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Kill();
            Assert.Fail($"{_name} did not end within {_limit.TotalSeconds} s. {await ReportAsync()}");
        }

        await _reading;
        lock (_lines)
            return (_process.ExitCode, [.. _lines]);
    }

    /// <summary>Kills the program (SIGKILL), so that its connection ends without connection.close.</summary>
    public void Kill()
    {
        if (_process.HasExited)
            return;
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _reading;
        await _errors;
        _process.Dispose();
    }

    private async Task<string> ReportAsync()
    {
        await _process.WaitForExitAsync();
        await _reading;
        string lines;
        lock (_lines)
            lines = string.Join('\n', _lines);
        return $"Exit code {_process.ExitCode}; it printed:\n{lines}\n{await _errors}";
    }

    private async Task ReadLinesAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            TaskCompletionSource changed;
            lock (_lines)
            {
                _lines.Add(line);
                changed = _changed;
                _changed = NewSignal();
            }

            changed.SetResult();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
