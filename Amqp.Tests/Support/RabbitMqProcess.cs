using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Amqp.Tests.Support;

/// <summary>
/// A real RabbitMQ with management, federation and shovels, in a process of its own with temporary folders and free ports.
/// </summary>
internal sealed class RabbitMqProcess : IAsyncDisposable
{
    private const int SigTerm = 15;

    private static readonly TimeSpan _startLimit = TimeSpan.FromMinutes(2);

    private readonly string _script;
    private readonly string _directory = Directory.CreateTempSubdirectory("amqpbroker-rabbitmq-").FullName;
    private readonly int _epmdPort = FreePorts.Next();
    private readonly int _distributionPort = FreePorts.Next();
    private readonly HttpClient _http = new();
    private Process? _process;

    private RabbitMqProcess(string script)
    {
        _script = script;
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("guest:guest"u8));
        string[] plugins =
        [
            "rabbitmq_management", "rabbitmq_shovel", "rabbitmq_shovel_management", "rabbitmq_federation", "rabbitmq_federation_management",
        ];
        File.WriteAllText(Path.Combine(_directory, "plugins"), $"[{string.Join(',', plugins)}].");
        File.WriteAllLines(Path.Combine(_directory, "rabbitmq.conf"),
        [
            $"listeners.tcp.default = 127.0.0.1:{Port}", "management.tcp.ip = 127.0.0.1", $"management.tcp.port = {ManagementPort}",
        ]);
    }

    public int Port { get; } = FreePorts.Next();

    public int ManagementPort { get; } = FreePorts.Next();

    public Uri Uri => new($"amqp://guest:guest@127.0.0.1:{Port}/%2F");

    private int Pid => int.Parse(File.ReadAllText(Path.Combine(_directory, "pid")), CultureInfo.InvariantCulture);

    /// <summary>Starts a broker. Skips the test if RabbitMQ is not installed, and fails it if the run should have installed it.</summary>
    public static async Task<RabbitMqProcess> StartAsync()
    {
        var broker = new RabbitMqProcess(FindScript() ?? Skip());
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

    /// <summary>Starts the broker again on the same data and the same ports.</summary>
    public async Task LaunchAsync()
    {
        var start = new ProcessStartInfo(_script)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _directory,
        };
        foreach (var (name, value) in Variables())
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Eventually.Holds(
            async () =>
            {
                try
                {
                    string check = $"http://127.0.0.1:{ManagementPort}/api/health/checks/port-listener/{Port}";
                    return (await _http.GetAsync(check)).IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            () => $"RabbitMQ does not start: see {_directory}", _startLimit);
    }

    /// <summary>Kills the broker (SIGKILL).</summary>
    public async Task KillAsync()
    {
        using var broker = Process.GetProcessById(Pid);
        broker.Kill();
        await broker.WaitForExitAsync();
        await _process!.WaitForExitAsync();
    }

    /// <summary>Stops the broker in order (SIGTERM).</summary>
    public async Task StopAsync()
    {
        using var broker = Process.GetProcessById(Pid);
        Assert.That(SendSignal(broker.Id, SigTerm), Is.Zero);
        await broker.WaitForExitAsync();
        await _process!.WaitForExitAsync();
    }

    public async Task PutAsync(string path, object body)
    {
        using var content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        var answer = await _http.PutAsync($"http://127.0.0.1:{ManagementPort}/api/{path}", content);
        Assert.That(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async Task<JsonElement[]> ListAsync(string path) =>
    [
        .. JsonDocument.Parse(await _http.GetStringAsync($"http://127.0.0.1:{ManagementPort}/api/{path}")).RootElement.EnumerateArray(),
    ];

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_process is { HasExited: false })
            await KillAsync();
        _process?.Dispose();
        var end = new ProcessStartInfo("epmd", ["-port", $"{_epmdPort}", "-kill"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using (var epmd = Process.Start(end)!)
            await epmd.WaitForExitAsync();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Returns the path of RabbitMQ's own start script; null if RabbitMQ or one of the plugins is not installed.</summary>
    private static string? FindScript() => !Directory.Exists("/usr/lib/rabbitmq/lib") ? null
        : Directory.GetDirectories("/usr/lib/rabbitmq/lib", "rabbitmq_server-*")
            .Where(folder => Directory.Exists(Path.Combine(folder, "plugins"))
                && Directory.EnumerateFileSystemEntries(Path.Combine(folder, "plugins"), "rabbitmq_federation-*").Any()
                && Directory.EnumerateFileSystemEntries(Path.Combine(folder, "plugins"), "rabbitmq_shovel-*").Any())
            .Select(folder => Path.Combine(folder, "sbin", "rabbitmq-server"))
            .FirstOrDefault(File.Exists);

    private static string Skip()
    {
        string reason = Environment.GetEnvironmentVariable("AMQP_TESTS_WITHOUT_RABBITMQ") ?? "";
        if (Environment.GetEnvironmentVariable("CI") == "true" && reason.Length == 0)
            Assert.Fail("RabbitMQ is not installed");
        Assert.Ignore(reason.Length > 0 ? reason : "RabbitMQ with its plugins for federation and shovels is not installed");
        return "";
    }

    private Dictionary<string, string> Variables() => new()
    {
        ["HOME"] = _directory,
        ["RABBITMQ_NODENAME"] = $"rq{Port}@localhost",
        ["RABBITMQ_NODE_PORT"] = $"{Port}",
        ["RABBITMQ_DIST_PORT"] = $"{_distributionPort}",
        ["RABBITMQ_MNESIA_BASE"] = Path.Combine(_directory, "data"),
        ["RABBITMQ_LOG_BASE"] = Path.Combine(_directory, "log"),
        ["RABBITMQ_PID_FILE"] = Path.Combine(_directory, "pid"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(_directory, "plugins"),
        ["RABBITMQ_CONFIG_FILE"] = Path.Combine(_directory, "rabbitmq.conf"),
        ["ERL_EPMD_PORT"] = $"{_epmdPort}",
        ["ERL_CRASH_DUMP_BYTES"] = "0",
    };

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}
