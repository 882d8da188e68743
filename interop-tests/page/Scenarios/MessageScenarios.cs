namespace Page.Scenarios;

/// <summary>Messages: publish, take, move, export, quarantine, delay.</summary>
internal static class MessageScenarios
{
    private const string Sample = "/queues/%2F/orders.us", Page = "/queues/%2F/{name}";

    public static IEnumerable<Scenario> All =>
    [
        new("message.publish", Right.Write, Page)
        {
            Sample = Sample,
            Before = stage => stage.QueueAsync(),
            Fields = [("payload", "hello {name}"), ("message_id", "m1"), ("+x-team", "string eu")],
            After = stage => stage.ReadyAsync(1),
        },
        new("message.publish", Right.Write, "/exchanges/%2F/orders")
        {
            Variant = "to an exchange",
            Before = async stage =>
            {
                await stage.QueueAsync();
                await stage.BindAsync("orders", stage.Name, stage.Name);
            },
            Fields = [("routing_key", "{name}"), ("payload_encoding", "base64"), ("payload", "AAEC"), ("persistent", "false")],
            After = stage => stage.ReadyAsync(1),
        },
        new("queue.take", Right.Read, Page)
        {
            Sample = Sample,
            Before = FullAsync,
            Fields = [("count", "2")],
            After = stage => stage.ReadyAsync(2),
        },
        new("queue.move", Right.Write, Page)
        {
            Shown = user => Right.Read.ButtonFor(user), // the target is chosen in the dialog
            Sample = Sample,
            Before = WithTargetAsync,
            Fields = [("queue", "{name}.to"), ("limit", "3")],
            Dialog = DryRunAsync,
            After = async stage => await stage.ReadyAsync(3, stage.Name + ".to") && await stage.ReadyAsync(1),
        },
        new("queue.copy", Right.Write, Page)
        {
            Shown = user => Right.Read.ButtonFor(user), // the target is chosen in the dialog
            Sample = Sample,
            Before = WithTargetAsync,
            Fields = [("queue", "{name}.to"), ("filter", "header.x_team=eu")],
            Dialog = DryRunAsync,
            After = async stage => await stage.ReadyAsync(2, stage.Name + ".to") && await stage.ReadyAsync(4),
        },
        new("queue.replay", Right.Write, "/queues/%2F/{name}.dead")
        {
            Shown = user => Right.Read.ButtonFor(user), // the messages name their targets
            Sample = "/queues/%2F/orders.dead",
            Before = DeadAsync,
            After = async stage => await stage.ReadyAsync(0, stage.Name + ".dead") && await stage.ReadyAsync(2),
        },
        new("queue.delete_messages", Right.Read, Page)
        {
            Sample = Sample,
            Before = FullAsync,
            Fields = [("filter", "header.x_team=eu")],
            Dialog = DryRunAsync,
            After = stage => stage.ReadyAsync(2),
        },
        new("queue.export", Right.Read, Page)
        {
            Sample = Sample,
            Before = FullAsync,
            Finish = DownloadAsync,
            Download = "/api/queues/%2F/{name}/messages/export",
            After = stage => stage.ReadyAsync(4),
        },
        new("quarantine.return", Right.Read, Page + "/quarantine")
        {
            Sample = Sample + "/quarantine",
            Before = FullAsync,
            After = stage => stage.ReadyAsync(4),
        },
        new("quarantine.drop", Right.Read, Page + "/quarantine")
        {
            Sample = Sample + "/quarantine",
            Before = FullAsync,
            After = stage => stage.ReadyAsync(4),
        },
        new("delayed.cancel", Right.Configure, "/exchanges/%2F/{name}/delayed")
        {
            Sample = "/exchanges/%2F/later/delayed",
            Before = async stage =>
            {
                await stage.ExchangeAsync(type: "x-delayed-message", arguments: ("x-delayed-type", "direct"));
                var headers = new Dictionary<string, object> { ["x-delay"] = 3_600_000 };
                await Objects.PublishAsync(stage.Api, stage.Name, "key", "later", headers);
                var delayed = await stage.Api.GetAsync("exchanges", "/", stage.Name, "delayed");
                stage["message"] = delayed.GetProperty("messages")[0].GetProperty("id").GetString()!;
            },
            Row = "key",
            After = stage => stage.HasAsync("messages_delayed", 0, "exchanges", "/", stage.Name),
        },
        new("job.cancel", Right.Owner, "/jobs")
        {
            Before = Exports.StallAsync,
            Row = "export {job}",
            After = async stage => !await stage.HasAsync("state", "running", "jobs", stage["job"]),
        },
    ];

    private static async Task FullAsync(Stage stage)
    {
        await stage.QueueAsync();
        await stage.PublishAsync(4);
    }

    private static async Task WithTargetAsync(Stage stage)
    {
        await FullAsync(stage);
        await stage.QueueAsync(stage.Name + ".to");
    }

    /// <summary>Two messages expire in one queue and are dead-lettered to another.</summary>
    private static async Task DeadAsync(Stage stage)
    {
        await stage.QueueAsync(stage.Name + ".dead");
        await stage.QueueAsync(arguments: [("x-dead-letter-exchange", ""), ("x-dead-letter-routing-key", stage.Name + ".dead")]);
        await stage.PublishAsync(2);
        var reject = new { ackmode = "reject_requeue_false", count = 2, encoding = "auto" };
        await stage.Api.DoAsync("POST", ApiClient.Path("queues", "/", stage.Name) + "/get", reject);
        Assert.That(await ScenarioRun.EventuallyAsync(() => stage.ReadyAsync(2, stage.Name + ".dead")));
    }

    private static Task DryRunAsync(ILocator form) => form.GetByRole(AriaRole.Button, new() { Name = "Dry run" }).ClickAsync();

    private static async Task DownloadAsync(IPage page, ILocator form)
    {
        var download = await page.RunAndWaitForDownloadAsync(() => form.Locator("a[download]").ClickAsync());
        string[] lines = await File.ReadAllLinesAsync((await download.PathAsync())!);
        Assert.That(lines, Has.Length.EqualTo(4));
    }
}
