namespace Page;

/// <summary>Fills the fields of a dialog.</summary>
internal static class Fields
{
    /// <summary>Gives a field a value. See <see cref="Scenario.Fields"/>.</summary>
    public static async Task FillAsync(ILocator form, string name, string value)
    {
        if (name[0] == '+')
        {
            await AddPairAsync(form, name[1..], value);
            return;
        }
        var field = form.Locator($"[name='{name}']");
        switch (await field.EvaluateAsync<string>("field => field.type"))
        {
            case "checkbox":
                await field.SetCheckedAsync(value == "true");
                break;
            case "select-one":
                await field.SelectOptionAsync(value);
                break;
            case "file":
                await field.SetInputFilesAsync(new FilePayload
                {
                    Name = "file.json",
                    MimeType = "application/json",
                    Buffer = System.Text.Encoding.UTF8.GetBytes(value),
                });
                break;
            default:
                await field.FillAsync(value);
                break;
        }
    }

    private static async Task AddPairAsync(ILocator form, string key, string typeAndValue)
    {
        string[] words = typeAndValue.Split(' ', 2);
        await form.GetByRole(AriaRole.Button, new() { Name = "+ Add", Exact = true }).First.ClickAsync();
        var pair = form.Locator(".pair").Last;
        await pair.GetByPlaceholder("key").FillAsync(key);
        await pair.Locator("select").SelectOptionAsync(words[0]);
        await pair.Locator("input").Nth(1).FillAsync(words[1]);
    }
}
