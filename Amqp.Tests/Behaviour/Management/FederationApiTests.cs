using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour.Management;

/// <summary>The parameters and policy keys of federation, and <c>/api/federation-links</c>.</summary>
public class FederationApiTests : ApiTests
{
    [SetUp]
    public Task NeedsThisBroker() => SkipOnRabbitMqAsync("RabbitMQ has federation as a plugin.");

    [TestCase("{}", "Key \"uri\" not found in u")]
    [TestCase("[]", "Key \"uri\" not found in u")]
    [TestCase("\"x\"", "u not a list <<\"x\">>")]
    [TestCase("""{"uri":5}""", "uri should be list, actually was 5")]
    [TestCase("""{"uri":null}""", "uri should be list, actually was null")]
    [TestCase("""{"uri":[]}""", "uri should not be an empty list")]
    [TestCase("""{"uri":"x"}""", "\"x\" not a valid URI: {{unable_to_parse_uri,no_scheme},\"x\"}")]
    [TestCase(
        """{"uri":["amqp://a","http://u:secret@b"]}""",
        "\"http://b\" not a valid URI: {{unexpected_uri_scheme,\"http\"},\"http://b\"}")]
    [TestCase("""{"uri":"amqp://u:p@h","foo":1}""", "Unrecognised terms [{<<\"foo\">>,1}] in u")]
    [TestCase("""{"max-hops":"x"}""", "max-hops should be a number, actually was <<\"x\">>\nKey \"uri\" not found in u")]
    [TestCase(
        """{"uri":"amqp://","prefetch-count":-1}""", "prefetch-count should be a number greater than or equal to 0, actually was -1")]
    [TestCase("""{"uri":"amqp://","expires":1.5}""", "expires should be an integer, actually was 1.5")]
    [TestCase("""{"uri":"amqp://","trust-user-id":"x"}""", "trust-user-id should be boolean, actually was <<\"x\">>")]
    [TestCase(
        """{"uri":"amqp://","ack-mode":"x"}""",
        "ack-mode should be one of [<<\"no-ack\">>,<<\"on-publish\">>,<<\"on-confirm\">>], actually was <<\"x\">>")]
    [TestCase(
        """{"uri":"amqp://","resource-cleanup-mode":"x"}""",
        "resource-cleanup-mode should be one of [<<\"default\">>,<<\"never\">>], actually was <<\"x\">>")]
    [TestCase(
        """{"uri":"amqp://","channel-use-mode":"x"}""",
        "channel-use-mode should be one of [<<\"multiple\">>,<<\"single\">>], actually was <<\"x\">>")]
    [TestCase(
        """{"uri":"amqp://","exchange":3,"queue":true,"consumer-tag":null}""",
        "consumer-tag should be binary, actually was null\nqueue should be binary, actually was true\n"
            + "exchange should be binary, actually was 3")]
    public Task An_invalid_upstream_is_refused(string value, string reason) => RefusesAsync("federation-upstream", value, reason);

    [TestCase("\"x\"", "u should be list, actually was <<\"x\">>")]
    [TestCase("[3]", "u not a list 3")]
    [TestCase("[{}]", "Key \"upstream\" not found in u")]
    [TestCase("""[{"upstream":3}]""", "upstream should be binary, actually was 3")]
    [TestCase("""[{"upstream":"u","uri":"amqp://"}]""", "Unrecognised terms [{<<\"uri\">>,<<\"amqp://\">>}] in u")]
    [TestCase(
        """[{"upstream":"u","foo":1},{"max-hops":"x"}]""",
        "Unrecognised terms [{<<\"foo\">>,1}] in u\nmax-hops should be a number, actually was <<\"x\">>\n"
            + "Key \"upstream\" not found in u")]
    public Task An_invalid_set_of_upstreams_is_refused(string value, string reason) =>
        RefusesAsync("federation-upstream-set", value, reason);

