using System.Globalization;
using System.Text;
using System.Text.Json;
using Amqp.Protocol;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Broker.Values;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Management.Http;

/// <summary>
/// A request to the HTTP API, with its user, URL and body. The body is read only after the user's access has been checked.
/// </summary>
internal sealed class ApiRequest(HttpContext http, ManagementServices services, ApiUser user) : IDisposable
{
    /// <summary>Erlang prints a term on several lines if it is longer than this number of characters.</summary>
    private const int ErlangLineWidth = 72;

    private static readonly byte[] _emptyObject = "{}"u8.ToArray();

    private JsonDocument? _json;

    public HttpContext Http { get; } = http;

    public ManagementServices Services { get; } = services;

    public MessageBroker Broker => Services.Broker;

    /// <summary>The user of the request. A login sets the user.</summary>
    public ApiUser User { get; set; } = user;

    /// <summary>False if the handler found that the request changes nothing. Such a request is not logged as a change.</summary>
    public bool IsChange { get; set; } = true;

    public ReadOnlyMemory<byte> RawBody { get; private set; }

    /// <summary>Virtual hosts that the user may see, ordered by name.</summary>
    public IEnumerable<VirtualHost> VisibleHosts => Broker.VirtualHosts.All.Where(User.CanSee);

    /// <summary>The virtual host that the URL names.</summary>
    /// <exception cref="ApiException">404: the virtual host does not exist.</exception>
    public VirtualHost VirtualHost => FindVirtualHost() ?? throw (IsWrite ? ApiException.NoVirtualHost() : ApiException.NotFound());

    /// <summary>The body as an object. An empty body and <c>null</c> count as an object without fields.</summary>
    /// <exception cref="ApiException">400: the body is not an object.</exception>
    public JsonElement Json
    {
        get
        {
            _json ??= Parse();
            return _json.RootElement;
        }
    }

    private bool IsWrite =>
        !HttpMethods.IsGet(Http.Request.Method) && !HttpMethods.IsHead(Http.Request.Method) && !HttpMethods.IsDelete(Http.Request.Method);

    /// <inheritdoc cref="RequestBody.ReadAsync"/>
    public async Task ReadBodyAsync(long most) => RawBody = await RequestBody.ReadAsync(Http, most);

    /// <summary>Returns a decoded name from the URL. The argument is the name of the route parameter, such as <c>queue</c>.</summary>
    public string Name(string part) => (string)Http.Request.RouteValues[part]!;

    /// <summary>Returns the text if it fits into an AMQP short string.</summary>
    /// <exception cref="ApiException">400, with RabbitMQ's text: the text has more than 255 bytes in UTF-8.</exception>
    public static string DemandShort(string text, string what) => ShortString.Fits(text)
        ? text
        : throw ApiException.BadRequest($"{what} should be less than 255 bytes, actually was {Encoding.UTF8.GetByteCount(text)}\n");

    /// <summary>Returns the virtual host that the URL names; null if the URL names none, or if the virtual host does not exist.</summary>
    public VirtualHost? FindVirtualHost() =>
        Http.Request.RouteValues.TryGetValue("vhost", out object? name) ? Broker.VirtualHosts.Find((string)name!) : null;

    /// <summary>Opens a session of the user in the virtual host that the URL names.</summary>
    /// <exception cref="ApiException">
    /// 401: the user has no permission in the virtual host. Administrators need the permission, too.
    /// </exception>
    public LocalSession OpenSession() =>
        User.CanAccess(VirtualHost) ? Services.OpenSession(User.User, VirtualHost) : throw ApiException.NotAuthorized("Access refused.");

    /// <summary>Returns a parameter of the query, or null.</summary>
    public string? Query(string name) => Http.Request.Query.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>Returns a number of the query, or the default if the parameter is missing.</summary>
    /// <exception cref="ApiException">400: the parameter is not a whole number, or out of range.</exception>
    public long QueryNumber(string name, long otherwise, long min, long max)
    {
        if (Query(name) is not { } text)
            return otherwise;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value >= min && value <= max
            ? value
            : throw ApiException.BadRequest($"{name}: '{text}' is not a whole number from {min} to {max}");
    }

