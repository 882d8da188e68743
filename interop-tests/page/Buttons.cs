namespace Page;

/// <summary>Finds the buttons of actions: on the page, in a row, in a menu, or in the bar of selected rows.</summary>
internal static class Buttons
{
    private const string Menus = ".menu > button[aria-expanded=false]";

    /// <summary>Selects the rows of a scenario, opens menus where necessary, and returns the visible button of its action.</summary>
    public static async Task<ILocator> FindAsync(IPage page, Scenario scenario, Stage stage)
    {
        foreach (string name in scenario.Select)
            await page.GetByRole(AriaRole.Checkbox, new() { Name = $"Select {stage.Fill(name)}", Exact = true }).ClickAsync();
        var scope = page.Locator("main");
        if (scenario.Row.Length > 0)
            scope = scope.Locator(".grid-row, tbody tr").Filter(new() { HasText = stage.Fill(scenario.Row) }).First;
        var button = scope.Locator($"[data-action='{scenario.Action}']").Filter(new() { HasText = scenario.Label }).First;
        for (int tries = 0; tries < 10; tries++)
        {
            if (await button.IsVisibleAsync())
                return button;
            foreach (var menu in await scope.Locator(Menus).AllAsync())
            {
                await menu.ClickAsync();
                if (await button.IsVisibleAsync())
                    return button;
                await page.Keyboard.PressAsync("Escape");
            }
            await page.WaitForTimeoutAsync(100); // until the first data is there
        }
        string shown = string.Join(", ", await ShownAsync(page));
        throw new AssertionException($"There is no button of {scenario.Action} at {page.Url}. Buttons: {shown}");
    }

    /// <summary>
    /// All buttons of actions in the page, its first row and its menus: <c>id</c>, or <c>id: reason</c> for a disabled button.
    /// </summary>
    public static async Task<IReadOnlyDictionary<string, string?>> AllAsync(IPage page)
    {
        var found = new Dictionary<string, string?>();
        await ReadAsync(page, found);
        foreach (var menu in await page.Locator($"main {Menus}").AllAsync())
        {
            if (!await menu.IsVisibleAsync())
                continue;
            await menu.ClickAsync();
            await ReadAsync(page, found);
            await page.Keyboard.PressAsync("Escape");
        }
        return found;
    }

    private static async Task ReadAsync(IPage page, Dictionary<string, string?> found)
    {
        string[] shown = await ShownAsync(page);
        foreach (string one in shown)
        {
            string[] parts = one.Split('|', 3);
            found[parts[0]] = parts[1] == "true" ? parts[2] : null;
        }
    }

    private static Task<string[]> ShownAsync(IPage page) => page.EvaluateAsync<string[]>("""
        () => [...document.querySelectorAll('main [data-action]')]
          .map(one => `${one.dataset.action}|${one.getAttribute('aria-disabled') ?? 'false'}|${one.title}`)
        """);
}