    [TestCase("""{"federation-upstream-set":3}""", "3 is not a valid federation upstream set name")]
    [TestCase("""{"federation-upstream":3}""", "3 is not a valid federation upstream name")]
    [TestCase("""{"federation-upstream-pattern":3}""", "3 is not a valid federation upstream pattern name")]
    [TestCase(
        """{"federation-upstream-pattern":"("}""", "could not compile pattern ( to a regular expression. Error: {\"missing )\",1}")]
    [TestCase(
        """{"federation-upstream-set":"a","federation-upstream":"b"}""",
        "cannot specify federation-upstream, federation-upstream-set or federation-upstream-pattern together")]
    public async Task An_invalid_policy_is_refused(string definition, string reason)
    {
        var answer = await PutAsync($"/policies/{await NewVirtualHostAsync()}/p", $$"""{"pattern":"x","definition":{{definition}} }""");

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((400, $"Validation failed\n\n{reason}\n")));
    }

    [Test]
    public async Task A_link_is_shown_and_restarted()
    {
        string host = await NewVirtualHostAsync(), upstream = await NewVirtualHostAsync();
        await PutAsync($"/exchanges/{host}/x", """{"type":"topic"}""");
        await PutAsync(
            $"/parameters/federation-upstream/{host}/u", $$$"""{"value":{"uri":"amqp:///{{{upstream}}}","exchange":"y","reconnect-delay":1}}""");
        await PutAsync($"/policies/{host}/p", """{"pattern":"^x$","definition":{"federation-upstream":"u"}}""");
        await Eventually.Holds(
            async () => (await GetAsync($"/federation-links/{host}")).Column("status").SequenceEqual(["running"]), () => "no link runs");

        var link = (await GetAsync($"/federation-links/{host}")).Json[0];
        string id = link.GetProperty("id").GetString()!, node = link.GetProperty("node").GetString()!;

        Assert.That(link.EnumerateObject().Select(field => field.Name), Is.EqualTo(new[]
        {
            "node", "exchange", "upstream_exchange", "type", "vhost", "upstream", "id", "status", "local_connection", "uri", "timestamp",
            "local_channel",
        }));
        Assert.That(
            new[] { "exchange", "upstream_exchange", "type", "vhost", "upstream", "uri" }
                .Select(field => link.GetProperty(field).GetString()),
            Is.EqualTo(new[] { "x", "y", "exchange", host, "u", $"amqp:///{upstream}" }));
        Assert.That(id, Does.Match("^[0-9a-f]{8}$"));
        Assert.That((await GetAsync($"/federation-links/{host}/state/down")).Json.GetArrayLength(), Is.Zero);
        Assert.That((await DeleteAsync($"/federation-links/vhost/{host}/none/{node}/restart")).Code, Is.EqualTo(404));
        Assert.That((await DeleteAsync($"/federation-links/vhost/{host}/{id}/none/restart")).Code, Is.EqualTo(404));
        Assert.That((await DeleteAsync($"/federation-links/vhost/{upstream}/{id}/{node}/restart")).Code, Is.EqualTo(404));
        Assert.That((await DeleteAsync($"/federation-links/vhost/{host}/{id}/{node}/restart")).Code, Is.EqualTo(204));
    }

    [Test]
    public async Task A_link_that_cannot_connect_is_down_and_shows_no_password()
    {
        string host = await NewVirtualHostAsync();
        await PutAsync($"/queues/{host}/q", "{}");
        await PutAsync($"/parameters/federation-upstream/{host}/u", """{"value":{"uri":"amqp://user:secret@127.0.0.1:1"}}""");
        await PutAsync($"/policies/{host}/p", """{"pattern":"^q$","definition":{"federation-upstream-set":"all"}}""");
        string body = "";

        await Eventually.Holds(
            async () => (body = (await GetAsync($"/federation-links/{host}/state/down")).Body).Length > 2, () => "the link is not down");

        Assert.That(body, Does.Contain("\"status\":\"error\",\"error\":\"amqp://127.0.0.1:1: Connection refused\""));
        Assert.That(body, Does.Not.Contain("secret").And.Not.Contain("user:"));
    }

    [Test]
    public async Task Who_may_not_use_a_virtual_host_may_not_make_it_an_upstream()
    {
        string host = await NewVirtualHostAsync(), other = await NewVirtualHostAsync(), user = await NewUserAsync("policymaker", host);

        var answer = await PutAsync(
            $"/parameters/federation-upstream/{host}/u", $$$"""{"value":{"uri":"amqp:///{{{other}}}"}}""", $"{user}:secret");
        var allowed = await PutAsync($"/parameters/federation-upstream/{host}/u", """{"value":{"uri":"amqp://"}}""", $"{user}:secret");

        Assert.That(
            (answer.Code, answer.Reason),
            Is.EqualTo((400, $"Validation failed\n\nuser \"{user}\" may not connect to vhost \"{other}\"\n")));
        Assert.That(allowed.Code, Is.EqualTo(201));
    }

    private async Task RefusesAsync(string component, string value, string reason)
    {
        var answer = await PutAsync($"/parameters/{component}/{await NewVirtualHostAsync()}/u", $$"""{"value":{{value}}}""");

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((400, $"Validation failed\n\n{reason}\n")));
    }
}
