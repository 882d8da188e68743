using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Page;

/// <summary>Addresses of RabbitMQ's page, which runbooks and bookmarks contain.</summary>
public sealed partial class AddressTests
{
    [TestCase("#/queues/%2F/orders.us", "/queues/%2F/orders.us")]
    [TestCase("#/exchanges/%2F/amq.default", "/exchanges/%2F/amq.default")]
    [TestCase("#/exchanges/%2F/orders", "/exchanges/%2F/orders")]
    [TestCase("#/queues", "/queues")]
    [TestCase("#/users/developer", "/users/developer")]
    [TestCase("#/policies/%2F/limits", "/policies/%2F/limits")]
    [TestCase("#/vhosts/%2F", "/vhosts/%2F")]
    [TestCase("#/", "/")]
    public async Task Address_of_RabbitMQ_leads_to_the_same_object(string old, string path)
    {
        await using var visit = await Visit.OpenAsync();
        await visit.GoAsync("/" + old);

        Assert.Multiple(async () =>
        {
            Assert.That(new Uri(visit.Page.Url).AbsolutePath, Is.EqualTo(path));
            Assert.That(
                await visit.Page.Locator("main").InnerTextAsync(), Does.Not.Contain("no such page").And.Not.Contain("does not exist"));
        });
    }

    [Test]
    public async Task Address_of_a_connection_leads_to_the_connection()
    {
        await using var visit = await Visit.OpenAsync();
        await visit.GoAsync(Places.Of("/#/connections/{connection}"));

        var expected = new Uri(PageUnderTest.Site.Address + Places.Of("/connections/{connection}"));
        Assert.Multiple(async () =>
        {
            Assert.That(new Uri(visit.Page.Url).AbsolutePath, Is.EqualTo(expected.AbsolutePath));
            Assert.That(await visit.Page.Locator("main h1").InnerTextAsync(), Is.EqualTo("shop"));
        });
    }

    [Test]
    public async Task Every_route_of_RabbitMQ_in_the_documentation_leads_to_a_page()
    {
        string[] routes = [.. Route().Matches(await File.ReadAllTextAsync(Documentation())).Select(match => match.Groups[1].Value)];
        Assert.That(routes, Has.Length.GreaterThan(30));
        await using var visit = await Visit.OpenAsync();
        await visit.GoAsync("/");
        var lost = new List<string>();

        foreach (string route in routes)
        {
            await visit.FollowAsync("/" + Filled(route));
            string heading = await visit.Page.Locator("main h1").First.InnerTextAsync();
            string text = await visit.Page.Locator("main").InnerTextAsync();
            if (heading == "There is no such page" || text.Contains("does not exist", StringComparison.Ordinal))
                lost.Add($"{route}: {text.ReplaceLineEndings(" ")}");
        }

        Assert.That(lost, Is.Empty);
    }

    /// <summary>Puts objects that exist into the parameters of a route.</summary>
    private static string Filled(string route)
    {
        string name = route.Split('/')[1] switch
        {
            "queues" => "orders.us",
            "exchanges" => "orders",
            "connections" => Places.Of("{connection}"),
            "channels" => Places.Of("{channel}"),
            "policies" => "limits",
            "vhosts" => "%2F",
            "users" => "developer",
            _ => "any",
        };
        route = route.Replace(":vhost", "%2F", StringComparison.Ordinal);
        return Parameter().Replace(route, name);
    }

    private static string Documentation([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../docs/management-page.md"));

    [GeneratedRegex(@"^\| `get (#/[^`]*)`", RegexOptions.Multiline)]
    private static partial Regex Route();

    [GeneratedRegex(":[a-z_]+")]
    private static partial Regex Parameter();
}
