namespace Page;

/// <summary>Users, queues, exchanges and policies that the tests look at.</summary>
internal static class Objects
{
    public const string Password = "secret";

    /// <summary>A virtual host that only administrators and monitoring users see.</summary>
    public const string OtherHost = "other";

    /// <summary>Names that would do harm if they were shown as HTML, or that are hard to show.</summary>
    public static readonly IReadOnlyList<string> HostileNames =
    [
        "<img src=x onerror=alert(1)>", "\u202Egnp.exe", new string('x', 255),
        "queue \U0001F407 \U0001F468\u200D\U0001F469\u200D\U0001F467", "  leading blank",
        "javascript:alert(1)", "a/b?c#d%e&f", "'\"><svg onload=alert(1)>",
    ];

    /// <summary>
    /// One user for each tag that RabbitMQ knows. All have all permissions in the virtual host <c>/</c>, except <c>reader</c>, who may only
    /// read, and <c>nobody</c>, who has no permission.
    /// </summary>
    public static readonly IReadOnlyList<(string Name, string Tags)> Users =
    [
        ("ops", "administrator"), ("watcher", "monitoring"), ("planner", "policymaker"), ("developer", "management"),
        ("reader", "management"), ("nobody", "management"), ("tagless", ""),
    ];

    public static async Task CreateAsync(ApiClient api)
    {
        await CreateUsersAsync(api);
        await api.DoAsync("PUT", ApiClient.Path("vhosts", OtherHost), new { });
        await AllowAsync(api, OtherHost, "guest");
        await AllowAsync(api, OtherHost, "ops");
        await TopologyAsync(api);
        await api.DoAsync(
            "PUT", ApiClient.Path("topic-permissions", "/", "developer"), new { exchange = "orders", write = ".*", read = ".*" });
        await Scenarios.LinkScenarios.CreateSamplesAsync(api);
        await HostileAsync(api);
    }

    /// <summary>Creates <see cref="Users"/>.</summary>
    public static async Task CreateUsersAsync(ApiClient api)
    {
        foreach (var (name, tags) in Users)
        {
            await api.DoAsync("PUT", ApiClient.Path("users", name), new { password = Password, tags });
            if (name is not ("nobody" or "reader"))
                await AllowAsync(api, "/", name);
        }
        await api.DoAsync("PUT", ApiClient.Path("permissions", "/", "reader"), new { configure = "", write = "", read = ".*" });
    }

    /// <summary>Names of the users that can log in to the page.</summary>
    public static IEnumerable<string> PageUsers => Users.Where(user => user.Tags.Length > 0).Select(user => user.Name);

    public static Task AllowAsync(ApiClient api, string host, string user) =>
        api.DoAsync("PUT", ApiClient.Path("permissions", host, user), new { configure = ".*", write = ".*", read = ".*" });

    public static Task PublishAsync(ApiClient api, string exchange, string key, string payload, object? headers = null) => api.DoAsync(
        "POST", ApiClient.Path("exchanges", "/", exchange) + "/publish", new
        {
            routing_key = key,
            payload,
            payload_encoding = "string",
            properties = new { delivery_mode = 2, content_type = "application/json", headers = headers ?? new { } },
        });

    private static async Task TopologyAsync(ApiClient api)
    {
        await api.DoAsync("PUT", ApiClient.Path("exchanges", "/", "orders"), new { type = "topic", durable = true });
        await api.DoAsync("PUT", ApiClient.Path("exchanges", "/", "orders.dlx"), new { type = "fanout", durable = true });
        await api.DoAsync("PUT", ApiClient.Path("exchanges", "/", "later"), new
        {
            type = "x-delayed-message",
            durable = true,
            arguments = new Dictionary<string, object> { ["x-delayed-type"] = "direct" },
        });
        foreach (string name in (string[])["orders.eu", "orders.us"])
        {
            await api.DoAsync("PUT", ApiClient.Path("queues", "/", name), new
            {
                durable = true,
                arguments = new Dictionary<string, object> { ["x-dead-letter-exchange"] = "orders.dlx", ["x-max-length"] = 100_000 },
            });
            await api.DoAsync("POST", "/api/bindings/%2F/e/orders/q/" + name, new { routing_key = name[7..] + ".#", arguments = new { } });
        }
        await PublishAsync(api, "later", "reminder", "{}", new Dictionary<string, object> { ["x-delay"] = 3_600_000 });
        await api.DoAsync("PUT", ApiClient.Path("queues", "/", "orders.dead"), new { durable = true });
        await api.DoAsync("POST", "/api/bindings/%2F/e/orders.dlx/q/orders.dead", new { routing_key = "", arguments = new { } });
        await api.DoAsync("PUT", ApiClient.Path("queues", OtherHost, "hidden"), new { durable = true });
        await api.DoAsync("PUT", ApiClient.Path("policies", "/", "limits"), new Dictionary<string, object>
        {
            ["pattern"] = "^orders\\.",
            ["apply-to"] = "queues",
            ["priority"] = 1,
            ["definition"] = new Dictionary<string, object> { ["max-length"] = 50_000 },
        });
        for (int i = 0; i < 80; i++)
            await api.DoAsync("PUT", ApiClient.Path("queues", "/", $"idle.{i:000}"), new { durable = true });
        for (int i = 0; i < 30; i++)
        {
            var headers = new Dictionary<string, object> { ["x-team"] = i % 2 == 0 ? "eu" : "us" };
            await PublishAsync(api, "orders", "us.created", $$"""{"id":{{i}},"item":"book"}""", headers);
        }
    }

    private static async Task HostileAsync(ApiClient api)
    {
        foreach (string name in HostileNames)
        {
            await api.DoAsync("PUT", ApiClient.Path("queues", "/", name), new { durable = true });
            await api.DoAsync("PUT", ApiClient.Path("exchanges", "/", name), new { type = "fanout", durable = true });
            await api.DoAsync("PUT", ApiClient.Path("users", name), new { password = Password, tags = "" });
            await api.DoAsync("PUT", ApiClient.Path("policies", "/", name), new Dictionary<string, object>
            {
                ["pattern"] = "^matches nothing$",
                ["apply-to"] = "queues",
                ["definition"] = new Dictionary<string, object> { ["max-length"] = 1 },
            });
        }
        string hostile = HostileNames[0];
        await api.DoAsync("PUT", ApiClient.Path("vhosts", hostile), new { description = hostile });
        await AllowAsync(api, hostile, "guest");
        await AllowAsync(api, hostile, "ops");
        await PublishAsync(api, "amq.default", hostile, hostile, new Dictionary<string, object> { [hostile] = hostile });
    }
}
