using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Page;

/// <summary>The messages of an invented shop, for pictures: steady traffic, a growing queue, a stuck consumer, dead letters.</summary>
internal sealed class Shop : IAsyncDisposable
{
    private static readonly (string Exchange, string Queue, string Key)[] _bindings =
    [
        ("orders", "orders.eu", "eu.#"), ("orders", "orders.us", "us.#"), ("orders", "orders.asia", "asia.#"),
        ("orders", "billing.invoices", "*.paid"),
        ("orders", "warehouse.picking", "*.paid"), ("orders", "analytics.events", "#"), ("payments", "payments.capture", "capture"),
        ("payments", "payments.refunds", "refund"), ("notifications", "mail", "mail.#"), ("notifications", "push", "push.#"),
        ("notifications", "sms", "sms.#"),
        ("orders.dead", "orders.dead-letters", ""),
    ];

    private static readonly string[] _regions = ["eu", "eu", "eu", "us", "us", "asia"], _steps = ["created", "paid", "shipped"];

    private readonly CancellationTokenSource _end = new();
    private readonly List<IConnection> _connections = [];
    private readonly List<Task> _work = [];

    /// <summary>Creates the objects of the shop and starts its programs.</summary>
    public static async Task<Shop> OpenAsync(ApiClient api, int port)
    {
        await CreateAsync(api);
        var shop = new Shop();
        foreach (string name in (string[])["shop-frontend-1", "shop-frontend-2"])
            shop._work.Add(shop.SellAsync(await shop.ConnectAsync(port, name, "shop")));
        foreach (var (name, queue, prefetch, milliseconds) in ((string, string, ushort, int)[])
            [
                ("orders-service-1", "orders.eu", 50, 1), ("orders-service-2", "orders.us", 50, 2),
                ("orders-service-3", "orders.asia", 50, 2),
                ("payments-service", "payments.capture", 20, 2), ("mail-service-1", "mail", 20, 10), ("mail-service-2", "mail", 20, 10),
                ("push-service", "push", 100, 1), ("warehouse", "warehouse.picking", 10, 4), ("billing-worker", "billing.invoices", 20, 25),
            ])
            await WorkAsync(await shop.ConnectAsync(port, name, name.Split('-')[0]), queue, prefetch, milliseconds);
        await HoldAsync(await shop.ConnectAsync(port, "mail-service-3", "mail"), "mail", 50);
        return shop;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_work);
        foreach (var connection in _connections)
            await connection.DisposeAsync();
        _end.Dispose();
    }

    private static async Task CreateAsync(ApiClient api)
    {
        await api.DoAsync("PUT", ApiClient.Path("vhosts", "staging"), new { description = "Tests of the shop" });
        await Objects.AllowAsync(api, "staging", "guest");
        foreach (var (name, tags, write, read) in ((string, string, string, string)[])
            [
                ("ops", "administrator", ".*", ".*"), ("watcher", "monitoring", "", ""),
                ("shop", "", "^(orders|payments|notifications)$", ""),
                ("orders", "", "^amq\\.", "^orders\\."), ("payments", "management", "^payments", "^payments\\."),
                ("mail", "", "", "^mail$"), ("push", "", "", "^push$"),
                ("warehouse", "", "", "^warehouse\\."), ("billing", "management", "^billing", "^billing\\."),
            ])
        {
            await api.DoAsync("PUT", ApiClient.Path("users", name), new { password = "secret", tags });
            await api.DoAsync(
                "PUT", ApiClient.Path("permissions", "/", name), new { configure = tags == "administrator" ? ".*" : "", write, read });
        }
        foreach (string name in (string[])["orders", "payments", "notifications"])
            await api.DoAsync(
                "PUT", ApiClient.Path("exchanges", "/", name), new { type = name == "payments" ? "direct" : "topic", durable = true });
        await api.DoAsync("PUT", ApiClient.Path("exchanges", "/", "orders.dead"), new { type = "fanout", durable = true });
        foreach (var (exchange, queue, key) in _bindings)
        {
            var arguments = new Dictionary<string, object>();
            if (queue.StartsWith("orders.", StringComparison.Ordinal) && queue != "orders.dead-letters")
                (arguments["x-dead-letter-exchange"], arguments["x-max-length"]) = ("orders.dead", 100_000);
            await api.DoAsync("PUT", ApiClient.Path("queues", "/", queue), new { durable = true, arguments });
            await api.DoAsync("POST", $"/api/bindings/%2F/e/{exchange}/q/{queue}", new { routing_key = key, arguments = new { } });
        }
        foreach (var (name, pattern, key, value) in ((string, string, string, object)[])
            [
                ("orders-limits", "^orders\\.", "max-length", 50_000), ("billing-limits", "^billing\\.", "max-length", 20_000),
                ("old-reports", "^reports\\.", "expires", 3_600_000),
            ])
            await api.DoAsync("PUT", ApiClient.Path("policies", "/", name), new Dictionary<string, object>
            {
                ["pattern"] = pattern,
                ["apply-to"] = "queues",
                ["priority"] = 1,
                ["definition"] = new Dictionary<string, object> { [key] = value },
            });
    }

    private async Task<IConnection> ConnectAsync(int port, string name, string user)
    {
        var factory = new ConnectionFactory
        {
            HostName = "127.0.0.1",
            Port = port,
            UserName = user,
            Password = "secret",
            ClientProvidedName = name,
        };
        var connection = await factory.CreateConnectionAsync();
        _connections.Add(connection);
        return connection;
    }

    private async Task SellAsync(IConnection connection)
    {
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        var random = new Random(1);
        for (int i = 1; !_end.IsCancellationRequested; i++)
        {
            string region = _regions[random.Next(_regions.Length)], step = _steps[random.Next(_steps.Length)];
            string total = $"{random.Next(10, 400)}.90", items = $$"""[{"sku":"B-{{random.Next(1000)}}","count":1}]""";
            string order = $$"""{"order":{{100_000 + i}},"region":"{{region}}","total":{{total}},"items":{{items}}}""";
            await SendAsync(channel, "orders", $"{region}.{step}", order, i);
            if (step == "paid")
                await SendAsync(channel, "payments", i % 20 == 0 ? "refund" : "capture", $$"""{"order":{{100_000 + i}}}""", i);
            if (i % 3 == 0)
                await SendAsync(
                    channel, "notifications", i % 2 == 0 ? "mail.order" : "push.order",
                    $$"""{"order":{{100_000 + i}},"template":"{{step}}"}""", i);
            await Task.Delay(2 + (int)(4 * (1 + Math.Sin(i / 700.0))));
        }
    }

    private static async Task SendAsync(IChannel channel, string exchange, string key, string payload, int number)
    {
        var properties = new BasicProperties
        {
            Persistent = true,
            ContentType = "application/json",
            MessageId = $"m-{number}",
            Type = key,
            Headers = new Dictionary<string, object?> { ["x-team"] = exchange, ["x-attempt"] = 1 },
        };
        await channel.BasicPublishAsync(exchange, key, false, properties, Encoding.UTF8.GetBytes(payload));
    }

    /// <summary>Consumes a queue: a message takes some milliseconds, and one of two hundred is rejected.</summary>
    private static async Task WorkAsync(IConnection connection, string queue, ushort prefetch, int milliseconds)
    {
        var channel = await connection.CreateChannelAsync();
        await channel.BasicQosAsync(0, prefetch, false);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            await Task.Delay(milliseconds);
            if (delivery.DeliveryTag % 200 == 0)
                await channel.BasicRejectAsync(delivery.DeliveryTag, requeue: false);
            else
                await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false);
        };
        await channel.BasicConsumeAsync(queue, autoAck: false, $"{queue}-consumer", consumer);
    }

    /// <summary>Takes messages, and never acknowledges them.</summary>
    private static async Task HoldAsync(IConnection connection, string queue, ushort prefetch)
    {
        var channel = await connection.CreateChannelAsync();
        await channel.BasicQosAsync(0, prefetch, false);
        await channel.BasicConsumeAsync(queue, autoAck: false, "mail-consumer-3", new AsyncEventingBasicConsumer(channel));
    }
}
