using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Protocol;

/// <summary>Compares an encoded method with the bytes that the specification requires.</summary>
internal static class GoldenBytes
{
    /// <summary>Asserts that the method is encoded to these bytes, and that these bytes are decoded to the method.</summary>
    /// <param name="method">The method to encode.</param>
    /// <param name="groups">Class, method and arguments in hexadecimal, grouped by argument.</param>
    public static void AssertAre<TMethod>(TMethod method, params string[] groups)
        where TMethod : struct, IMethod<TMethod>
    {
        byte[] payload = Convert.FromHexString(string.Concat(groups));
        Assert.That(Convert.ToHexString(Encoded.Frame(1, method)[7..^1]), Is.EqualTo(Convert.ToHexString(payload)));
        // Two equal tables or arrays are different objects. So the bytes of the methods are compared, not the methods themselves.
        var read = MethodArguments.Read<TMethod>(payload.AsSpan(4));
        Assert.That(Convert.ToHexString(Encoded.Arguments(read)), Is.EqualTo(Convert.ToHexString(payload.AsSpan(4))));
    }
}
