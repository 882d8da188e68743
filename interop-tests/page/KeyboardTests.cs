using System.Text.RegularExpressions;

namespace Page;

/// <summary>The page without a mouse.</summary>
public sealed class KeyboardTests
{
    private const int MostTabs = 150;

    [Test]
    public async Task Slash_searches_and_Enter_opens_a_queue()
    {
        await using var visit = await Visit.OpenAsync();
        await visit.GoAsync("/");
        await visit.Page.Keyboard.PressAsync("/");
        await visit.Page.Keyboard.TypeAsync("orders.us");
        await visit.Page.GetByRole(AriaRole.Option, new() { NameRegex = new Regex("^orders\\.us") }).First.WaitForAsync();
        await visit.Page.Keyboard.PressAsync("Enter");

        await visit.Page.WaitForURLAsync("**/queues/%2F/orders.us");
    }

    [TestCase("o", "/")]
    [TestCase("q", "/queues")]
    [TestCase("e", "/exchanges")]
    [TestCase("c", "/connections")]
    [TestCase("p", "/policies")]
    [TestCase("l", "/log")]
    public async Task Letters_after_g_open_pages(string letter, string path)
    {
        await using var visit = await Visit.OpenAsync();
        await visit.GoAsync("/jobs");
        await visit.Page.Keyboard.PressAsync("g");
        await visit.Page.Keyboard.PressAsync(letter);

        await visit.Page.WaitForURLAsync(PageUnderTest.Site.Address + path);
    }

    [Test]
    public async Task Letters_move_in_a_list_select_a_row_and_open_it()
    {
        await using var visit = await Visit.OpenAsync();
        await visit.GoAsync("/queues?q=orders.");
        await visit.Page.Keyboard.PressAsync("j");
        await FocusedRowAsync(visit.Page, 0);
        await visit.Page.Keyboard.PressAsync("j");
        await FocusedRowAsync(visit.Page, 1);
        await visit.Page.Keyboard.PressAsync("x");
        await visit.Page.GetByText("1 of 3 selected").WaitForAsync();
        await visit.Page.Keyboard.PressAsync("k");
        await FocusedRowAsync(visit.Page, 0);
        await visit.Page.Keyboard.PressAsync("ArrowDown");
        await FocusedRowAsync(visit.Page, 1);
        await visit.Page.Keyboard.PressAsync("Enter");

        await visit.Page.WaitForURLAsync("**/queues/%2F/orders.eu");
    }

    [Test]
    public async Task F_goes_to_the_filter()
    {
        await using var visit = await Visit.OpenAsync();
        await visit.GoAsync("/queues");
        await visit.Page.Keyboard.PressAsync("f");
        await visit.Page.Keyboard.TypeAsync("orders.dead");

        await visit.Page.GetByText(new Regex("^1 of ")).First.WaitForAsync();
    }

    [Test]
    public async Task Escape_closes_a_dialog_and_the_focus_returns()
    {
        await using var visit = await Visit.OpenAsync();
        await visit.GoAsync("/queues");
        await visit.Page.Locator("main [data-action='queue.add']").First.FocusAsync();
        await visit.Page.Keyboard.PressAsync("Enter");
        await visit.Page.Locator("dialog[open]").WaitForAsync();
        await visit.Page.Keyboard.PressAsync("Escape");
        await visit.Page.Locator("dialog").WaitForAsync(new() { State = WaitForSelectorState.Detached });

        Assert.That(await visit.Page.EvaluateAsync<string>("() => document.activeElement.dataset.action"), Is.EqualTo("queue.add"));
    }

    [Test]
    public async Task Question_mark_lists_the_keys()
    {
        await using var visit = await Visit.OpenAsync();
        await visit.GoAsync("/");
        await visit.Page.Keyboard.PressAsync("?");

        await visit.Page.GetByRole(AriaRole.Dialog, new() { Name = "Keys" }).WaitForAsync();
    }

    [Test]
    public async Task Keys_can_be_turned_off()
    {
        await using var visit = await Visit.OpenAsync();
        await visit.GoAsync("/");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "User ops" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Turn single keys off" }).ClickAsync();
        await visit.Page.ReloadAsync();
        await visit.SettleAsync();
        await visit.Page.Keyboard.PressAsync("?");
        await visit.Page.Keyboard.PressAsync("/");

        Assert.That(await visit.Page.Locator("dialog").CountAsync(), Is.Zero);
    }

    [TestCase("/queues/%2F/orders.us")]
    [TestCase("/queues/%2F/orders.us/bindings")]
    [TestCase("/users/developer")]
    public async Task Tab_reaches_every_button(string path)
    {
        await using var visit = await Visit.OpenAsync();
        await visit.GoAsync(path);
        string[] all = await visit.Page.EvaluateAsync<string[]>("""
            () => [...document.querySelectorAll('main button:not(.grid button), main [data-action]')]
              .filter(one => one.checkVisibility()).map((one, i) => one.dataset.test = `${one.textContent.trim()} ${i}`)
            """);
        var reached = new HashSet<string>();
        for (int i = 0; i < MostTabs && !reached.IsSupersetOf(all); i++)
        {
            await visit.Page.Keyboard.PressAsync("Tab");
            reached.Add(await visit.Page.EvaluateAsync<string>("() => document.activeElement.dataset.test ?? ''"));
        }

        Assert.That(all.Except(reached), Is.Empty);
    }

    [Test]
    public async Task First_Tab_offers_to_skip_to_the_content()
    {
        await using var visit = await Visit.OpenAsync();
        await visit.GoAsync("/queues");
        await visit.Page.Keyboard.PressAsync("Tab");
        await visit.Page.Keyboard.PressAsync("Enter");

        Assert.That(await visit.Page.EvaluateAsync<string>("() => document.activeElement.id"), Is.EqualTo("main"));
    }

    private static async Task FocusedRowAsync(IPage page, int index) =>
        await page.WaitForFunctionAsync($"() => document.activeElement.dataset.index === '{index}'");
}
