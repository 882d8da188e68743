namespace Page.Scenarios;

/// <summary>Connections of clients.</summary>
internal static class ConnectionScenarios
{
    public static IEnumerable<Scenario> All =>
    [
        new("connection.close", Right.Owner, "/connections/{connection}")
        {
            Sample = "/connections/{connection}",
            Before = stage => stage.ConnectAsync(),
            Fields = [("reason", "Test of {name}")],
            After = stage => stage.IsGoneAsync("connections", stage["connection"]),
        },
        new("connections.close", Right.Owner, "/connections?q={name}")
        {
            Sample = "/connections?q=shop",
            Before = stage => stage.ConnectAsync(),
            Select = ["{connection}"],
            After = stage => stage.IsGoneAsync("connections", stage["connection"]),
        },
        new("connection.closeuser", Right.Owner, "/connections/{connection}")
        {
            Sample = "/connections/{connection}",
            Before = async stage =>
            {
                await stage.UserAsync();
                await Objects.AllowAsync(stage.Api, "/", stage.Name);
                await stage.ConnectAsync(stage.Name);
            },
            After = stage => stage.IsGoneAsync("connections", stage["connection"]),
        },
    ];
}
