using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Protocol;

/// <summary>A method against the bytes that the specification makes of it.</summary>
internal static class GoldenBytes
{
    /// <summary>The method writes and reads exactly these bytes.</summary>
    /// <param name="method">The method.</param>
    /// <param name="groups">Class, method and arguments in hexadecimal, grouped as the wire groups them.</param>
    public static void AssertAre<TMethod>(TMethod method, params string[] groups)
        where TMethod : struct, IMethod<TMethod>
    {
        byte[] payload = Convert.FromHexString(string.Concat(groups));
        Assert.That(Convert.ToHexString(Encoded.Frame(1, method)[7..^1]), Is.EqualTo(Convert.ToHexString(payload)));
        // Written again, because two tables or arrays of one value are not one object.
        var read = MethodArguments.Read<TMethod>(payload.AsSpan(4));
        Assert.That(Convert.ToHexString(Encoded.Arguments(read)), Is.EqualTo(Convert.ToHexString(payload.AsSpan(4))));
    }
}
