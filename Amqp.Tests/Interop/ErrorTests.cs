namespace Amqp.Tests.Interop;

/// <summary>
/// The broker closes the channel or the connection when a client makes an error. The client library reports the right code and text.
/// </summary>
[TestFixture(ClientLanguage.Python)]
[TestFixture(ClientLanguage.Node)]
public sealed class ErrorTests(ClientLanguage language) : InteropFixture(language)
{
    private readonly string _queue = Unique("mistakes");
    private IReadOnlyList<string> _lines = [];

    [OneTimeSetUp]
    public async Task MakeMistakesAsync() => _lines = await RunAsync("errors", "--queue", _queue);

    [TestCase("no queue", "channel 404 NOT_FOUND - no queue '{0}-none' in vhost '/'")]
    [TestCase("no exchange", "channel 404 NOT_FOUND - no exchange '{0}-none' in vhost '/'")]
    [TestCase("no queue to consume", "channel 404 NOT_FOUND - no queue '{0}-none' in vhost '/'")]
    [TestCase("redeclared", "channel 406 PRECONDITION_FAILED - inequivalent arg 'durable' for queue '{0}' in vhost '/': "
        + "received 'true' but current is 'false'")]
    [TestCase("exclusive", "channel 405 RESOURCE_LOCKED - cannot obtain exclusive access to locked queue '{0}-exclusive' in vhost '/'. "
        + "It could be originally declared on another connection or the exclusive property value does "
        + "not match that of the original declaration.")]
    [TestCase("unknown delivery tag", "channel 406 PRECONDITION_FAILED - unknown delivery tag 99")]
    [TestCase("reserved name", "channel 403 ACCESS_REFUSED - queue name 'amq.mine' contains reserved prefix 'amq.*'")]
    [TestCase("default exchange", "channel 403 ACCESS_REFUSED - operation not permitted on the default exchange")]
    [TestCase("wrong password", "connection 403 ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. "
        + "For details see the broker logfile.")]
    [TestCase("unknown exchange type", "connection 503 COMMAND_INVALID - unknown exchange type 'x-unheard-of'")]
    public void A_mistake_is_answered_with(string mistake, string answer) =>
        Assert.That(AnswerTo(mistake), Is.EqualTo(answer.Replace("{0}", _queue, StringComparison.Ordinal)));

    [Test]
    public void A_redeclaration_with_other_arguments_is_told_the_value_it_sent_and_its_type()
    {
        // amqplib encodes an integer with the smallest type that fits
        string type = Language is ClientLanguage.Node ? "short" : "signedint";

        Assert.That(AnswerTo("redeclared with arguments"), Is.EqualTo(
            $"channel 406 PRECONDITION_FAILED - inequivalent arg 'x-message-ttl' for queue '{_queue}' in vhost '/': "
            + $"received the value '1000' of type '{type}' but current is none"));
    }

    [Test]
    public void A_virtual_host_that_is_not_there_cannot_be_opened() =>
        Assert.That(AnswerTo("no virtual host"), Is.EqualTo(Language is ClientLanguage.Node
            ? "connection closed: Expected ConnectionOpenOk; got <ConnectionClose channel:0>" // amqplib reports no other text
            : "connection 530 NOT_ALLOWED - vhost none not found"));

    private string? AnswerTo(string mistake)
    {
        string start = $" [x] {mistake}: ";
        return _lines.FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal))?[start.Length..];
    }
}
