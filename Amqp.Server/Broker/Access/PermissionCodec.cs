using System.Buffers;
using System.Text;
using Amqp.Protocol;

namespace Amqp.Server.Broker.Access;

/// <summary>
/// Encodes permissions for the catalog, the file of all definitions. An encoded permission is a version octet, followed by the patterns
/// as long strings.
/// </summary>
/// <remarks>The key in the catalog contains the virtual host and the user. For a topic permission, it also contains the exchange.</remarks>
internal static class PermissionCodec
{
    private const byte Version = 1;

    public static byte[] Write(Permission permission) => Write(permission.Configure.Text, permission.Write.Text, permission.Read.Text);

    public static byte[] Write(TopicPermission permission) => Write(permission.Write, permission.Read);

    /// <param name="names">The names in the key: virtual host and user.</param>
    /// <param name="value">The encoded value.</param>
    /// <exception cref="InvalidDataException">The value was written by a newer version.</exception>
    public static Permission ReadPermission(string[] names, ReadOnlySpan<byte> value)
    {
        var patterns = Begin(value);
        return new Permission(names[1], names[0], Text(ref patterns), Text(ref patterns), Text(ref patterns));
    }

    /// <param name="names">The names in the key: virtual host, user and exchange.</param>
    /// <param name="value">The encoded value.</param>
    /// <exception cref="InvalidDataException">The value was written by a newer version.</exception>
    public static TopicPermission ReadTopicPermission(string[] names, ReadOnlySpan<byte> value)
    {
        var patterns = Begin(value);
        return new TopicPermission(names[1], names[0], names[2], Text(ref patterns), Text(ref patterns));
    }

    private static byte[] Write(params ReadOnlySpan<string> patterns)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(output);
        writer.WriteByte(Version);
        foreach (string pattern in patterns)
            writer.WriteLongString(pattern);
        return output.WrittenSpan.ToArray();
    }

    private static WireReader Begin(ReadOnlySpan<byte> value)
    {
        var reader = new WireReader(value);
        byte version = reader.ReadByte();
        return version == Version
            ? reader
            : throw new InvalidDataException($"A permission has format {version}; this version reads format {Version}.");
    }

    private static string Text(ref WireReader reader) => Encoding.UTF8.GetString(reader.ReadLongString());
}
