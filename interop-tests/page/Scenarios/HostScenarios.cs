namespace Page.Scenarios;

/// <summary>Virtual hosts.</summary>
internal static class HostScenarios
{
    private const string Sample = "/vhosts/%2F", Page = "/vhosts/{name}";

    public static IEnumerable<Scenario> All =>
    [
        new("vhost.add", Right.Administrator, "/vhosts")
        {
            Sample = "/vhosts",
            Fields = [("name", "{name}"), ("description", "of a test"), ("type", "quorum")],
            After = stage => stage.HasAsync("default_queue_type", "quorum", "vhosts", stage.Name),
            Undo = DeleteAsync,
        },
        new("vhost.edit", Right.Administrator, Page)
        {
            Sample = Sample,
            Before = stage => stage.HostAsync(),
            Fields = [("description", "changed"), ("tags", "one, two")],
            After = stage => stage.HasAsync("description", "changed", "vhosts", stage.Name),
            Undo = DeleteAsync,
        },
        new("vhost.limits", Right.Administrator, Page)
        {
            Sample = Sample,
            Before = stage => stage.HostAsync(),
            Fields = [("max-queues", "9")],
            After = async stage => (await stage.Api.GetAsync("vhost-limits", stage.Name)).GetRawText()
                .Contains("\"max-queues\":9", StringComparison.Ordinal),
            Undo = DeleteAsync,
        },
        new("vhost.trace", Right.Administrator, Page)
        {
            Sample = Sample,
            Before = stage => stage.HostAsync(),
            After = stage => stage.HasAsync("tracing", true, "vhosts", stage.Name),
            Undo = DeleteAsync,
        },
        new("vhost.protect", Right.Administrator, Page)
        {
            Sample = Sample,
            Before = stage => stage.HostAsync(),
            After = stage => stage.HasAsync("protected_from_deletion", true, "vhosts", stage.Name),
            Undo = async stage =>
            {
                await stage.Api.StatusAsync("DELETE", ApiClient.Path("vhosts", stage.Name) + "/deletion/protection");
                await DeleteAsync(stage);
            },
        },
        new("vhost.delete", Right.Administrator, Page)
        {
            Sample = Sample,
            Before = stage => stage.HostAsync(),
            Confirm = "{name}",
            After = stage => stage.IsGoneAsync("vhosts", stage.Name),
        },
    ];

    private static Task<int> DeleteAsync(Stage stage) => stage.Api.StatusAsync("DELETE", ApiClient.Path("vhosts", stage.Name));
}
