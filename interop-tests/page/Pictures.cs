using System.Globalization;
using Amqp.Tests.Support;

namespace Page;

/// <summary>Takes the pictures in docs/images, if <c>AMQP_TESTS_PICTURES</c> is the number of seconds that their charts show.</summary>
public sealed class Pictures
{
    private const string Variable = "AMQP_TESTS_PICTURES";

    private static readonly string _folder = Path.Combine(FindRoot(), "docs", "images");

    [Test]
    public async Task Take()
    {
        if (!int.TryParse(Environment.GetEnvironmentVariable(Variable), CultureInfo.InvariantCulture, out int seconds))
            Assert.Ignore($"{Variable} is not set: it is the number of seconds that the charts of the pictures show");
        await using var broker = await BrokerProcess.StartAsync();
        string address = $"http://127.0.0.1:{broker.ManagementPort}";
        using var api = new ApiClient(address, "guest", "guest");
        await using var shop = await Shop.OpenAsync(api, broker.Port);
        Directory.CreateDirectory(_folder);
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        await api.StatusAsync("POST", "/api/traces", """{"vhost":"/","exchange":"orders","seconds":60,"hops":200}""");

        await TakeAsync(address, "overview-light", "/");
        await TakeAsync(address, "overview-dark", "/", isDark: true, width: 1900);
        await TakeAsync(address, "queues-light", "/queues?sort=-messages_ready");
        await TakeAsync(address, "queue-light", "/queues/%2F/analytics.events", page => page.Locator(".grid-row").Nth(3).ClickAsync());
        await TakeAsync(
            address, "move-dark", "/queues/%2F/orders.dead-letters",
            page => page.Locator("[data-action='queue.replay']").First.ClickAsync(), isDark: true);
        await TakeAsync(address, "graph-light", "/exchanges/%2F/orders");
        await TakeAsync(address, "connections-dark", "/connections", isDark: true);
        await TakeAsync(address, "permissions-light", "/permissions");
        await TakeAsync(address, "policy-light", "/policies", FillPolicyAsync);
        await TakeAsync(address, "trace-dark", "/trace/1", isDark: true);
        await TakeAsync(address, "phone-overview", "/", width: 390);
        await TakeAsync(address, "phone-queues-dark", "/queues?sort=-messages_ready", isDark: true, width: 390);
    }

    private static async Task FillPolicyAsync(IPage page)
    {
        await page.Locator("[data-action='policy.add']").Last.ClickAsync();
        await page.Locator("dialog [name=name]").FillAsync("orders-ttl");
        await page.Locator("dialog [name=pattern]").FillAsync("^orders\\.");
        await page.Locator("dialog [name=priority]").FillAsync("5"); // above the policy that the queues have
        await page.Locator("dialog .chip", new() { HasText = "Message TTL" }).ClickAsync();
        await page.Locator("dialog .pair input").Nth(1).FillAsync("60000");
        await page.WaitForTimeoutAsync(1000);
    }

    private static async Task TakeAsync(
        string address, string name, string path, Func<IPage, Task>? act = null, bool isDark = false, int width = 1400)
    {
        bool isPhone = width < 500;
        await using var context = await PageUnderTest.Browser.NewContextAsync(new()
        {
            BaseURL = address,
            ViewportSize = new() { Width = width, Height = isPhone ? 844 : 900 },
            DeviceScaleFactor = isPhone ? 2 : 1,
            IsMobile = isPhone,
            HasTouch = isPhone,
            ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,
            Locale = "en-GB",
        });
        await context.APIRequest.PostAsync("/api/session", new()
        {
            DataObject = new { username = "guest", password = "guest" },
            Headers = new Dictionary<string, string> { ["X-Requested-With"] = "pictures", ["Origin"] = address },
        });
        var page = await context.NewPageAsync();
        await page.GotoAsync(path);
        await page.Locator("main h1").First.WaitForAsync();
        await page.WaitForTimeoutAsync(2500);
        if (act is not null)
        {
            await act(page);
            await page.WaitForTimeoutAsync(800);
        }
        await page.ScreenshotAsync(new() { Path = Path.Combine(_folder, name + ".png") });
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "AmqpBroker.sln")))
            folder = folder.Parent!;
        return folder.FullName;
    }
}
