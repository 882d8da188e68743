namespace Page;

/// <summary>The login form.</summary>
internal static class Login
{
    /// <summary>Fills the form and uses its button.</summary>
    public static async Task FillAsync(IPage page, string user, string password)
    {
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync(user);
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();
    }

    /// <summary>Waits until the form is shown.</summary>
    public static Task ShownAsync(IPage page) => page.Locator("main.login form").WaitForAsync();
}
