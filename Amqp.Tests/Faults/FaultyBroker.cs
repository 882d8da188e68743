using System.Net.Http.Headers;
using System.Text;
using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Exchanges.Delayed;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Storage.Messages;
using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.Faults;

/// <summary>A broker with clients. A test can make the broker's store fail.</summary>
internal sealed class FaultyBroker : IAsyncDisposable
{
    private readonly List<IConnection> _connections = [];
    private readonly Dictionary<IChannel, IConnection> _owners = [];

    private FaultyBroker(BrokerInProcess broker, FaultyStore store) => (Broker, Store) = (broker, store);

    public BrokerInProcess Broker { get; private set; }

    public FaultyStore Store { get; private set; }

    public ContainedFaults Faults => Broker.Broker.Faults;

    public VirtualHost Host => Broker.Broker.VirtualHosts.Find("/")!;

    public static async Task<FaultyBroker> StartAsync(params IEnumerable<string> settings)
    {
        FaultyStore? store = null;
        var broker = await BrokerInProcess.StartAsync(inner => store = new FaultyStore(inner), settings);
        return new FaultyBroker(broker, store!);
    }

    /// <summary>Disconnects all clients, and restarts the broker on the same data.</summary>
    public async Task RestartAsync()
    {
        await DisconnectAsync();
        FaultyStore? store = null;
        Broker = await Broker.RestartAsync(inner => store = new FaultyStore(inner));
        Store = store!;
    }

    /// <summary>Opens a channel on a new connection. On this channel, each publish waits for its confirm.</summary>
    public async Task<IChannel> ChannelAsync()
    {
        var connection = await Broker.Factory().CreateConnectionAsync();
        _connections.Add(connection);
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        _owners[channel] = connection;
        return channel;
    }

    /// <summary>Closes the connection to which a channel belongs.</summary>
    public async Task CloseAsync(IChannel channel)
    {
        var connection = _connections.Single(each => ReferenceEquals(each, _owners[channel]));
        _connections.Remove(connection);
        await connection.DisposeAsync();
    }

    public Queue Queue(string name) => Host.FindQueue(name)!;

    /// <summary>Returns the messages that an exchange is delaying.</summary>
    public DelayedMessages Exchange(string name) => ((DelayedMessageRouter)Host.FindExchange(name)!.Keeper!).Delayed;

    public uint NumberOf(string queue) => Queue(queue).Messages.Number;

    /// <summary>Number of the catalog's entries about quarantined messages.</summary>
    public int QuarantineEntries =>
        Broker.Broker.Catalog.Entries.Count(entry => entry.Key.StartsWith(DefinitionKey.Quarantined, StringComparison.Ordinal));

    /// <summary>Appends a message to a queue. The head of the message (exchange, routing key and properties) cannot be decoded.</summary>
    public void Poison(string queue, int priority = 0)
    {
        var target = Queue(queue);
        StoredMessage message = default;
        Store.Append([target.Messages.Stored], [250], [1, 2, 3], persistent: true, new Span<StoredMessage>(ref message));
        var round = new DispatchRound();
        round.Publish(target, message.WithNote(MessageNote.Of(priority, head: 1, expires: false)));
        round.Complete();
    }

    /// <summary>Sends a request to the HTTP API. Returns the status and the body of the response.</summary>
    public async Task<(int Code, string Body)> HttpAsync(string method, string path, string? body = null, string login = "guest:guest")
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), $"http://127.0.0.1:{Broker.ManagementPort}/api{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(login)));
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await DisconnectAsync();
        await Broker.DisposeAsync();
    }

    private async Task DisconnectAsync()
    {
        foreach (var connection in _connections)
            await connection.DisposeAsync();
        _connections.Clear();
        _owners.Clear();
    }
}
