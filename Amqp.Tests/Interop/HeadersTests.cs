namespace Amqp.Tests.Interop;

/// <summary>
/// Two queues are bound to a headers exchange. One binding requires all of its headers to match, and the other binding any of its headers.
/// </summary>
[TestFixture(ClientLanguage.Python)]
public sealed class HeadersTests(ClientLanguage language) : InteropFixture(language)
{
    [Test]
    public async Task Headers_and_not_the_routing_key_choose_the_queue()
    {
        IReadOnlyList<string> lines = await RunAsync("headers", "--exchange", Unique("reports"));

        Assert.That(lines.Where(line => line.Contains("received", StringComparison.Ordinal)), Is.EqualTo(new[]
        {
            " [x] all received 'both'",
            " [x] any received 'both'",
            " [x] any received 'format only'",
            " [x] any received 'pages only'",
        }));
    }
}
