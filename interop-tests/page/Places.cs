namespace Page;

/// <summary>The addresses of all pages, each with objects to show.</summary>
internal static class Places
{
    private static string _connection = "", _channel = "", _trace = "";

    /// <summary>Addresses. Names in braces stand for parts that are known only when the load runs.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        "/",
        "/queues",
        "/queues/%2F/orders.us",
        "/queues/%2F/orders.eu/unacked",
        "/queues/%2F/orders.eu/consumers",
        "/queues/%2F/orders.us/bindings",
        "/queues/%2F/orders.us/arguments",
        "/exchanges",
        "/exchanges/%2F/orders",
        "/exchanges/%2F/orders/bindings",
        "/exchanges/%2F/orders/route",
        "/exchanges/%2F/orders/unroutable",
        "/graph/%2F",
        "/connections",
        "/connections/{connection}",
        "/channels",
        "/channels/{channel}",
        "/consumers",
        "/node",
        "/log",
        "/events",
        "/trace",
        "/trace/{trace}",
        "/jobs",
        "/policies",
        "/policies/%2F/limits",
        "/definitions",
        "/vhosts",
        "/vhosts/%2F",
        "/shovels",
        "/federation",
        "/users",
        "/users/developer",
        "/permissions",
    ];

    /// <summary>Name of the connection that publishes.</summary>
    public static string Connection => _connection;

    /// <summary>Finds the names of the connection and the channel that publish, and starts a trace.</summary>
    public static async Task FindAsync(ApiClient api)
    {
        while (_channel.Length == 0)
        {
            foreach (var one in (await api.GetAsync("channels")).EnumerateArray())
            {
                string connection = one.GetProperty("connection_details").GetProperty("name").GetString()!;
                var details = await api.GetAsync("connections", connection);
                if (details.TryGetProperty("user_provided_name", out var name) && name.GetString() == "shop")
                    (_connection, _channel) = (connection, one.GetProperty("name").GetString()!);
            }
        }
        if (await api.StatusAsync("GET", "/api/traces") == 404)
            return;
        var trace = await api.DoAsync("POST", "/api/traces", new { vhost = "/", queue = "orders.eu", seconds = 600, hops = 100 });
        _trace = trace.GetProperty("id").ToString();
    }

    /// <summary>Replaces the names in braces.</summary>
    public static string Of(string place) => place
        .Replace("{connection}", Uri.EscapeDataString(_connection), StringComparison.Ordinal)
        .Replace("{channel}", Uri.EscapeDataString(_channel), StringComparison.Ordinal)
        .Replace("{trace}", _trace, StringComparison.Ordinal);
}
