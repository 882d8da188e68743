namespace Page;

/// <summary>Starts one broker, its objects, a load on them, and one browser for all tests.</summary>
[SetUpFixture]
public sealed class PageUnderTest
{
    private const string Chromium = "/usr/bin/chromium";

    private static Site? _site;
    private static IPlaywright? _playwright;
    private static IBrowser? _browser;
    private static Load? _load;

    /// <summary>The broker that most tests share. Tests that stop a broker, or fill it, start their own.</summary>
    public static Site Site => _site!;

    /// <summary>The HTTP API of the shared broker, as an administrator with all permissions.</summary>
    public static ApiClient Api => Site.Api;

    public static IBrowser Browser => _browser!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        if (!File.Exists(Chromium))
            Skip($"The tests need {Chromium}: apt-get install chromium");
        if (!File.Exists(Axe.File))
            Skip($"The tests need {Axe.File}: npm ci in interop-tests/node");
        _site = await Site.StartAsync();
        await Objects.CreateAsync(Api);
        _load = await Load.StartAsync(_site.Broker.Port);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = ["--no-sandbox"] });
        await Places.FindAsync(Api);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (_load is not null)
            await _load.DisposeAsync();
        if (_site is not null)
            await _site.DisposeAsync();
    }

    /// <summary>Skips the tests on a machine that cannot run them. If CI=true is set, they fail instead.</summary>
    private static void Skip(string reason)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(reason);
        Assert.Ignore(reason);
    }
}
