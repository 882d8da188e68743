using System.Diagnostics;

namespace Containers;

/// <summary>A Docker daemon that the tests start if no other daemon answers. Its images are kept for the next run.</summary>
internal sealed class DockerDaemon : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private DockerDaemon(Process process) => _process = process;

    /// <summary>Returns whether a daemon answers.</summary>
    public static async Task<bool> AnswersAsync() => (await Shell.TryAsync(Shell.Client, ["info"])).Code == 0;

    /// <summary>Starts a daemon, and sets the environment variables with which clients find the daemon.</summary>
    /// <returns>The daemon; null if it cannot be started here.</returns>
    public static async Task<DockerDaemon?> StartAsync()
    {
        string folder = Path.Combine(Shell.Root, "artifacts", "docker");
        Directory.CreateDirectory(folder);
        string socket = $"unix://{folder}/docker.sock";
        Environment.SetEnvironmentVariable("DOCKER_HOST", socket);
        // Debian 12 has Docker 20.10. This is the newest API version of that release.
        Environment.SetEnvironmentVariable("DOCKER_API_VERSION", "1.41");
        Environment.SetEnvironmentVariable("TESTCONTAINERS_RYUK_DISABLED", "true");
        // If the tests themselves run in a container, Testcontainers would otherwise use the address of the Docker bridge.
        Environment.SetEnvironmentVariable("TESTCONTAINERS_HOST_OVERRIDE", "127.0.0.1");
        string log = Path.Combine(folder, "log");
        var start = new ProcessStartInfo(
            "/bin/sh",
            [
                "-c",
                "exec dockerd --iptables=false --ip-masq=false --bip=172.30.9.1/24 --storage-driver=overlay2 "
                    + "--data-root \"$1/data\" --exec-root \"$1/exec\" --pidfile \"$1/pid\" -H \"$2\" >\"$1/log\" 2>&1",
                "sh", folder, socket,
            ]);
        Process process = Process.Start(start)!;
        long started = Stopwatch.GetTimestamp();
        while (!process.HasExited && Stopwatch.GetElapsedTime(started) < _patience)
        {
            if (await AnswersAsync())
                return new DockerDaemon(process);
            await Task.Delay(200);
        }
        TestContext.Progress.WriteLine($"dockerd did not start: {(File.Exists(log) ? File.ReadLines(log).LastOrDefault() : "")}");
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        // After SIGTERM, the daemon stops its containers before it exits.
        await Shell.RunAsync("kill", $"{_process.Id}");
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
