namespace Amqp.Tests.Behaviour.Management;

/// <summary>The parameters of the component <c>shovel</c>, and <c>/api/shovels</c>.</summary>
public class ShovelApiTests : ApiTests
{
    private const string Valid = """{"src-uri":"amqp://","src-queue":"q","dest-uri":"amqp://","dest-queue":"d"}""";

    [SetUp]
    public Task NeedsThisBroker() => SkipOnRabbitMqAsync("RabbitMQ has shovels as a plugin.");

    [TestCase("{}", "Must specify 'src-exchange' or 'src-queue'\nKey \"dest-uri\" not found in s\nKey \"src-uri\" not found in s")]
    [TestCase(
        """{"src-uri":"http://x","src-queue":"q","dest-uri":"amqp://"}""",
        "\"http://x\" not a valid URI: {{unexpected_uri_scheme,\"http\"},\"http://x\"}")]
    [TestCase(
        """{"src-uri":["amqp://","foo"],"src-queue":"q","dest-uri":"amqp://u:secret@h:99999"}""",
        "\"amqp://h:99999\" not a valid URI: {{port_out_of_range,99999},\"amqp://h:99999\"}\n"
            + "\"foo\" not a valid URI: {{unable_to_parse_uri,no_scheme},\"foo\"}")]
    [TestCase(
        """{"src-uri":"amqp://","src-queue":"q","src-exchange":"x","dest-uri":"amqp://","dest-queue":"d","dest-exchange":"x"}""",
        "Cannot specify 'src-exchange' and 'src-queue'\nCannot specify 'dest-exchange' and 'dest-queue'")]
    [TestCase(
        """{"src-uri":"amqp://","src-queue":"q","dest-uri":"amqp://","src-delete-after":5,"ack-mode":"no-ack"}""",
        "Cannot specify 'no-ack' and numerical 'delete-after'")]
    [TestCase(
        """{"src-uri":"amqp://","src-queue":"q","dest-uri":"amqp://","unknown":1}""", "Unrecognised terms [{<<\"unknown\">>,1}] in s")]
    [TestCase(
        """{"src-uri":"amqp://","src-queue":"q","dest-uri":"amqp://","src-prefetch-count":"x"}""",
        "src-prefetch-count should be a number, actually was <<\"x\">>")]
    [TestCase(
        """{"src-uri":"amqp://","src-queue":"q","dest-uri":"amqp://","src-delete-after":"sometimes"}""",
        "src-delete-after should be a number greater than or equal to 0, \"never\" or \"queue-length\", actually was <<\"sometimes\">>")]
    [TestCase(
        """{"src-uri":"amqp://","src-queue":"q","dest-uri":"amqp://","dest-publish-properties":{"foo":1}}""",
        "Unrecognised terms [{<<\"foo\">>,1}] in dest-publish-properties")]
    [TestCase("""{"src-uri":[],"src-queue":"q","dest-uri":"amqp://"}""", "src-uri should not be an empty list")]
    [TestCase("\"x\"", "s not a list <<\"x\">>")]
    public async Task An_invalid_shovel_is_refused(string value, string reason)
    {
        var answer = await PutAsync($"/parameters/shovel/{await NewVirtualHostAsync()}/s", $$"""{"value":{{value}}}""");

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((400, $"Validation failed\n\n{reason}\n")));
    }

    [Test]
    public async Task A_shovel_is_made_shown_restarted_and_deleted()
    {
        string host = await NewVirtualHostAsync(), path = $"/parameters/shovel/{host}/s";

        Assert.That((await PutAsync(path, $$"""{"value":{{Valid.Replace("amqp://", $"amqp:///{host}", StringComparison.Ordinal)}}}""")).Code,
            Is.EqualTo(201));

        Assert.That((await GetAsync($"/shovels/{host}")).Column("name"), Is.EqualTo(new[] { "s" }));
        Assert.That((await GetAsync($"/shovels/{host}/s")).Json.GetProperty("vhost").GetString(), Is.EqualTo(host));
        Assert.That((await DeleteAsync($"/shovels/vhost/{host}/s/restart")).Code, Is.EqualTo(204));
        Assert.That((await DeleteAsync($"/shovels/vhost/{host}/none/restart")).Code, Is.EqualTo(404));
        Assert.That((await DeleteAsync($"/shovels/vhost/{host}/s")).Code, Is.EqualTo(204));
        Assert.That((await DeleteAsync($"/shovels/vhost/{host}/s")).Code, Is.EqualTo(404));
        Assert.That((await GetAsync($"/shovels/{host}/s")).Code, Is.EqualTo(404));
        Assert.That((await GetAsync(path)).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task Who_may_not_use_a_virtual_host_may_not_make_a_shovel_there()
    {
        string host = await NewVirtualHostAsync(), user = await NewUserAsync("policymaker", host);

        var answer = await PutAsync($"/parameters/shovel/{host}/s", $$"""{"value":{{Valid}}}""", $"{user}:secret");

        Assert.That(
            (answer.Code, answer.Reason),
            Is.EqualTo((400, $"Validation failed\n\nuser \"{user}\" may not connect to vhost \"/\"\n")));
    }
}
