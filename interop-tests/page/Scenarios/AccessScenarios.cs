namespace Page.Scenarios;

/// <summary>Users and permissions.</summary>
internal static class AccessScenarios
{
    private const string Sample = "/users/developer", Page = "/users/{name}";
    private static readonly (string, string)[] _password = [("password", "new secret"), ("again", "new secret")];

    public static IEnumerable<Scenario> All =>
    [
        new("user.add", Right.Administrator, "/users")
        {
            Sample = "/users",
            Fields = [("name", "{name}"), .. _password, ("tag-management", "true"), ("others", "billing")],
            Input = "new secret\n",
            After = stage => stage.HasAsync("tags", (string[])["management", "billing"], "users", stage.Name),
        },
        new("user.tags", Right.Administrator, Page)
        {
            Sample = Sample,
            Before = stage => stage.UserAsync(),
            Fields = [("tag-monitoring", "true")],
            After = stage => stage.HasAsync("tags", (string[])["monitoring"], "users", stage.Name),
        },
        new("user.password", Right.Administrator, Page)
        {
            Sample = Sample,
            Before = stage => stage.UserAsync(tags: "management"),
            Fields = _password,
            Input = "new secret\n",
            After = async stage => await LogsInAsync(stage, "new secret") && !await LogsInAsync(stage, Objects.Password),
        },
        new("user.limits", Right.Administrator, Page)
        {
            Sample = Sample,
            Before = stage => stage.UserAsync(),
            Fields = [("max-connections", "7")],
            After = async stage => (await stage.Api.GetAsync("user-limits", stage.Name)).GetRawText()
                .Contains("\"max-connections\":7", StringComparison.Ordinal),
        },
        new("user.delete", Right.Administrator, Page)
        {
            Sample = Sample,
            Before = async stage =>
            {
                await stage.UserAsync();
                await Objects.AllowAsync(stage.Api, "/", stage.Name);
                await stage.ConnectAsync(stage.Name);
            },
            Confirm = "{name}",
            After = stage => stage.IsGoneAsync("users", stage.Name),
        },
        new("permission.set", Right.Administrator, Page)
        {
            Sample = Sample,
            Before = stage => stage.UserAsync(),
            Fields = [("vhost", "/"), ("configure", ""), ("write", "^{name}\\."), ("read", ".*")],
            After = stage => stage.HasAsync("write", $"^{stage.Name}\\.", "permissions", "/", stage.Name),
        },
        new("permission.set", Right.Administrator, Page)
        {
            Variant = "change",
            Before = AllowedAsync,
            Row = ".*",
            Fields = [("write", "")],
            After = stage => stage.HasAsync("write", "", "permissions", "/", stage.Name),
        },
        new("permission.clear", Right.Administrator, Page)
        {
            Sample = Sample,
            Before = AllowedAsync,
            Row = ".*",
            After = stage => stage.IsGoneAsync("permissions", "/", stage.Name),
        },
        new("topic.set", Right.Administrator, Page)
        {
            Sample = Sample,
            Before = AllowedAsync,
            Fields = [("vhost", "/"), ("exchange", "orders"), ("write", "^eu\\."), ("read", ".*")],
            After = async stage => (await TopicsAsync(stage)).Contains("\"orders\"", StringComparison.Ordinal),
        },
        new("topic.clear", Right.Administrator, Page)
        {
            Sample = Sample,
            Before = async stage =>
            {
                await AllowedAsync(stage);
                await stage.Api.DoAsync(
                    "PUT", ApiClient.Path("topic-permissions", "/", stage.Name), new { exchange = "orders", write = "^eu\\.", read = "" });
            },
            Row = "orders",
            After = async stage => !(await TopicsAsync(stage)).Contains("\"orders\"", StringComparison.Ordinal),
        },
    ];

    private static async Task AllowedAsync(Stage stage)
    {
        await stage.UserAsync();
        await Objects.AllowAsync(stage.Api, "/", stage.Name);
    }

    private static async Task<string> TopicsAsync(Stage stage)
    {
        var path = ApiClient.Path("users", stage.Name, "topic-permissions");
        return await stage.Api.StatusAsync("GET", path) == 200 ? (await stage.Api.DoAsync("GET", path)).GetRawText() : "";
    }

    private static async Task<bool> LogsInAsync(Stage stage, string password)
    {
        using var api = new ApiClient(PageUnderTest.Site.Address, stage.Name, password);
        return await api.StatusAsync("GET", "/api/whoami") == 200;
    }
}
