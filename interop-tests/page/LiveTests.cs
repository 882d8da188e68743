namespace Page;

/// <summary>Pages that change while they are looked at.</summary>
public sealed class LiveTests
{
    [Test]
    public async Task Counts_of_a_list_change_without_a_reload()
    {
        await using var stage = new Stage(PageUnderTest.Site);
        await stage.QueueAsync();
        await using var visit = await Visit.OpenAsync();
        await visit.GoAsync($"/queues?q={stage.Name}");
        await visit.Page.EvaluateAsync("() => { window.isSamePage = true; }");
        await stage.PublishAsync(37);

        await RowAsync(visit, stage, "Ready37");

        Assert.That(await visit.Page.EvaluateAsync<bool>("() => window.isSamePage === true"));
    }

    [Test]
    public async Task Rows_of_new_queues_appear_and_those_of_deleted_queues_go()
    {
        await using var stage = new Stage(PageUnderTest.Site);
        await using var visit = await Visit.OpenAsync();
        await visit.GoAsync($"/queues?q={stage.Name}");
        await stage.QueueAsync();
        var row = visit.Page.Locator(".grid-row").Filter(new() { HasText = stage.Name });
        await row.WaitForAsync();
        await stage.Api.DoAsync("DELETE", ApiClient.Path("queues", "/", stage.Name));

        await row.WaitForAsync(new() { State = WaitForSelectorState.Detached });
    }

    [Test]
    public async Task Filter_of_a_scrolled_list_shows_its_first_rows()
    {
        await using var visit = await Visit.OpenAsync();
        await visit.GoAsync("/queues");
        await visit.Page.EvaluateAsync("() => { const grid = document.querySelector('.grid'); grid.scrollTop = grid.scrollHeight; }");
        await visit.Page.Locator(".grid-row[data-index='0']").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await visit.Page.FillAsync("[data-filter]", "idle.");

        await visit.Page.Locator(".grid-row[data-index='0']").Filter(new() { HasText = "idle.000" }).WaitForAsync();
        Assert.That(await visit.Page.EvaluateAsync<int>("() => document.querySelector('.grid').scrollTop"), Is.Zero);
    }

    [Test]
    public async Task Address_has_the_filter_once_the_typing_rests()
    {
        await using var visit = await Visit.OpenAsync();
        await visit.GoAsync("/queues");
        await visit.Page.Locator("[data-filter]").PressSequentiallyAsync("idle.00");
        await visit.Page.WaitForURLAsync("**/queues?q=idle.00");

        // What is opened before the rest begins leaves the filter in the history.
        await visit.Page.EvaluateAsync("""
            () => {
              const input = document.querySelector('[data-filter]');
              input.value = 'idle.01';
              input.dispatchEvent(new Event('input', { bubbles: true }));
              document.querySelector('.brand').click();
            }
            """);
        await visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Overview" }).WaitForAsync();
        await visit.Page.GoBackAsync();

        Assert.That(await visit.Page.InputValueAsync("[data-filter]"), Is.EqualTo("idle.01"));
    }

    [Test]
    public async Task Form_is_not_reset_by_updates()
    {
        await using var stage = new Stage(PageUnderTest.Site);
        await stage.QueueAsync();
        await using var visit = await Visit.OpenAsync();
        await visit.GoAsync($"/queues?q={stage.Name}");
        await visit.Page.Locator("main [data-action='queue.add']").First.ClickAsync();
        var field = visit.Page.Locator("dialog[open] [name=name]");
        await field.FillAsync("half a na");
        await stage.PublishAsync(5);
        await RowAsync(visit, stage, "Ready5");
        await visit.Page.Keyboard.TypeAsync("me");

        Assert.That(await field.InputValueAsync(), Is.EqualTo("half a name"));
    }

    [Test]
    public async Task Lost_connection_is_shown_until_the_broker_is_back()
    {
        await using var site = await Site.StartAsync();
        await using var visit = await Visit.OpenAsync("guest", site: site);
        await visit.GoAsync("/queues");
        await visit.Page.Locator("main [data-action='queue.add']").First.ClickAsync();
        var field = visit.Page.Locator("dialog[open] [name=name]");
        await field.FillAsync("half");
        await site.Broker.StopAsync();
        var strip = visit.Page.GetByText("Connection lost");
        await strip.WaitForAsync();
        await field.PressSequentiallyAsync(" a name");
        Assert.That(await field.InputValueAsync(), Is.EqualTo("half a name"));

        // Sessions end with a restart, so the login follows.
        await site.Broker.RestartAsync();
        await Login.ShownAsync(visit.Page);
        await Login.FillAsync(visit.Page, "guest", "guest");
        await visit.SettleAsync();

        Assert.That(await strip.CountAsync(), Is.Zero);
    }

    /// <summary>Waits for the row of the queue of a stage, with a text in it.</summary>
    private static Task RowAsync(Visit visit, Stage stage, string text) => visit.Page.Locator(".grid-row")
        .Filter(new() { HasText = stage.Name }).Filter(new() { HasText = text }).WaitForAsync();
}
