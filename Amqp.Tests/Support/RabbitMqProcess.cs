using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Amqp.Tests.Support;

/// <summary>A real RabbitMQ with the management plugin, with a folder, ports, a node name and a name server (epmd) of its own.</summary>
internal sealed class RabbitMqProcess : IAsyncDisposable
{
    /// <summary>RabbitMQ's own script. Debian's script in the path changes the user and the folder.</summary>
    private const string Script = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    private static readonly TimeSpan _startLimit = TimeSpan.FromSeconds(120);

    private readonly string _folder = Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName;
    private readonly int _namePort = FreePorts.Next();
    private Process? _process;

    private RabbitMqProcess()
    {
    }

    public int Port { get; } = FreePorts.Next();

    public int ManagementPort { get; } = FreePorts.Next();

    /// <summary>Skips the test if RabbitMQ is not installed.</summary>
    /// <param name="isNeeded">True to fail instead.</param>
    public static void Demand(bool isNeeded)
    {
        const string Missing = $"RabbitMQ is not installed: there is no {Script}";
        if (File.Exists(Script))
            return;
        if (isNeeded)
            Assert.Fail(Missing);
        TestContext.Progress.WriteLine(Missing);
        Assert.Ignore(Missing);
    }

    public static async Task<RabbitMqProcess> StartAsync()
    {
        var broker = new RabbitMqProcess();
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

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            _process.Kill(entireProcessTree: true);
        if (_process is not null)
            await _process.WaitForExitAsync();
        _process?.Dispose();
        var stop = new ProcessStartInfo("epmd", ["-port", Number(_namePort), "-kill"]) { RedirectStandardOutput = true };
        using var epmd = Process.Start(stop)!;
        await epmd.WaitForExitAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task LaunchAsync()
    {
        string config = Path.Combine(_folder, "rabbitmq.conf"), plugins = Path.Combine(_folder, "enabled_plugins");
        await File.WriteAllTextAsync(plugins, "[rabbitmq_management].\n");
        await File.WriteAllTextAsync(
            config, $"listeners.tcp.default = 127.0.0.1:{Port}\nmanagement.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {ManagementPort}\n");
        var start = new ProcessStartInfo(Script)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder,
        };
        foreach (var (name, value) in new (string, string)[]
        {
            ("HOME", _folder),
            ("ERL_EPMD_PORT", Number(_namePort)),
            ("RABBITMQ_NODENAME", "migrated@localhost"),
            ("RABBITMQ_DIST_PORT", Number(FreePorts.Next())),
            ("RABBITMQ_MNESIA_BASE", Path.Combine(_folder, "mnesia")),
            ("RABBITMQ_LOG_BASE", Path.Combine(_folder, "logs")),
            ("RABBITMQ_ENABLED_PLUGINS_FILE", plugins),
            ("RABBITMQ_CONFIG_FILE", config),
            ("RABBITMQ_ADVANCED_CONFIG_FILE", Path.Combine(_folder, "none")),
        })
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String("guest:guest"u8));
        await Eventually.Holds(IsReadyAsync, () => "RabbitMQ does not start", _startLimit);

        async Task<bool> IsReadyAsync()
        {
            try
            {
                return (await http.GetAsync($"http://127.0.0.1:{ManagementPort}/api/aliveness-test/%2F")).StatusCode == HttpStatusCode.OK;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }
    }

    private static string Number(int port) => port.ToString(CultureInfo.InvariantCulture);
}
