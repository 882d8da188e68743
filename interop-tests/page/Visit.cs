namespace Page;

/// <summary>A tab of the browser with the session of one user. Fails the test if the page reports an error.</summary>
internal sealed class Visit : IAsyncDisposable
{
    private readonly List<string> _errors = []; // guarded by a lock on this object, because the events come on threads of Playwright
    private readonly List<IRequest> _requests = []; // guarded by the lock of _errors
    private readonly Site _site;

    private Visit(Site site, IBrowserContext context, IPage page)
    {
        _site = site;
        Context = context;
        Page = page;
    }

    public IBrowserContext Context { get; }

    public IPage Page { get; }

    /// <summary>Errors of scripts, violations of the content security policy, and dialogs that a script opened.</summary>
    public IReadOnlyList<string> Errors
    {
        get
        {
            lock (_errors)
                return [.. _errors];
        }
    }

    /// <summary>All requests of the tab so far.</summary>
    public IReadOnlyList<IRequest> Requests
    {
        get
        {
            lock (_errors)
                return [.. _requests];
        }
    }

    /// <summary>Opens a tab.</summary>
    /// <param name="user">Name of the user; null for a tab without a login.</param>
    /// <param name="width">Width of the window in pixels. Below 500, the browser behaves as a phone does.</param>
    /// <param name="site">The broker; null for the one that tests share.</param>
    public static async Task<Visit> OpenAsync(string? user = "ops", int width = 1400, Site? site = null)
    {
        site ??= PageUnderTest.Site;
        var context = await PageUnderTest.Browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = 900 },
            ColorScheme = ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
            HasTouch = width < 500,
            IsMobile = width < 500,
            BaseURL = site.Address,
            Locale = "en-US",
        });
        context.SetDefaultTimeout(10_000);
        var visit = new Visit(site, context, await context.NewPageAsync());
        visit.Listen();
        if (user is not null)
            await visit.LogInAsync(user);
        return visit;
    }

    /// <summary>Begins a session as the page does, but without the login form.</summary>
    public async Task LogInAsync(string user, string? password = null)
    {
        var reply = await Context.APIRequest.PostAsync("/api/session", new()
        {
            DataObject = new { username = user, password = password ?? (user == "guest" ? "guest" : Objects.Password) },
            Headers = new Dictionary<string, string> { ["X-Requested-With"] = "amqpbroker", ["Origin"] = _site.Address },
        });
        Assert.That(reply.Ok, $"the login of {user} was answered with {reply.Status} {await reply.TextAsync()}");
    }

    /// <summary>Loads an address of the page, and waits until its heading and its first data are there.</summary>
    public async Task GoAsync(string path)
    {
        await Page.GotoAsync(path);
        await SettleAsync();
    }

    /// <summary>Opens an address as a link of the page does, without loading the page again.</summary>
    public async Task FollowAsync(string path)
    {
        await Page.EvaluateAsync("path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')); }", path);
        await SettleAsync();
    }

    /// <summary>Waits until no part of the page loads its first data.</summary>
    public async Task SettleAsync()
    {
        await Page.Locator("main h1").First.WaitForAsync();
        await Page.WaitForFunctionAsync("""
            () => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(() =>
              resolve(!document.querySelector('.busy-bar, .grid-row.is-missing, .starting')))))
            """);
    }

    /// <summary>All actions of the page: id, and true if something is lost.</summary>
    public async Task<IReadOnlyDictionary<string, bool>> ActionsAsync() => (await Page.EvaluateAsync<string[]>(
        "() => globalThis.amqpbroker.actions().map(action => `${action.id} ${action.danger === true}`)"))
        .Select(one => one.Split(' ')).ToDictionary(one => one[0], one => one[1] == "true");

    /// <summary>Ends the visit with a failure if the page has reported an error.</summary>
    public async ValueTask DisposeAsync()
    {
        await Context.CloseAsync();
        if (TestContext.CurrentContext.Result.Outcome.Status != NUnit.Framework.Interfaces.TestStatus.Failed)
            Assert.That(Errors, Is.Empty, "errors of the page");
    }

    private void Listen()
    {
        Page.PageError += (_, error) => Add(error);
        Page.Console += (_, message) =>
        {
            // A refused or missing resource is an answer that tests expect, not an error of the page.
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
                Add(message.Text);
        };
        Page.Dialog += async (_, dialog) =>
        {
            Add($"a script opened a dialog: {dialog.Message}");
            await dialog.DismissAsync();
        };
        Page.Request += (_, request) =>
        {
            lock (_errors)
                _requests.Add(request);
        };
    }

    private void Add(string error)
    {
        lock (_errors)
            _errors.Add(error);
    }
}
