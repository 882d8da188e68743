using System.Buffers.Binary;
using System.Text;

namespace Amqp.Server.Broker.Access;

/// <summary>Encodes users for the catalog, the file of all definitions. The value does not contain the name, which is in the key.</summary>
/// <remarks>
/// <c>| version u8 | algorithm u8 | hash length u16 | hash | tags in UTF-8, comma separated |</c>
/// <para>Old format: <c>| hash length u8 | hash | tags |</c>. The hash length is always 36, so the first octet tells the format.</para>
/// </remarks>
internal static class UserCodec
{
    private const byte Version = 1;
    private const int HeaderSize = 4;

    /// <summary>Returns true if the value has the format of old versions of the broker.</summary>
    public static bool IsOfOldVersion(ReadOnlySpan<byte> value) => value.Length > 0 && value[0] == 36;

    public static byte[] Write(User user)
    {
        var hash = user.PasswordHash.Octets;
        byte[] tags = Encoding.UTF8.GetBytes(user.Tags.ToString());
        byte[] value = new byte[HeaderSize + hash.Length + tags.Length];
        value[0] = Version;
        value[1] = (byte)user.PasswordHash.Algorithm;
        BinaryPrimitives.WriteUInt16BigEndian(value.AsSpan(2), checked((ushort)hash.Length));
        hash.CopyTo(value.AsSpan(HeaderSize));
        tags.CopyTo(value, HeaderSize + hash.Length);
        return value;
    }

    /// <exception cref="InvalidDataException">A newer version of the broker wrote the value, or the value is damaged.</exception>
    public static User Read(string name, ReadOnlySpan<byte> value)
    {
        if (IsOfOldVersion(value))
            return Read(name, HashingAlgorithm.Sha256, value[1..], value[0]);
        if (value.Length < HeaderSize || value[0] != Version)
            throw new InvalidDataException($"The definition of user '{name}' has a format that this version does not read.");
        return Read(name, (HashingAlgorithm)value[1], value[HeaderSize..], BinaryPrimitives.ReadUInt16BigEndian(value[2..]));
    }

    private static User Read(string name, HashingAlgorithm algorithm, ReadOnlySpan<byte> rest, int hashLength)
    {
        if (rest.Length < hashLength)
            throw new InvalidDataException($"The definition of user '{name}' is cut short.");
        var tags = UserTags.Parse(Encoding.UTF8.GetString(rest[hashLength..]));
        return new User(name, PasswordHash.FromOctets(algorithm, rest[..hashLength]), tags);
    }
}
