using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Values;
using Amqp.Server.Client;

namespace Amqp.Server.Broker.Links;

/// <summary>Reads the fields of a runtime parameter, and collects the reasons for a refusal in RabbitMQ's words.</summary>
/// <remarks>Used by one thread.</remarks>
internal sealed class ParameterFields(string name, FieldTable fields)
{
    private readonly HashSet<string> _known = [];
    private readonly List<string> _refusals = [];

    /// <summary>Adds a reason for a refusal.</summary>
    public void Refuse(string reason) => _refusals.Add(reason);

    /// <summary>True if one of the fields is set.</summary>
    public bool Has(params ReadOnlySpan<string> names)
    {
        foreach (string field in names)
            if (fields[field] is not null)
                return true;
        return false;
    }

    /// <summary>Reads a string; null if it is not set.</summary>
    public string? Text(string field) => Find(field) is not { } value ? null
        : value.Type == FieldType.LongString ? value.AsString() : Wrong<string>(field, "binary", value);

    /// <summary>Reads a number of zero or more. The first of the names that is set counts.</summary>
    public long? Number(params ReadOnlySpan<string> names)
    {
        foreach (string field in names)
            if (Find(field) is { } value)
                return value.IsFloat ? RefuseNumber($"{field} should be an integer, actually was {ErlangTerm.Of(value)}")
                    : !value.IsInteger ? (long?)WrongNumber(field, value)
                    : value.AsInteger() >= 0 ? value.AsInteger()
                    : RefuseNumber($"{field} should be a number greater than or equal to 0, actually was {ErlangTerm.Of(value)}");
        return null;
    }

    /// <summary>Reads a Boolean. The first of the names that is set counts.</summary>
    public bool Flag(params ReadOnlySpan<string> names)
    {
        foreach (string field in names)
            if (Find(field) is { } value)
                return value.Type == FieldType.Boolean ? value.AsBoolean() : Wrong<object>(field, "boolean", value) is not null;
        return false;
    }

    /// <summary>Reads a table. The first of the names that is set counts.</summary>
    public FieldTable Table(params ReadOnlySpan<string> names)
    {
        foreach (string field in names)
            if (Find(field) is { } value)
                return value.Type == FieldType.Table ? value.AsTable() : Wrong<FieldTable>(field, "list", value) ?? FieldTable.Empty;
        return FieldTable.Empty;
    }

    /// <summary>Reads one of several words.</summary>
    public string? Word(string field, params string[] words)
    {
        if (Find(field) is not { } value)
            return null;
        if (value.Type == FieldType.LongString && words.Contains(value.AsString()))
            return value.AsString();
        Refuse($"{field} should be one of [{string.Join(',', words.Select(ErlangTerm.Binary))}], actually was {ErlangTerm.Of(value)}");
        return null;
    }

    /// <summary>Reads a field whose type the caller checks.</summary>
    public FieldValue? Find(string field)
    {
        _known.Add(field);
        return fields[field];
    }

    /// <summary>Reads a string that must be set.</summary>
    public string? Needed(string field)
    {
        Demand(field);
        return Text(field);
    }

    /// <summary>Reads an address or a list of addresses.</summary>
    /// <param name="field">Name of the field, which must be set.</param>
    /// <param name="wanted">The type that RabbitMQ names if the value is neither an address nor a list.</param>
    public IReadOnlyList<AmqpUri> Uris(string field, string wanted = "binary")
    {
        Demand(field);
        var value = Find(field);
        IReadOnlyList<FieldValue> values = value switch
        {
            null => [],
            { Type: FieldType.Array } list => list.AsArray(),
            { } one => [one],
        };
        if (value is { Type: FieldType.Array } && values.Count == 0)
            Refuse($"{field} should not be an empty list");
        var uris = new List<AmqpUri>();
        foreach (var item in values)
        {
            if (item.Type != FieldType.LongString)
                Wrong<object>(field, wanted, item);
            else if (!AmqpUri.TryParse(item.AsString(), out var uri, out string reason))
                Refuse($"{Shown(item.AsString())} not a valid URI: {{{reason},{Shown(item.AsString())}}}");
            else
                uris.Add(uri);
        }
        return uris;
    }

    /// <summary>Refuses the parameter if a field is unknown, or a reason was added.</summary>
    /// <exception cref="ValidationException">The parameter is refused.</exception>
    public void Complete()
    {
        if (Refusals() is { Count: > 0 } refusals)
            throw new ValidationException(string.Join('\n', refusals));
    }

    /// <summary>Returns all reasons for a refusal. Called once, after the known fields were read.</summary>
    public IReadOnlyList<string> Refusals()
    {
        var unknown = fields.Where(field => !_known.Contains(field.Key)).ToList();
        if (unknown.Count > 0)
        {
            var terms = unknown.Select(field => $"{{{ErlangTerm.Binary(field.Key)},{ErlangTerm.Of(field.Value)}}}");
            _refusals.Insert(0, $"Unrecognised terms [{string.Join(',', terms)}] in {name}");
        }
        return _refusals;
    }

    private void Demand(string field)
    {
        if (fields[field] is null)
            Refuse($"Key \"{field}\" not found in {name}");
    }

    /// <summary>Returns an address for an error, without user and password.</summary>
    private static string Shown(string uri) => $"\"{UriPasswords.Remove(uri)}\"";

    private long? WrongNumber(string field, FieldValue value)
    {
        Wrong<object>(field, "number", value);
        return null;
    }

    private long? RefuseNumber(string reason)
    {
        Refuse(reason);
        return null;
    }

    private T? Wrong<T>(string field, string wanted, FieldValue value)
        where T : class
    {
        string article = wanted == "number" ? "a " : "";
        Refuse($"{field} should be {article}{wanted}, actually was {ErlangTerm.Of(value)}");
        return null;
    }
}
