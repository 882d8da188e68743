using System.Text.RegularExpressions;
using RabbitMQ.Client;

namespace Page;

/// <summary>Names and texts that would do harm as HTML, or that are hard to show.</summary>
public sealed partial class HostileNameTests
{
    private const string Markup = "<img src=x onerror=alert(1)>";

    private static IEnumerable<object[]> Lists =>
        from list in (string[])["queues", "exchanges", "policies"]
        from index in Enumerable.Range(0, Objects.HostileNames.Count)
        select new object[] { list, index };

    private static IEnumerable<int> Indices => Enumerable.Range(0, Objects.HostileNames.Count);

    [TestCaseSource(nameof(Lists))]
    public Task Object_is_shown_as_text_and_its_link_opens_it(string list, int index) =>
        OpenFromListAsync(list, "/%2F", Objects.HostileNames[index]);

    [TestCaseSource(nameof(Indices))]
    public Task User_is_shown_as_text_and_its_link_opens_it(int index) => OpenFromListAsync("users", "", Objects.HostileNames[index]);

    [Test]
    public Task Virtual_host_is_shown_as_text_and_its_link_opens_it() => OpenFromListAsync("vhosts", "", Markup);

    [TestCase("/consumers", TestName = "Consumer_tag_is_shown_as_text")]
    [TestCase("/queues/%2F/idle.000/consumers", TestName = "Consumer_tag_is_shown_as_text_on_the_page_of_the_queue")]
    [TestCase("/connections", TestName = "Client_name_is_shown_as_text")]
    [TestCase("/permissions", TestName = "User_and_virtual_host_are_shown_as_text_in_the_matrix")]
    [TestCase("/graph/%2F", TestName = "Names_are_shown_as_text_in_the_graph")]
    [TestCase("/vhosts/%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E", TestName = "Description_is_shown_as_text")]
    [TestCase("/", TestName = "Names_are_shown_as_text_on_the_overview")]
    public async Task Text_is_shown(string path)
    {
        await using var visit = await Visit.OpenAsync();
        await visit.GoAsync(path);

        var text = visit.Page.Locator("main").GetByText(Markup);
        await text.First.WaitForAsync(new() { State = WaitForSelectorState.Attached });

        await NoElementAsync(visit.Page);
    }

    [Test]
    public async Task Header_and_payload_of_a_message_are_shown_as_text()
    {
        await using var visit = await Visit.OpenAsync();
        await visit.GoAsync("/queues/%2F/" + Uri.EscapeDataString(Markup));
        await visit.Page.Locator(".grid-row").First.ClickAsync();

        await visit.Page.Locator(".split-side").GetByText(Markup).First.WaitForAsync();

        Assert.That(await visit.Page.Locator(".split-side").InnerTextAsync(), Does.Contain(Markup));
        await NoElementAsync(visit.Page);
    }

    [Test]
    public async Task Client_property_is_shown_as_text()
    {
        await using var stage = new Stage(PageUnderTest.Site);
        await stage.ConnectAsync(clientName: Markup + stage.Name);
        await using var visit = await Visit.OpenAsync();
        await visit.GoAsync(stage.Fill("/connections/{connection}", encode: true));

        await Assertions.Expect(visit.Page.Locator("main")).ToContainTextAsync(Markup + stage.Name);
        await NoElementAsync(visit.Page);
    }

    [Test]
    public async Task Permission_expression_is_shown_as_text()
    {
        await using var stage = new Stage(PageUnderTest.Site);
        await stage.UserAsync();
        await stage.Api.DoAsync(
            "PUT", ApiClient.Path("permissions", "/", stage.Name), new { configure = Markup, write = Markup, read = Markup });
        await using var visit = await Visit.OpenAsync();
        await visit.GoAsync("/users/" + stage.Name);

        await visit.Page.Locator("main").GetByText(Markup).First.WaitForAsync();

        await NoElementAsync(visit.Page);
    }

    [Test]
    public async Task Log_line_is_shown_as_text()
    {
        string name = "<img src=x onerror=alert(2)>";
        int port = PageUnderTest.Site.Broker.Port;
        var factory = new ConnectionFactory { HostName = "127.0.0.1", Port = port, UserName = name, Password = "no" };
        Assert.That(async () => await factory.CreateConnectionAsync(), Throws.Exception);
        await using var visit = await Visit.OpenAsync();
        await visit.GoAsync("/log");

        await visit.Page.Locator(".log-lines").GetByText(name).First.WaitForAsync();

        await NoElementAsync(visit.Page);
    }

    /// <summary>Follows the link of a row and compares the heading with the row.</summary>
    private static async Task OpenFromListAsync(string list, string host, string name)
    {
        await using var visit = await Visit.OpenAsync();
        await visit.GoAsync($"/{list}?vhost={Uri.EscapeDataString(host.Length > 0 ? "/" : "")}");
        await visit.Page.Locator("[data-filter]").First.FillAsync(LongestPlain(name));
        string address = await visit.Page.EvaluateAsync<string>(
            "([list, host, name]) => `/${list}${host}/${encodeURIComponent(name)}`", new[] { list, host, name });
        var link = visit.Page.Locator($"main .grid-row a[href='{address.Replace("'", "\\'", StringComparison.Ordinal)}']").First;
        string shown = await link.InnerTextAsync();

        await link.ClickAsync();
        await visit.SettleAsync();

        Assert.Multiple(async () =>
        {
            Assert.That(await visit.Page.Locator("main h1").InnerTextAsync(), Is.EqualTo(shown));
            Assert.That(await visit.Page.Locator("main").InnerTextAsync(), Does.Not.Contain("does not exist"));
            Assert.That(await visit.Page.EvaluateAsync<string>("() => location.pathname"), Is.EqualTo(address));
            Assert.That(shown.Replace("\u2423", " ", StringComparison.Ordinal), Does.Contain(LongestPlain(name)));
        });
        await NoElementAsync(visit.Page);
    }

    private static async Task NoElementAsync(IPage page) =>
        Assert.That(await page.Locator("img[src=x], [onload], [onerror], a[href^=javascript]").CountAsync(), Is.Zero);

    /// <summary>A part of a name that filters find: its longest run of letters, at most 40.</summary>
    private static string LongestPlain(string name)
    {
        string longest = Plain().Matches(name).Select(match => match.Value).MaxBy(part => part.Length)!;
        return longest[..Math.Min(longest.Length, 40)];
    }

    [GeneratedRegex("[a-z0-9.]+")]
    private static partial Regex Plain();
}
