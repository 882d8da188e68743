namespace Page.Scenarios;

/// <summary>Queues and their bindings.</summary>
internal static class QueueScenarios
{
    private const string Sample = "/queues/%2F/orders.us", Page = "/queues/%2F/{name}";

    public static IEnumerable<Scenario> All =>
    [
        new("queue.add", Right.Configure, "/queues")
        {
            Shown = Rights.InList,
            Sample = "/queues",
            Fields = [("name", "{name}"), ("type", "quorum"), ("+x-max-length", "number 100")],
            After = stage => stage.HasAsync("arguments/x-max-length", 100, "queues", "/", stage.Name),
        },
        new("queue.purge", Right.Read, Page)
        {
            Sample = Sample,
            Before = FullAsync,
            After = stage => stage.ReadyAsync(0),
        },
        new("queue.delete", Right.Configure, Page)
        {
            Sample = Sample,
            Before = FullAsync,
            Confirm = "{name}",
            After = stage => stage.IsGoneAsync("queues", "/", stage.Name),
        },
        new("queue.restart", Right.Administrator, Page)
        {
            Before = stage => stage.QueueAsync(),
            Browser = page => Answers.ChangeAsync(page, "**/api/queues/%2F/act*", "state", "crashed"),
            After = stage => stage.HasAsync("state", "running", "queues", "/", stage.Name),
        },
        new("queues.purge", Right.Read, "/queues?q={name}")
        {
            Sample = "/queues?q=orders.us",
            Before = BothFullAsync,
            Select = ["{name}.a", "{name}.b"],
            After = async stage => await stage.ReadyAsync(0, stage.Name + ".a") && await stage.ReadyAsync(0, stage.Name + ".b"),
        },
        new("queues.delete", Right.Configure, "/queues?q={name}")
        {
            Sample = "/queues?q=orders.us",
            Before = BothFullAsync,
            Select = ["{name}.a", "{name}.b"],
            Confirm = "delete 2",
            After = async stage => await stage.IsGoneAsync("queues", "/", stage.Name + ".a")
                && await stage.IsGoneAsync("queues", "/", stage.Name + ".b"),
        },
        new("binding.add", Right.Write, Page + "/bindings")
        {
            Sample = Sample + "/bindings",
            Before = stage => stage.QueueAsync(),
            Fields = [("other", "orders"), ("routing_key", "{name}.#")],
            After = async stage => (await stage.Api.GetAsync("bindings", "/", "e", "orders", "q", stage.Name)).GetArrayLength() == 1,
        },
        new("binding.remove", Right.Write, Page + "/bindings")
        {
            Sample = Sample + "/bindings",
            Before = BoundAsync,
            Row = "{name}.#",
            After = async stage => (await stage.Api.GetAsync("bindings", "/", "e", "orders", "q", stage.Name)).GetArrayLength() == 0,
        },
        new("binding.add", Right.Write, "/exchanges/%2F/{name}/bindings")
        {
            Variant = "from an exchange",
            Before = async stage =>
            {
                await stage.ExchangeAsync();
                await stage.ExchangeAsync(stage.Name + ".to");
            },
            Fields = [("direction", "exchange"), ("other", "{name}.to"), ("routing_key", "a.*")],
            After = async stage =>
                (await stage.Api.GetAsync("bindings", "/", "e", stage.Name, "e", stage.Name + ".to")).GetArrayLength() == 1,
        },
    ];

    private static async Task FullAsync(Stage stage)
    {
        await stage.QueueAsync();
        await stage.PublishAsync(3);
    }

    private static async Task BothFullAsync(Stage stage)
    {
        foreach (string end in (string[])[".a", ".b"])
        {
            await stage.QueueAsync(stage.Name + end);
            await stage.PublishAsync(1, stage.Name + end);
        }
    }

    private static async Task BoundAsync(Stage stage)
    {
        await stage.QueueAsync();
        await stage.BindAsync("orders", stage.Name, stage.Name + ".#");
    }
}
