using System.Text.Json;

namespace Page.Scenarios;

/// <summary>Shovels and federation.</summary>
internal static class LinkScenarios
{
    private static readonly object _upstream = new { uri = "amqp:///other" };
    private static readonly object _set = new[] { new { upstream = "elsewhere" } };

    public static IEnumerable<Scenario> All =>
    [
        new("shovel.add", Right.Policymaker, "/shovels")
        {
            Sample = "/shovels",
            Before = stage => stage.QueueAsync(),
            Fields = [("name", "{name}"), ("vhost", "/"), ("srcName", "{name}"), ("destUri", "amqp://"), ("destName", "orders.dead")],
            After = stage => ParameterAsync(stage, "shovel", value => value.GetProperty("src-queue").GetString() == stage.Name),
            Undo = stage => DeleteAsync(stage, "shovel"),
        },
        new("shovel.edit", Right.Policymaker, "/shovels")
        {
            Sample = "/shovels",
            Before = ShovelAsync,
            Row = "{name}",
            Fields = [("prefetch", "17")],
            After = stage => ParameterAsync(
                stage, "shovel", value => value.TryGetProperty("src-prefetch-count", out var count) && count.GetInt32() == 17),
            Undo = stage => DeleteAsync(stage, "shovel"),
        },
        new("shovel.restart", Right.Policymaker, "/shovels")
        {
            Sample = "/shovels",
            Before = ShovelAsync,
            Row = "{name}",
            After = stage => stage.ExistsAsync("shovels", "vhost", "/", stage.Name),
            Undo = stage => DeleteAsync(stage, "shovel"),
        },
        new("shovel.delete", Right.Policymaker, "/shovels")
        {
            Sample = "/shovels",
            Before = ShovelAsync,
            Row = "{name}",
            After = stage => stage.IsGoneAsync("parameters", "shovel", "/", stage.Name),
        },
        new("upstream.add", Right.Policymaker, "/federation")
        {
            Sample = "/federation",
            Fields = [("name", "{name}"), ("vhost", "/"), ("uri", "amqp:///other"), ("hops", "2")],
            After = stage => ParameterAsync(stage, "federation-upstream", value => value.GetProperty("max-hops").GetInt32() == 2),
            Undo = stage => DeleteAsync(stage, "federation-upstream"),
        },
        new("upstream.edit", Right.Policymaker, "/federation")
        {
            Sample = "/federation",
            Before = stage => SetAsync(stage, "federation-upstream", _upstream),
            Row = "{name}",
            Fields = [("hops", "3")],
            After = stage => ParameterAsync(
                stage, "federation-upstream", value => value.TryGetProperty("max-hops", out var hops) && hops.GetInt32() == 3),
            Undo = stage => DeleteAsync(stage, "federation-upstream"),
        },
        new("upstream.delete", Right.Policymaker, "/federation")
        {
            Sample = "/federation",
            Before = stage => SetAsync(stage, "federation-upstream", _upstream),
            Row = "{name}",
            After = stage => stage.IsGoneAsync("parameters", "federation-upstream", "/", stage.Name),
        },
        new("upstreamset.add", Right.Policymaker, "/federation")
        {
            Sample = "/federation",
            Fields = [("name", "{name}"), ("vhost", "/"), ("upstreams", "elsewhere")],
            After = stage => ParameterAsync(stage, "federation-upstream-set", value => value.GetArrayLength() == 1),
            Undo = stage => DeleteAsync(stage, "federation-upstream-set"),
        },
        new("upstreamset.edit", Right.Policymaker, "/federation")
        {
            Sample = "/federation",
            Before = stage => SetAsync(stage, "federation-upstream-set", _set),
            Row = "{name}",
            Fields = [("upstreams", "elsewhere\n{name}.other")],
            After = stage => ParameterAsync(stage, "federation-upstream-set", value => value.GetArrayLength() == 2),
            Undo = stage => DeleteAsync(stage, "federation-upstream-set"),
        },
        new("upstreamset.delete", Right.Policymaker, "/federation")
        {
            Sample = "/federation",
            Before = stage => SetAsync(stage, "federation-upstream-set", _set),
            Row = "{name}",
            After = stage => stage.IsGoneAsync("parameters", "federation-upstream-set", "/", stage.Name),
        },
        new("link.restart", Right.Policymaker, "/federation")
        {
            Before = LinkAsync,
            Row = "{name}",
            After = async stage => (await LinksAsync(stage)).Count > 0,
            Undo = async stage =>
            {
                await stage.Api.StatusAsync("DELETE", ApiClient.Path("policies", "/", stage.Name));
                await DeleteAsync(stage, "federation-upstream");
            },
        },
    ];

    /// <summary>Creates an upstream, a set and a shovel that no scenario changes.</summary>
    public static async Task CreateSamplesAsync(ApiClient api)
    {
        await api.DoAsync("PUT", ApiClient.Path("parameters", "federation-upstream", "/", "elsewhere"), new { value = _upstream });
        await api.DoAsync("PUT", ApiClient.Path("parameters", "federation-upstream-set", "/", "all"), new { value = _set });
        object shovel = Shovel("idle.001", "idle.002");
        await api.DoAsync("PUT", ApiClient.Path("parameters", "shovel", "/", "dead-letters"), new { value = shovel });
    }

    private static Dictionary<string, object> Shovel(string from, string to) => new()
    {
        ["src-uri"] = "amqp://",
        ["src-queue"] = from,
        ["dest-uri"] = "amqp://",
        ["dest-queue"] = to,
    };

    private static async Task ShovelAsync(Stage stage)
    {
        await stage.QueueAsync();
        await SetAsync(stage, "shovel", Shovel(stage.Name, "orders.dead"));
        Assert.That(await ScenarioRun.EventuallyAsync(() => stage.HasAsync("state", "running", "shovels", "vhost", "/", stage.Name)));
    }

    /// <summary>A federated exchange, whose upstream is another virtual host of the same broker.</summary>
    private static async Task LinkAsync(Stage stage)
    {
        await SetAsync(stage, "federation-upstream", _upstream);
        await stage.ExchangeAsync();
        await stage.Api.DoAsync("PUT", ApiClient.Path("policies", "/", stage.Name), new Dictionary<string, object>
        {
            ["pattern"] = $"^{stage.Name}$",
            ["apply-to"] = "exchanges",
            ["definition"] = new Dictionary<string, object> { ["federation-upstream"] = stage.Name },
        });
        Assert.That(await ScenarioRun.EventuallyAsync(async () => (await LinksAsync(stage)).Count > 0));
        stage["link"] = (await LinksAsync(stage))[0].GetProperty("id").GetString()!;
    }

    private static async Task<IReadOnlyList<JsonElement>> LinksAsync(Stage stage)
    {
        var all = await stage.Api.GetAsync("federation-links");
        return [.. all.EnumerateArray().Where(link => link.GetProperty("upstream").GetString() == stage.Name)];
    }

    private static Task<JsonElement> SetAsync(Stage stage, string component, object value) =>
        stage.Api.DoAsync("PUT", ApiClient.Path("parameters", component, "/", stage.Name), new { value });

    private static async Task<bool> ParameterAsync(Stage stage, string component, Func<JsonElement, bool> isExpected) =>
        await stage.ExistsAsync("parameters", component, "/", stage.Name)
        && isExpected((await stage.Api.GetAsync("parameters", component, "/", stage.Name)).GetProperty("value"));

    private static Task<int> DeleteAsync(Stage stage, string component) =>
        stage.Api.StatusAsync("DELETE", ApiClient.Path("parameters", component, "/", stage.Name));
}
