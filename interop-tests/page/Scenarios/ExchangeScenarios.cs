namespace Page.Scenarios;

/// <summary>Exchanges.</summary>
internal static class ExchangeScenarios
{
    public static IEnumerable<Scenario> All =>
    [
        new("exchange.add", Right.Configure, "/exchanges")
        {
            Shown = Rights.InList,
            Sample = "/exchanges",
            Fields = [("name", "{name}"), ("type", "x-delayed-message"), ("+x-delayed-type", "string topic")],
            After = stage => stage.HasAsync("type", "x-delayed-message", "exchanges", "/", stage.Name),
        },
        new("exchange.delete", Right.Configure, "/exchanges/%2F/{name}")
        {
            Sample = "/exchanges/%2F/orders",
            Before = stage => stage.ExchangeAsync(),
            After = stage => stage.IsGoneAsync("exchanges", "/", stage.Name),
        },
        new("exchanges.delete", Right.Configure, "/exchanges?q={name}")
        {
            Sample = "/exchanges?q=orders",
            Before = async stage =>
            {
                await stage.ExchangeAsync(stage.Name + ".a");
                await stage.ExchangeAsync(stage.Name + ".b");
            },
            Select = ["{name}.a", "{name}.b"],
            After = async stage => await stage.IsGoneAsync("exchanges", "/", stage.Name + ".a")
                && await stage.IsGoneAsync("exchanges", "/", stage.Name + ".b"),
        },
    ];
}
