using System.Text;
using System.Text.Json.Nodes;

namespace Amqp.Tests.Behaviour.Management;

/// <summary>The HTTP API answers every invalid request body with an error and a reason, and no handler fails with an exception.</summary>
public class HostileBodyTests : ApiTests
{
    private const int Deep = 10_000;

    /// <summary>
    /// For each request that has a body: all JSON members that the body may have, and the required members as JSON. In a path, V is a
    /// virtual host and U is a user.
    /// </summary>
    private static readonly (string Request, string Members, string Complete)[] _table =
    [
        ("PUT /queues/V/made", "durable auto_delete arguments node", ""),
        ("PUT /exchanges/V/made", "type durable auto_delete internal arguments", ""),
        ("PUT /vhosts/V", "tracing description tags default_queue_type metadata", ""),
        ("PUT /users/U", "password password_hash hashing_algorithm tags", """ "tags":"" """),
        ("PUT /permissions/V/U", "configure write read", """ "configure":"","write":"","read":"" """),
        ("PUT /topic-permissions/V/U", "exchange write read", """ "exchange":"amq.topic","write":"","read":"" """),
        ("PUT /policies/V/p", "pattern definition priority apply-to", """ "pattern":"a","definition":{"max-length":1} """),
        ("PUT /operator-policies/V/p", "pattern definition priority apply-to", """ "pattern":"a","definition":{"max-length":1} """),
        ("PUT /parameters/vhost-limits/V/limits", "value", ""),
        ("PUT /parameters/operator_policy/V/p", "value", ""),
        ("PUT /global-parameters/V", "value", ""),
        ("PUT /vhost-limits/V/max-queues", "value", ""),
        ("PUT /user-limits/U/max-channels", "value", ""),
        (
            "POST /exchanges/V/amq.topic/publish",
            "routing_key properties payload payload_encoding",
            """ "routing_key":"q","properties":{},"payload":"x","payload_encoding":"string" """),
        ("POST /queues/V/q/get", "ackmode count encoding truncate", """ "ackmode":"ack_requeue_true","count":1,"encoding":"auto" """),
        ("POST /queues/V/q/actions", "action", ""),
        ("POST /bindings/V/e/amq.topic/q/q", "routing_key arguments", ""),
        ("POST /definitions", "vhosts permissions topic_permissions parameters policies queues exchanges bindings", ""),
        ("POST /definitions/V", "parameters policies queues exchanges bindings", ""),
        ("POST /users/bulk-delete", "users", ""),
        ("PUT /cluster-name", "", ""),
        ("PUT /log-levels", "", ""),
        ("PUT /settings/memory-high-watermark", "", ""),
        ("PUT /settings/disk-free-limit", "", ""),
        ("PUT /settings/maintenance", "", ""),
        ("PUT /settings/listeners", "", ""),
    ];

    private static readonly string[] _requests = [.. _table.Select(row => row.Request)];

    /// <summary>Bodies that no endpoint can parse.</summary>
    private static readonly byte[][] _unreadable =
    [
        [0xEF, 0xBB, 0xBF], .. Bytes(
            " ",
            "{",
            "[]",
            "\"x\"",
            "5",
            "1e400",
            "{\"value\":1e400}",
            "{\"value\":-1e400}",
            "NaN",
            "{\"value\":NaN}",
            "{} x",
            "{\"a\":01}",
            "{\"a\":\"\\ud800\"}",
            "{\"\\udc00\":1}",
            $"{{\"a\":{new string('[', Deep)}{new string(']', Deep)}}}",
            new string('[', 1_000_000)),
        [.. "{\"a\":\""u8, 0xFF, .. "\"}"u8], [.. "{\""u8, 0xED, 0xA0, 0x80, .. "\":1}"u8], Encoding.Unicode.GetBytes("{}"),
    ];

    private static readonly string[] _values =
    [
        "null", "true", "0", "-1", "1.5", "2147483648", "9223372036854775807", "9223372036854775808", "1e308", "\"\"", "\"5\"", "\"true\"",
        "\"\\u0000\"", "\"(\"", "[]", "[null]", "[[]]", "[{}]", "[5]",
        "{}", "{\"a\":null}", "{\"a\":{\"b\":[1.5]}}", $"\"{new string('x', 70_000)}\"",
    ];

