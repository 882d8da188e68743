using Amqp.Protocol;

namespace Amqp.Tests.Support;

/// <summary>
/// The broker that client-level tests talk to: the one at <c>AMQPBROKER_TEST_URL</c> when that is set, so that a real RabbitMQ can
/// vouch for the tests, else our own in one process for the whole run.
/// Shared by all tests; started by the first that asks, stopped by <see cref="StopAsync"/>.
/// </summary>
internal static class BrokerTarget
{
    private const string UrlVariable = "AMQPBROKER_TEST_URL";
    private const string ApiUrlVariable = "AMQPBROKER_TEST_API_URL";

    private static readonly Lazy<Task<BrokerProcess>> _process = new(() => BrokerProcess.StartAsync());
    private static readonly Lazy<Task<Uri>> _uri = new(FindUriAsync);
    private static readonly Lazy<Task<bool>> _isRabbitMq = new(AskForProductAsync);

    /// <summary>Where it listens, with user and password.</summary>
    public static Task<Uri> UriAsync => _uri.Value;

    /// <summary>Where its HTTP API is: at <c>AMQPBROKER_TEST_API_URL</c> (<c>http://127.0.0.1:15672</c>) when the broker is not our own.</summary>
    public static async Task<Uri> ApiUriAsync() =>
        Environment.GetEnvironmentVariable(ApiUrlVariable) is { Length: > 0 } url ? new Uri(url) : new Uri($"http://127.0.0.1:{(await _process.Value).ManagementPort}");

    /// <summary>Whether it is RabbitMQ itself, by the product it calls itself.</summary>
    public static Task<bool> IsRabbitMqAsync => _isRabbitMq.Value;

    /// <summary>Stops what was started here.</summary>
    public static async Task StopAsync()
    {
        if (_process.IsValueCreated)
            await (await _process.Value).DisposeAsync();
    }

    private static async Task<Uri> FindUriAsync() =>
        Environment.GetEnvironmentVariable(UrlVariable) is { Length: > 0 } url ? new Uri(url) : (await _process.Value).Uri;

    private static async Task<bool> AskForProductAsync()
    {
        await using var client = await RawClient.DialAsync();
        var start = await client.StartAsync();
        return start.ServerProperties["product"] is { Type: FieldType.LongString } product && product.AsString() == "RabbitMQ";
    }
}
