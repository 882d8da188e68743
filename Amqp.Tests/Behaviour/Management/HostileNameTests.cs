namespace Amqp.Tests.Behaviour.Management;

/// <summary>Clients of the HTTP API create, list and delete objects whose names are valid but unusual.</summary>
public class HostileNameTests : ApiTests
{
    /// <summary>The unusual names. A unique suffix is added to the name of an object that exists once per broker, such as a user.</summary>
    private static readonly string[] _names =
    [
        new('n', 200),
        "s",
        "a/b",
        "//",
        "a%b",
        "a%2Fb",
        "../x",
        "a\u0001b",
        "a\tb",
        "\u007F",
        " ",
        "a+b",
        "a?b#c&d=e;f",
        "~",
        "a~b",
        "a\\b",

        "\"",
        "<b>'",
        "*!()",
        "a:b,c",
        "\U0001F600",
        "e\u0301",
        "\u00E9",
        "\u202Ea",
        "\uFEFFx",
        "\uFFFF",
        "%FF",
        "undefined",
        "null",
    ];

    [TestCase("/queues/V", "{}")]
    [TestCase("/exchanges/V", "{}")]
    [TestCase("/policies/V", """{"pattern":"a","definition":{"max-length":1}}""")]
    [TestCase("/operator-policies/V", """{"pattern":"a","definition":{"max-length":1}}""")]
    [TestCase("/vhosts", "{}")]
    [TestCase("/users", """{"password":"x","tags":""}""")]
    [TestCase("/global-parameters", """{"value":1}""")]
    public async Task A_name_is_the_same_in_the_address_in_lists_and_on_its_own(string list, string body)
    {
        string path = list.Replace("V", await NewVirtualHostAsync(), StringComparison.Ordinal),
            ending = list.EndsWith('V') ? "" : NewName("x");
        var names = _names.Select(name => name + ending).ToList();
        try
        {
            foreach (string name in names)
                Assert.That((await PutAsync($"{path}/{Escape(name)}", body)).Code, Is.EqualTo(201), name);

            Assert.That((await GetAsync(path)).Column("name"), Is.SupersetOf(names));
            foreach (string name in names)
                Assert.That((await GetAsync($"{path}/{Escape(name)}")).Json.GetProperty("name").GetString(), Is.EqualTo(name));
        }
        finally
        {
            foreach (string name in names)
                Assert.That((await DeleteAsync($"{path}/{Escape(name)}")).Code, Is.EqualTo(204), name);
        }
        Assert.That((await GetAsync(path)).Column("name").Intersect(names), Is.Empty);
    }

    [Test]
    public async Task A_binding_is_found_by_the_key_that_it_is_given_whatever_its_ends_and_its_key_are()
    {
        string host = await NewVirtualHostAsync();
        foreach (string name in _names)
        {
            string path = $"/bindings/{host}/e/{Escape(name)}/q/{Escape(name)}";
            await PutAsync($"/exchanges/{host}/{Escape(name)}", new { });
            await PutAsync($"/queues/{host}/{Escape(name)}", new { });
            Assert.That((await PostAsync(path, new { routing_key = name })).Code, Is.EqualTo(201), name);

            var listed = (await GetAsync(path)).Json.EnumerateArray().Single();
            string key = listed.GetProperty("properties_key").GetString()!;
            Assert.That(listed.GetProperty("routing_key").GetString(), Is.EqualTo(name));
            Assert.That((await GetAsync($"{path}/{Escape(key)}")).Json.GetProperty("routing_key").GetString(), Is.EqualTo(name));
            Assert.That((await GetAsync($"/queues/{host}/{Escape(name)}/bindings")).Column("routing_key"), Has.Member(name));
            Assert.That((await DeleteAsync($"{path}/{Escape(key)}")).Code, Is.EqualTo(204), name);
            Assert.That((await GetAsync(path)).Body, Is.EqualTo("[]"));
        }
    }

    [TestCase("(!*)~", "%28%21%2A%29%7E")]
    [TestCase("a b+c", "a+b%2Bc")]
    public async Task A_bindings_key_is_encoded_as_RabbitMQ_does(string routingKey, string expected)
    {
        string host = await NewVirtualHostAsync(), path = $"/bindings/{host}/e/amq.topic/q/q";
        await PutAsync($"/queues/{host}/q", new { });
        await PostAsync(path, new { routing_key = routingKey });

        Assert.That((await GetAsync(path)).Column("properties_key"), Is.EqualTo(new[] { expected }));
    }

    [TestCase("PUT", "/queues/V/%FF%FE")]
    [TestCase("GET", "/queues/V/a%C3%28")]
    [TestCase("DELETE", "/exchanges/V/%ED%A0%80")]
    [TestCase("PUT", "/users/%C0%80")]
    [TestCase("PUT", "/vhosts/%80")]
    public async Task A_name_that_is_not_UTF_8_is_refused(string method, string path)
    {
        await SkipOnRabbitMqAsync("RabbitMQ accepts any octets.");
        path = path.Replace("V", await NewVirtualHostAsync(), StringComparison.Ordinal);

        var answer = await SendAsync(new HttpMethod(method), path, method == "PUT" ? "{}" : null);

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((400, $"the name {path.Split('/')[^1]} is not UTF-8")));
    }

    [TestCase("/queues/V/N", "queue")]
    [TestCase("/vhosts/N", "vhost")]
    [TestCase("/users/N", "user")]
    [TestCase("/policies/V/N", "name")]
    [TestCase("/parameters/vhost-limits/V/N", "name")]
    [TestCase("/global-parameters/N", "name")]
    public async Task Nothing_gets_a_name_that_AMQP_cannot_say(string path, string what)
    {
        await SkipOnRabbitMqAsync("RabbitMQ accepts names of any length, except for queues.");
        path = path.Replace("V", await NewVirtualHostAsync(), StringComparison.Ordinal)
            .Replace("N", new string('n', 256), StringComparison.Ordinal);

        var answer = await PutAsync(path, """{"value":1,"tags":"","pattern":"a","definition":{"max-length":1}}""");

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((400, $"{what} should be less than 255 bytes, actually was 256\n")));
    }

    /// <summary>Escapes a name for a URL, so that a name such as <c>//</c> is not split into path segments.</summary>
    private static string Escape(string name) => Uri.EscapeDataString(name);
}