    private string _host = "", _user = "";

    [SetUp]
    public async Task MakeAHostAndAUserAsync()
    {
        _host = await NewVirtualHostAsync();
        _user = await NewUserAsync("");
        await PutAsync($"/queues/{_host}/q", new { });
    }

    [TearDown]
    public Task DeleteTheParameterAsync() => DeleteAsync($"/global-parameters/{_host}");

    [TestCaseSource(nameof(_requests))]
    public async Task What_cannot_be_read_is_refused_with_a_reason(string request)
    {
        await SkipOnRabbitMqAsync("RabbitMQ answers some bodies with 500, and accepts single quotes and incomplete characters.");
        foreach (byte[] body in _unreadable)
        {
            var answer = await AskAsync(request, body);

            string what = $"{request} {Encoding.Latin1.GetString(body, 0, Math.Min(body.Length, 40))}: {answer.Body}";
            Assert.That(answer.Code, Is.EqualTo(400), what);
            Assert.That(answer.Reason, Is.Not.Empty, what);
        }
    }

    [TestCaseSource(nameof(_requests))]
    public async Task Members_of_any_value_are_taken_or_refused_with_a_reason(string request)
    {
        await SkipOnRabbitMqAsync("RabbitMQ answers many of these bodies with 500.");
        foreach (string body in BodiesFor(request))
        {
            var answer = await AskAsync(request, Encoding.UTF8.GetBytes(body));

            string what = $"{request} {body[..Math.Min(body.Length, 200)]}: {answer.Code} {answer.Body}";
            Assert.That(answer.Code, Is.LessThan(500), what);
            if (answer.Code >= 400)
                Assert.That(answer.Reason, Is.Not.Empty, what);
        }
    }

    [TestCase("PUT /queues/V/made", 201)]
    [TestCase("POST /definitions", 204)]
    [TestCase("POST /bindings/V/e/amq.topic/q/q", 201)]
    public async Task A_byte_order_mark_is_skipped(string request, int code) =>
        Assert.That((await AskAsync(request, [0xEF, 0xBB, 0xBF, .. "{}"u8])).Code, Is.EqualTo(code));

    [TestCase("PUT /queues/V/made", "null", 201, "")]
    [TestCase("POST /queues/V/q/get", "null", 400, "[{key_missing,ackmode},{key_missing,count},{key_missing,encoding}]")]
    [TestCase(
        "PUT /queues/V/made", "\"x\"", 400,
        "invalid payload: the request body JSON-decoded to a string. Is the input doubly-JSON-encoded?")]
    [TestCase("POST /definitions", "null", 400, "failed_to_parse_json")]
    [TestCase("PUT /queues/V/made", """{"durable":null}""", 400, "not_boolean null")]
    public async Task A_body_that_is_no_object_is_answered_as_RabbitMQ_does(string request, string body, int code, string reason)
    {
        var answer = await AskAsync(request, Encoding.UTF8.GetBytes(body));

        Assert.That((answer.Code, answer.Code >= 400 ? answer.Reason : ""), Is.EqualTo((code, reason)));
    }

    /// <summary>Returns bodies of a request. Each body has all required members, and a hostile value for one member.</summary>
    private static IEnumerable<string> BodiesFor(string request)
    {
        var (_, members, complete) = _table.Single(row => row.Request == request);
        foreach (string member in members.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            foreach (string value in _values)
            {
                var fields = JsonNode.Parse($"{{{complete}}}")!.AsObject();
                fields.Remove(member);
                string others = fields.ToJsonString()[1..^1];
                yield return $"{{{others}{(others.Length > 0 ? "," : "")}\"{member}\":{value}}}";
            }
        }
    }

    private Task<ApiAnswer> AskAsync(string request, byte[] body)
    {
        string[] parts = request.Split(' ');
        string path = string.Join('/', parts[1].Split('/').Select(part => part switch { "V" => _host, "U" => _user, _ => part }));
        return SendAsync(new HttpMethod(parts[0]), path, body);
    }

    private static byte[][] Bytes(params string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];
}
