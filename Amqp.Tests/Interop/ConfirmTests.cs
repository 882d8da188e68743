namespace Amqp.Tests.Interop;

/// <summary>Each client library reports publisher confirms in its own way.</summary>
[TestFixture(ClientLanguage.Python)]
[TestFixture(ClientLanguage.Node)]
[TestFixture(ClientLanguage.DotNet6)]
public sealed class ConfirmTests(ClientLanguage language) : InteropFixture(language)
{
    private IReadOnlyList<string> _lines = [];

    [OneTimeSetUp]
    public async Task PublishAsync() => _lines = await RunAsync("confirms", "--count", "200");

    [Test]
    public void Every_publish_is_confirmed() => Assert.That(_lines, Does.Contain(" [x] Confirmed 200 messages"));

    [Test]
    public void A_confirmed_message_is_in_its_queue() => Assert.That(_lines, Does.Contain(" [x] The queue holds 200 messages"));

    [Test]
    public void A_mandatory_message_without_a_queue_is_returned() =>
        Assert.That(_lines, Does.Contain(" [x] Returned 'lost': 312 NO_ROUTE"));

    [Test]
    public void A_message_without_a_queue_that_is_not_mandatory_is_confirmed() =>
        Assert.That(_lines, Does.Contain(" [x] Confirmed a message that is not mandatory and has no queue"));
}
