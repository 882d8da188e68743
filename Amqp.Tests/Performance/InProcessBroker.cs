using System.Globalization;
using Amqp.Server.Configuration;
using Amqp.Server.Connections;
using Amqp.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Amqp.Tests.Performance;

/// <summary>A broker with sockets and a data directory. Runs in the test's process, so the runtime's counters include the broker.</summary>
internal sealed class InProcessBroker : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _folder;

    private InProcessBroker(WebApplication app, string folder) => (_app, _folder) = (app, folder);

    /// <summary>URI with which clients connect to the virtual host <c>/</c> as guest.</summary>
    public string Uri => string.Create(
        CultureInfo.InvariantCulture,
        $"amqp://guest:guest@127.0.0.1:{_app.Services.GetRequiredService<BoundAddresses>().For(NodeListener.Amqp).First().Port}/%2F");

    /// <summary>Starts a broker and returns when it listens.</summary>
    public static async Task<InProcessBroker> StartAsync()
    {
        string folder = Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName;
        var settings =
            new[] { ("listeners.tcp.default", "0"), ("management.tcp.port", "0"), ("log.console.level", "warning"), ("data_dir", folder) };
        var broker = new InProcessBroker(
            BrokerHost.Build(BrokerConfiguration.Load(
                null,
                settings.Select(
                    setting => Assignment.Of(setting.Item1, setting.Item2, new SettingSource("test", SettingSource.CommandLine))),
                new Dictionary<string, string>())),
            folder);
        await broker._app.StartAsync();
        return broker;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
