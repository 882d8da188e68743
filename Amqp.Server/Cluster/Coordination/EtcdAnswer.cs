using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Amqp.Server.Cluster.Coordination;

/// <summary>The parts of etcd's answers. Numbers are strings, and fields of value 0, false or empty are left out.</summary>
internal static class EtcdAnswer
{
    /// <summary>Returns the revision of the store when it answered. A transaction that wrote has written at this revision.</summary>
    public static ulong RevisionOf(JsonElement answer) => Number(answer.GetProperty("header"), "revision");

    /// <summary>Returns true if the comparisons of a transaction held.</summary>
    public static bool HasSucceeded(JsonElement answer) => answer.TryGetProperty("succeeded", out var succeeded) && succeeded.GetBoolean();

    /// <summary>Returns the key that an operation of a transaction has read; null if it does not exist.</summary>
    public static EtcdKey? KeyOf(JsonElement answer, int operation) =>
        Keys(answer.GetProperty("responses")[operation].GetProperty("response_range")).FirstOrDefault();

    /// <summary>Returns the keys that a request has read.</summary>
    public static IEnumerable<EtcdKey> Keys(JsonElement answer) =>
        answer.TryGetProperty("kvs", out var keys) ? keys.EnumerateArray().Select(EtcdKey.Of) : [];

    /// <summary>Returns a number; 0 if it is missing.</summary>
    public static ulong Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var number) ? ulong.Parse(number.GetString()!, CultureInfo.InvariantCulture) : 0;
}

/// <summary>A key of etcd.</summary>
/// <param name="Name">The key.</param>
/// <param name="Value">Its value.</param>
/// <param name="Created">Revision at which it was created.</param>
/// <param name="Written">Revision at which it was last written.</param>
/// <param name="Lease">Number of its lease; 0 for none.</param>
internal sealed record EtcdKey(string Name, string Value, ulong Created, ulong Written, long Lease)
{
    public static EtcdKey Of(JsonElement key) => new(
        Text(key, "key"), Text(key, "value"), EtcdAnswer.Number(key, "create_revision"), EtcdAnswer.Number(key, "mod_revision"),
        (long)EtcdAnswer.Number(key, "lease"));

    private static string Text(JsonElement key, string name) =>
        key.TryGetProperty(name, out var text) ? Encoding.UTF8.GetString(text.GetBytesFromBase64()) : "";
}
