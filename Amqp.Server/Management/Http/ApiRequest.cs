using System.Globalization;
using System.Text;
using System.Text.Json;
using Amqp.Protocol;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Broker.Values;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Management.Http;

/// <summary>One request: who asks, for what, with which body. The body is read once it is known that they may ask.</summary>
internal sealed class ApiRequest(HttpContext http, ManagementServices services, ApiUser user) : IDisposable
{
    /// <summary>Longer terms are printed on several lines.</summary>
    private const int ErlangsLine = 72;

    private static readonly byte[] _emptyObject = "{}"u8.ToArray();

    private JsonDocument? _json;

    public HttpContext Http { get; } = http;

    public ManagementServices Services { get; } = services;

    public MessageBroker Broker => Services.Broker;

    public ApiUser User { get; } = user;

    public ReadOnlyMemory<byte> RawBody { get; private set; }

    /// <summary>The virtual hosts that the user sees, in order of their names.</summary>
    public IEnumerable<VirtualHost> VisibleHosts => Broker.VirtualHosts.All.Where(User.CanSee);

    /// <summary>The virtual host that the address names.</summary>
    /// <exception cref="ApiException">404: there is none.</exception>
    public VirtualHost VirtualHost => FindVirtualHost() ?? throw (IsChange ? ApiException.NoVirtualHost() : ApiException.NotFound());

    /// <summary>The body, which must be an object; an empty one, and <c>null</c>, stand for an object without fields.</summary>
    /// <exception cref="ApiException">400: it is none.</exception>
    public JsonElement Json
    {
        get
        {
            _json ??= Parse();
            return _json.RootElement;
        }
    }

    private bool IsChange => !HttpMethods.IsGet(Http.Request.Method) && !HttpMethods.IsHead(Http.Request.Method) && !HttpMethods.IsDelete(Http.Request.Method);

    /// <inheritdoc cref="RequestBody.ReadAsync"/>
    public async Task ReadBodyAsync(long most) => RawBody = await RequestBody.ReadAsync(Http, most);

    /// <summary>A part of the address, decoded.</summary>
    public string Name(string part) => (string)Http.Request.RouteValues[part]!;

    /// <summary>The same text, if it can be said in AMQP.</summary>
    /// <exception cref="ApiException">400, in RabbitMQ's words: it has more than 255 bytes.</exception>
    public static string DemandShort(string text, string what) => ShortString.Fits(text)
        ? text
        : throw ApiException.BadRequest($"{what} should be less than 255 bytes, actually was {Encoding.UTF8.GetByteCount(text)}\n");

    /// <summary>The virtual host that the address names, or null when it names none or one that is not there.</summary>
    public VirtualHost? FindVirtualHost() => Http.Request.RouteValues.TryGetValue("vhost", out object? name) ? Broker.VirtualHosts.Find((string)name!) : null;

    /// <summary>A session of the user in the virtual host that the address names.</summary>
    /// <exception cref="ApiException">401: the user has no permission there, without which no tag opens a session.</exception>
    public LocalSession OpenSession() => User.CanAccess(VirtualHost) ? Services.OpenSession(User.User, VirtualHost) : throw ApiException.NotAuthorized("Access refused.");

    /// <summary>A parameter of the query, or null.</summary>
    public string? Query(string name) => Http.Request.Query.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <exception cref="ApiException">400, naming all that are missing.</exception>
    public void DemandFields(params ReadOnlySpan<string> names)
    {
        var missing = new List<string>();
        foreach (string name in names)
            if (!Json.TryGetProperty(name, out _))
                missing.Add($"{{key_missing,{name}}}");
        if (missing.Count == 0)
            return;
        string line = $"[{string.Join(',', missing)}]";
        throw ApiException.BadRequest(line.Length <= ErlangsLine ? line : $"[{string.Join(",\n ", missing)}]");
    }

    /// <summary>A field of the body as AMQP would have it, or null when it is absent.</summary>
    public FieldValue? Field(string name) => Json.TryGetProperty(name, out var value) ? JsonFields.Read(value) : null;

    /// <summary>A text, or another when it is absent.</summary>
    /// <exception cref="ApiException">400: something else.</exception>
    public string Text(string name, string otherwise = "") => !Json.TryGetProperty(name, out var value) ? otherwise
        : value.ValueKind == JsonValueKind.String ? value.GetString()!
        : throw ApiException.BadRequest("not_string", value.GetRawText());

    /// <summary>A boolean or the words for it; false when it is absent.</summary>
    /// <exception cref="ApiException">400: something else.</exception>
    public bool Flag(string name) => Json.TryGetProperty(name, out var value) && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String when value.GetString() is "true" or "false" => value.GetString() == "true",
        _ => throw ApiException.BadRequest("not_boolean", JsonFields.Text(value)),
    };

    /// <summary>A whole number, or digits for it; of another number the whole part, and of one that is too large the largest there is.</summary>
    /// <exception cref="ApiException">400: something else.</exception>
    public long Number(string name) =>
        Json.GetProperty(name) is var value && value.ValueKind == JsonValueKind.Number ? value.TryGetInt64(out long number) ? number : (long)value.GetDouble()
        : value.ValueKind == JsonValueKind.String && long.TryParse(value.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number) ? number
        : throw ApiException.BadRequest("not_integer", JsonFields.Text(value));

    /// <summary>A table; empty when it is absent.</summary>
    /// <exception cref="ApiException">400: something else.</exception>
    public FieldTable Table(string name) => Field(name) switch
    {
        null or { Type: FieldType.Void } => FieldTable.Empty,
        { Type: FieldType.Table } table => table.AsTable(),
        { Type: FieldType.Array } array when array.AsArray().Count == 0 => FieldTable.Empty, // how some clients write a table without fields
        { } other => throw ApiException.BadRequest("not_a_table", other.ToString()),
    };

    public void Dispose() => _json?.Dispose();

    /// <summary>Another body's object, of a form's field for instance.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public JsonDocument ParseJson(ReadOnlyMemory<byte> text) => JsonText.Parse(text.IsEmpty ? _emptyObject : text, Services.Options.Limits.MaxTableDepth);

    private JsonDocument Parse()
    {
        try
        {
            var document = ParseJson(RawBody);
            return document.RootElement.ValueKind switch
            {
                JsonValueKind.Object => document,
                JsonValueKind.Null => JsonDocument.Parse(_emptyObject),
                JsonValueKind.String => throw ApiException.BadRequest("invalid payload: the request body JSON-decoded to a string. Is the input doubly-JSON-encoded?"),
                _ => throw ApiException.BadRequest("not_json"),
            };
        }
        catch (JsonException)
        {
            throw ApiException.BadRequest("not_json");
        }
    }
}
