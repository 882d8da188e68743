using System.Text.Json.Nodes;

namespace Page;

/// <summary>Changes answers of the broker before the page gets them, for states that a broker has rarely.</summary>
internal static class Answers
{
    /// <summary>Replaces a field of the objects that an address returns.</summary>
    public static Task ChangeAsync(IPage page, string addresses, string field, string value) => page.RouteAsync(addresses, async route =>
    {
        if (route.Request.Method != "GET")
        {
            await route.ContinueAsync();
            return;
        }
        var answer = await route.FetchAsync();
        var content = JsonNode.Parse(await answer.TextAsync());
        if (content is JsonObject one && one.ContainsKey(field))
            one[field] = value;
        await route.FulfillAsync(new() { Response = answer, Body = content!.ToJsonString() });
    });
}
