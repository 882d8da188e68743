using Amqp.Protocol;

namespace Amqp.Server.Broker.Values;

/// <summary>Removes user and password from the URIs in a value, for events and logs.</summary>
internal static class UriPasswords
{
    /// <summary>Returns a value without the user and the password of each URI in it.</summary>
    public static FieldValue Remove(FieldValue value) => value.Type switch
    {
        FieldType.LongString => FieldValue.FromString(Remove(value.AsString())),
        FieldType.Array => FieldValue.FromArray([.. value.AsArray().Select(Remove)]),
        FieldType.Table => FieldValue.FromTable(
            new FieldTable(value.AsTable().Select(field => KeyValuePair.Create(field.Key, Remove(field.Value))))),
        _ => value,
    };

    /// <summary>Returns a text without the user and the password, if it is a URI that contains them.</summary>
    public static string Remove(string text)
    {
        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
            return text;
        int start = scheme + 3;
        int end = text.AsSpan(start).IndexOfAny('/', '?', '#');
        int at = text.AsSpan(start, end < 0 ? text.Length - start : end).LastIndexOf('@');
        return at < 0 ? text : text.Remove(start, at + 1);
    }
}
