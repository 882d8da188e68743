using System.Collections.Concurrent;

namespace Page;

/// <summary>A request that the page sent.</summary>
internal sealed record SentRequest(string Method, string Path, string? Body);

/// <summary>Carries out scenarios as an administrator, each once, and keeps what several tests look at.</summary>
internal sealed class ScenarioRun
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<ScenarioRun>>> _all = new();

    private ScenarioRun(Scenario scenario, Site site)
    {
        Scenario = scenario;
        Stage = new Stage(site);
    }

    public Scenario Scenario { get; }

    /// <summary>The names that the scenario used.</summary>
    public Stage Stage { get; }

    /// <summary>The requests that changed something.</summary>
    public IReadOnlyList<SentRequest> Requests { get; private set; } = [];

    /// <summary>Violations of accessibility rules while the dialog was open, in both themes.</summary>
    public IReadOnlyList<string> Violations { get; private set; } = [];

    /// <summary>True if the action loses something.</summary>
    public bool IsDangerous { get; private set; }

    /// <summary>Text of the element with the focus when the dialog opened.</summary>
    public string Focused { get; private set; } = "";

    /// <summary>The amqpbroker command that the dialog showed; empty if none.</summary>
    public string Command { get; private set; } = "";

    /// <summary>True if the dialog did not let the action go on before the name was typed. Also true without a name to type.</summary>
    public bool WasGuarded { get; private set; } = true;

    /// <summary>True if the API showed the effect.</summary>
    public bool HadEffect { get; private set; }

    /// <summary>Errors that the page reported.</summary>
    public IReadOnlyList<string> Errors { get; private set; } = [];

    /// <summary>Carries out a scenario; at the second call, returns the result of the first.</summary>
    public static Task<ScenarioRun> OfAsync(Scenario scenario) => _all.GetOrAdd(scenario.Name, _ => new(async () =>
    {
        await using var own = await OwnSiteAsync(scenario);
        var run = new ScenarioRun(scenario, own ?? PageUnderTest.Site);
        await run.RunAsync();
        return run;
    })).Value;

    /// <summary>The result for tests of other things than the action itself. They are inconclusive if it failed.</summary>
    public static async Task<ScenarioRun> KnownAsync(Scenario scenario)
    {
        try
        {
            return await OfAsync(scenario);
        }
        catch (Exception error)
        {
            Assert.Inconclusive($"The action failed: {error.Message}");
            throw;
        }
    }

    /// <summary>Starts a broker for a scenario that is alone; null for others.</summary>
    public static async Task<Site?> OwnSiteAsync(Scenario scenario)
    {
        if (!scenario.IsAlone)
            return null;
        var site = await Site.StartAsync();
        await Objects.CreateUsersAsync(site.Api);
        return site;
    }

    /// <summary>Asks until an answer is true, for five seconds at most.</summary>
    public static async Task<bool> EventuallyAsync(Func<Task<bool>> isTrue)
    {
        for (int i = 0; i < 50; i++)
        {
            if (await isTrue())
                return true;
            await Task.Delay(100);
        }
        return false;
    }

    private async Task RunAsync()
    {
        await Scenario.Before(Stage);
        var visit = await Visit.OpenAsync(site: Stage.Site);
        try
        {
            await Scenario.Browser(visit.Page);
            await visit.GoAsync(Stage.Fill(Scenario.Address, encode: true));
            var form = await OpenDialogAsync(visit);
            await FillAsync(visit.Page, form);
            Violations = await Axe.ViolationsAsync(visit.Page, "dialog[open]");
            await ReadCommandAsync(form);
            int before = visit.Requests.Count;
            await SubmitAsync(visit.Page, form);
            HadEffect = await EventuallyAsync(() => Scenario.After(Stage));
            Requests = [.. visit.Requests.Skip(before).Where(IsChange)
                .Select(one => new SentRequest(one.Method, new Uri(one.Url).PathAndQuery, one.PostData))];
            Errors = visit.Errors;
        }
        finally
        {
            await visit.Context.CloseAsync();
            await Scenario.Undo(Stage);
            await Stage.DisposeAsync();
        }
    }

    private async Task<ILocator> OpenDialogAsync(Visit visit)
    {
        var page = visit.Page;
        await Scenario.Reveal(page, Stage);
        var button = await Buttons.FindAsync(page, Scenario, Stage);
        IsDangerous = (await visit.ActionsAsync()).GetValueOrDefault(Scenario.Action);
        await button.ClickAsync();
        var form = page.Locator($"dialog[open] form[data-dialog='{Scenario.Action}']");
        await form.WaitForAsync();
        await page.WaitForFunctionAsync("() => document.querySelector('dialog[open]')?.contains(document.activeElement)");
        Focused = await page.EvaluateAsync<string>("() => document.activeElement.textContent.trim()");
        return form;
    }

    private async Task FillAsync(IPage page, ILocator form)
    {
        foreach (var (name, value) in Scenario.Fields)
            await Fields.FillAsync(form, Stage.Fill(name), Stage.Fill(value));
        if (Scenario.Confirm.Length > 0)
        {
            WasGuarded = await form.Locator("button[type=submit]").GetAttributeAsync("aria-disabled") == "true";
            await form.Locator("#confirm-name").FillAsync(Stage.Fill(Scenario.Confirm));
        }
        await Scenario.Dialog(form);
    }

    private async Task ReadCommandAsync(ILocator form)
    {
        var line = form.Locator("pre[aria-label=amqpbroker]");
        if (await line.CountAsync() > 0)
            Command = await line.First.TextContentAsync() ?? "";
    }

    private async Task SubmitAsync(IPage page, ILocator form)
    {
        if (Scenario.Finish is not null)
        {
            await Scenario.Finish(page, form);
            return;
        }
        await form.Locator("button[type=submit]:not([aria-disabled=true])").ClickAsync();
        var result = await page.WaitForFunctionAsync("""
            () => {
              const good = document.querySelector('.toast:not(.is-error)');
              const bad = document.querySelector('.toast.is-error, dialog[open] .fault-box, dialog[open] .fault');
              return good ? 'done' : bad ? `failed: ${bad.textContent}` : null;
            }
            """);
        Assert.That(await result.JsonValueAsync<string>(), Is.EqualTo("done"));
    }

    /// <summary>True for requests that change something. Previews and dry runs are posted, too.</summary>
    private static bool IsChange(IRequest request) =>
        request.Method != "GET" && request.Url.Contains("/api/", StringComparison.Ordinal)
        && !request.Url.Contains("/api/session", StringComparison.Ordinal) && !request.Url.EndsWith("/preview", StringComparison.Ordinal);
}
