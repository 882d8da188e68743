using System.Globalization;

namespace Amqp.Server.Cluster.Links;

/// <summary>Host and port of a node, as <c>host:port</c>.</summary>
internal static class NodeAddress
{
    /// <summary>Splits an address.</summary>
    /// <returns>Null if the text is none.</returns>
    public static (string Host, int Port)? TrySplit(string text)
    {
        int colon = text.LastIndexOf(':');
        return colon > 0 && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)
            ? (text[..colon].Trim('[', ']'), port)
            : null;
    }

    /// <exception cref="IOException">The text is no address.</exception>
    public static (string Host, int Port) Split(string text) =>
        TrySplit(text) ?? throw new IOException($"'{text}' is no address of a node");
}
