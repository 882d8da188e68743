using System.Text.RegularExpressions;
using Amqp.Tests.Architecture;

namespace Amqp.Tests.Behaviour.Management.Page;

/// <summary>docs/management-page.md says where each route of RabbitMQ's page and of its plugins is on this broker's page.</summary>
[TestFixture]
public sealed partial class RabbitMqPageRoutesTests
{
    private const string PackageFolder = "/usr/lib/rabbitmq/lib";

    [Test]
    public void Every_route_of_RabbitMQs_page_has_a_row_in_the_documentation()
    {
        if (!Directory.Exists(PackageFolder))
            Assert.Ignore($"RabbitMQ's package is not installed: {PackageFolder} does not exist");
        var routes = RoutesOfThePackage().ToHashSet();
        var documented = DocumentedRoutes().ToList();
        Assert.Multiple(() =>
        {
            Assert.That(routes, Has.Count.GreaterThan(60), "the scripts of the page were not found");
            Assert.That(documented, Is.Unique);
            Assert.That(routes.Except(documented), Is.Empty, "routes without a row");
            Assert.That(documented.Except(routes), Is.Empty, "rows without a route");
        });
    }

    private static IEnumerable<string> RoutesOfThePackage() =>
        from plugin in Directory.EnumerateDirectories(PackageFolder, "rabbitmq_*", SearchOption.AllDirectories)
        let scripts = Path.Combine(plugin, "priv", "www", "js")
        where Directory.Exists(scripts)
        from script in Directory.EnumerateFiles(scripts, "*.js")
        where !Path.GetFileName(script).StartsWith("sammy", StringComparison.Ordinal)
        from Match route in Route().Matches(File.ReadAllText(script))
        select $"{(route.Groups["verb"].Success ? route.Groups["verb"].Value : "get")} {route.Groups["path"].Value}";

    private static IEnumerable<string> DocumentedRoutes() =>
        from line in File.ReadLines(Path.Combine(SourceTree.Root, "docs", "management-page.md"))
        let row = Row().Match(line)
        where row.Success
        select row.Groups["route"].Value;

    /// <summary><c>sammy.put('#/queues'</c>, or <c>path('#/vhosts'</c>, which is a get.</summary>
    [GeneratedRegex(@"(sammy\.(?<verb>get|put|post|del)|(?<![\w.])path)\('(?<path>#/[^']*)'")]
    private static partial Regex Route();

    [GeneratedRegex(@"^\| `(?<route>(get|put|post|del) #/[^`]*)` \|")]
    private static partial Regex Row();
}
