using System.Text;

namespace Amqp.Server.Cluster.Coordination;

/// <summary>The JSON of etcd's requests. Keys and values are in base64, so no text needs an escape.</summary>
internal static class EtcdRequests
{
    /// <summary>Reads a key.</summary>
    public static string Range(string key) => $$"""{"key":"{{Base64(key)}}"}""";

    /// <summary>Reads all keys with a prefix.</summary>
    public static string RangeOf(string prefix) => $$"""{"key":"{{Base64(prefix)}}","range_end":"{{End(prefix)}}"}""";

    /// <summary>Watches all keys with a prefix from a revision on.</summary>
    public static string WatchOf(string prefix, ulong revision) =>
        $$$"""{"create_request":{"key":"{{{Base64(prefix)}}}","range_end":"{{{End(prefix)}}}","start_revision":"{{{revision}}}"}}""";

    /// <summary>Grants a lease of a given number, so that a repeated request grants no second one.</summary>
    public static string Grant(long lease, int seconds) => $$"""{"ID":"{{lease}}","TTL":"{{seconds}}"}""";

    /// <summary>Prolongs or revokes a lease.</summary>
    public static string Lease(long lease) => $$"""{"ID":"{{lease}}"}""";

    /// <summary>Writes a key without a lease.</summary>
    public static string Put(string key, string value) => $$"""{"key":"{{Base64(key)}}","value":"{{Base64(value)}}"}""";

    /// <summary>Carries out operations if all comparisons hold, and others if not.</summary>
    public static string Transaction(string[] comparisons, string[] operations, string[]? otherwise = null) =>
        $$"""
        {
          "compare": [{{string.Join(',', comparisons)}}],
          "success": [{{string.Join(',', operations)}}],
          "failure": [{{string.Join(',', otherwise ?? [])}}]
        }
        """;

    /// <summary>The comparison that a key was created at a revision. Revision 0 is that of a key that does not exist.</summary>
    public static string IsCreatedAt(string key, ulong revision) =>
        $$"""{"key":"{{Base64(key)}}","target":"CREATE","result":"EQUAL","create_revision":"{{revision}}"}""";

    /// <summary>The comparison that a key was last written at a revision. Revision 0 is that of a key that does not exist.</summary>
    public static string IsWrittenAt(string key, ulong revision) =>
        $$"""{"key":"{{Base64(key)}}","target":"MOD","result":"EQUAL","mod_revision":"{{revision}}"}""";

    /// <summary>The operation that reads a key.</summary>
    public static string ToRead(string key) => $$"""{"request_range":{{Range(key)}}}""";

    /// <summary>The operation that writes a key under a lease; 0 for none.</summary>
    public static string ToPut(string key, string value, long lease = 0) =>
        $$$"""{"request_put":{"key":"{{{Base64(key)}}}","value":"{{{Base64(value)}}}","lease":"{{{lease}}}"}}""";

    /// <summary>The operation that deletes a key.</summary>
    public static string ToDelete(string key) => $$"""{"request_delete_range":{{Range(key)}}}""";

    /// <summary>The operation that deletes all keys with a prefix.</summary>
    public static string ToDeleteAll(string prefix) => $$"""{"request_delete_range":{{RangeOf(prefix)}}}""";

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    /// <summary>Returns the key behind all keys with a prefix. The prefix ends with a slash, so its last byte can grow by 1.</summary>
    private static string End(string prefix)
    {
        byte[] end = Encoding.UTF8.GetBytes(prefix);
        end[^1]++;
        return Convert.ToBase64String(end);
    }
}