    /// <exception cref="ApiException">400: a field is missing. The reply names all missing fields.</exception>
    public void DemandFields(params ReadOnlySpan<string> names)
    {
        var missing = new List<string>();
        foreach (string name in names)
            if (!Json.TryGetProperty(name, out _))
                missing.Add($"{{key_missing,{name}}}");
        if (missing.Count == 0)
            return;
        string line = $"[{string.Join(',', missing)}]";
        throw ApiException.BadRequest(line.Length <= ErlangLineWidth ? line : $"[{string.Join(",\n ", missing)}]");
    }

    /// <summary>Returns a field of the body as an AMQP value, or null if the field is missing.</summary>
    public FieldValue? Field(string name) => Json.TryGetProperty(name, out var value) ? JsonFields.Read(value) : null;

    /// <summary>Returns a string field, or the default if the field is missing.</summary>
    /// <exception cref="ApiException">400: the field is not a string.</exception>
    public string Text(string name, string otherwise = "") => !Json.TryGetProperty(name, out var value) ? otherwise
        : value.ValueKind == JsonValueKind.String ? value.GetString()!
        : throw ApiException.BadRequest("not_string", value.GetRawText());

    /// <summary>
    /// Returns a boolean field; false if the field is missing. The field may also be the string <c>true</c> or <c>false</c>.
    /// </summary>
    /// <exception cref="ApiException">400: the field has another value.</exception>
    public bool Flag(string name) => Json.TryGetProperty(name, out var value) && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String when value.GetString() is "true" or "false" => value.GetString() == "true",
        _ => throw ApiException.BadRequest("not_boolean", JsonFields.Text(value)),
    };

    /// <summary>Returns an integer field. The field is a number, whose fraction is cut off, or a string of digits.</summary>
    /// <exception cref="ApiException">400: the field has another value.</exception>
    public long Number(string name) =>
        Json.GetProperty(name) is var value && value.ValueKind == JsonValueKind.Number
            ? value.TryGetInt64(out long number) ? number : (long)value.GetDouble()
        : value.ValueKind == JsonValueKind.String
            && long.TryParse(value.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number)
            ? number
        : throw ApiException.BadRequest("not_integer", JsonFields.Text(value));

    /// <summary>Returns an object field as a table. A missing field and null become an empty table.</summary>
    /// <exception cref="ApiException">400: the field is not an object.</exception>
    public FieldTable Table(string name) => Field(name) switch
    {
        null or { Type: FieldType.Void } => FieldTable.Empty,
        { Type: FieldType.Table } table => table.AsTable(),
        // some clients write a table without fields as an empty array
        { Type: FieldType.Array } array when array.AsArray().Count == 0 => FieldTable.Empty,
        { } other => throw ApiException.BadRequest("not_a_table", other.ToString()),
    };

    public void Dispose() => _json?.Dispose();

    /// <summary>Parses JSON other than the request's body, such as a field of a form.</summary>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public JsonDocument ParseJson(ReadOnlyMemory<byte> text) =>
        JsonText.Parse(text.IsEmpty ? _emptyObject : text, Services.Options.Limits.MaxTableDepth);

    private JsonDocument Parse()
    {
        try
        {
            var document = ParseJson(RawBody);
            return document.RootElement.ValueKind switch
            {
                JsonValueKind.Object => document,
                JsonValueKind.Null => JsonDocument.Parse(_emptyObject),
                JsonValueKind.String => throw ApiException.BadRequest(
                    "invalid payload: the request body JSON-decoded to a string. Is the input doubly-JSON-encoded?"),
                _ => throw ApiException.BadRequest("not_json"),
            };
        }
        catch (JsonException)
        {
            throw ApiException.BadRequest("not_json");
        }
    }
}
