using System.Text.Json;

namespace Page.Scenarios;

/// <summary>Policies, operator policies, definitions.</summary>
internal static class PolicyScenarios
{
    private const string Sample = "/policies/%2F/limits", Page = "/policies/%2F/{name}";

    public static IEnumerable<Scenario> All =>
    [
        new("policy.add", Right.Policymaker, "/policies")
        {
            Sample = "/policies",
            Label = "Add policy…",
            Fields = [("name", "{name}"), ("vhost", "/"), ("pattern", "^{name}"), ("+max-length", "number 5")],
            After = stage => stage.HasAsync("definition/max-length", 5, "policies", "/", stage.Name),
        },
        new("policy.add", Right.Administrator, "/policies")
        {
            Variant = "operator",
            Label = "Add operator policy…",
            Fields = [("name", "{name}"), ("vhost", "/"), ("pattern", "^{name}"), ("+max-length", "number 6")],
            After = stage => stage.HasAsync("definition/max-length", 6, "operator-policies", "/", stage.Name),
        },
        new("policy.edit", Right.Policymaker, Page)
        {
            Sample = Sample,
            Before = PolicyAsync,
            Fields = [("priority", "3")],
            After = stage => stage.HasAsync("priority", 3, "policies", "/", stage.Name),
        },
        new("policy.delete", Right.Policymaker, Page)
        {
            Sample = Sample,
            Before = PolicyAsync,
            After = stage => stage.IsGoneAsync("policies", "/", stage.Name),
        },
        new("policy.delete", Right.Administrator, Page + "/operator")
        {
            Variant = "operator",
            Before = stage => stage.Api.DoAsync("PUT", ApiClient.Path("operator-policies", "/", stage.Name), Of(stage)),
            After = stage => stage.IsGoneAsync("operator-policies", "/", stage.Name),
        },
        new("definitions.import", Right.Administrator, "/definitions")
        {
            Reveal = async (page, stage) => await page.Locator("#import-file").SetInputFilesAsync(new FilePayload
            {
                Name = stage.Name + ".json",
                MimeType = "application/json",
                Buffer = System.Text.Encoding.UTF8.GetBytes(Definitions(stage)),
            }),
            After = stage => stage.ExistsAsync("queues", "/", stage.Name),
            File = Definitions,
        },
    ];

    private static Task<JsonElement> PolicyAsync(Stage stage) =>
        stage.Api.DoAsync("PUT", ApiClient.Path("policies", "/", stage.Name), Of(stage));

    private static Dictionary<string, object> Of(Stage stage) => new()
    {
        ["pattern"] = "^" + stage.Name,
        ["apply-to"] = "queues",
        ["definition"] = new Dictionary<string, object> { ["max-length"] = 5 },
    };

    private static string Definitions(Stage stage) =>
        $$"""{"queues":[ { "name":"{{stage.Name}}","vhost":"/","durable":true,"auto_delete":false,"arguments":{ } } ]}""";
}
