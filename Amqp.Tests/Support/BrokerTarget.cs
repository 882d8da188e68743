using Amqp.Protocol;

namespace Amqp.Tests.Support;

/// <summary>
/// The broker to which tests connect as clients: the broker at <c>AMQPBROKER_TEST_URL</c>, such as RabbitMQ. If the variable is not set,
/// the first use starts a process of this project's broker.
/// </summary>
internal static class BrokerTarget
{
    private const string UrlVariable = "AMQPBROKER_TEST_URL";
    private const string ApiUrlVariable = "AMQPBROKER_TEST_API_URL";

    private static readonly Lazy<Task<BrokerProcess>> _process = new(() => BrokerProcess.StartAsync());
    private static readonly Lazy<Task<Uri>> _uri = new(FindUriAsync);
    private static readonly Lazy<Task<bool>> _isRabbitMq = new(AskForProductAsync);

    /// <summary>AMQP URI of the broker, with user and password.</summary>
    public static Task<Uri> UriAsync => _uri.Value;

    /// <summary>
    /// Returns the URI of the HTTP API: the value of <c>AMQPBROKER_TEST_API_URL</c>, or the URI of this project's broker.
    /// </summary>
    public static async Task<Uri> ApiUriAsync() =>
        Environment.GetEnvironmentVariable(ApiUrlVariable) is { Length: > 0 } url
            ? new Uri(url)
            : new Uri($"http://127.0.0.1:{(await _process.Value).ManagementPort}");

    /// <summary>True if the broker's server properties name RabbitMQ as the product.</summary>
    public static Task<bool> IsRabbitMqAsync => _isRabbitMq.Value;

    /// <summary>Stops the broker that this class has started, if any.</summary>
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
