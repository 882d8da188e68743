using Amqp.Tests.Support;

namespace Page;

/// <summary>A broker that serves the management page.</summary>
public sealed class Site : IAsyncDisposable
{
    private Site(BrokerProcess broker)
    {
        Broker = broker;
        Api = new ApiClient(Address, "guest", "guest");
    }

    public BrokerProcess Broker { get; }

    /// <summary>The address of the page, without a slash at the end.</summary>
    public string Address => $"http://127.0.0.1:{Broker.ManagementPort}";

    /// <summary>The HTTP API, as an administrator with all permissions.</summary>
    public ApiClient Api { get; }

    public static async Task<Site> StartAsync() => new(await BrokerProcess.StartAsync());

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await Broker.DisposeAsync();
    }
}
