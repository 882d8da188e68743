namespace Amqp.Tests.Interop;

/// <summary>Messages are delivered unchanged, with bodies of all sizes, all properties, and headers of all types.</summary>
[TestFixture(ClientLanguage.Python)]
[TestFixture(ClientLanguage.Node)]
public sealed class RoundTripTests(ClientLanguage language) : InteropFixture(language)
{
    private IReadOnlyList<string> _lines = [];

    [OneTimeSetUp]
    public async Task SendAsync() => _lines = await RunAsync("round_trip");

    [TestCase(0, TestName = "An_empty_message_comes_back")]
    [TestCase(1, TestName = "A_message_of_one_byte_comes_back")]
    [TestCase(131064, TestName = "A_message_that_fills_one_frame_comes_back")]
    [TestCase(131065, TestName = "A_message_of_one_byte_more_than_a_frame_comes_back")]
    [TestCase(1024 * 1024, TestName = "A_message_of_many_frames_comes_back")]
    [TestCase(5_000_000, TestName = "A_message_of_five_megabytes_comes_back")]
    public void A_message_comes_back(int size) => Assert.That(_lines, Does.Contain($" [x] {size} bytes came back"));

    [Test]
    public void Every_property_comes_back() =>
        // amqplib cannot set the property cluster-id
        Assert.That(CameBack("property"), Is.EqualTo(Language is ClientLanguage.Node ? 12 : 13));

    [Test]
    public void Headers_of_every_type_come_back() =>
        Assert.That(CameBack("header"), Is.EqualTo(Language is ClientLanguage.Node ? 22 : 15));

    [Test]
    public void No_properties_stay_no_properties() => Assert.That(_lines, Does.Contain(" [x] no properties came back"));

    private int CameBack(string what) => _lines.Count(line => line.StartsWith($" [x] {what} ", StringComparison.Ordinal));
}
