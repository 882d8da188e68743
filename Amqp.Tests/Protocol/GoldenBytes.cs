using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Protocol;

/// <summary>Compares a method with the bytes that the specification demands.</summary>
internal static class GoldenBytes
{
    /// <summary>Asserts that the method is encoded to these bytes and decoded from them.</summary>
    /// <param name="method">The method.</param>
    /// <param name="groups">Class, method and arguments in hexadecimal, grouped by argument.</param>
    public static void AssertAre<TMethod>(TMethod method, params string[] groups)
        where TMethod : struct, IMethod<TMethod>
    {
        byte[] payload = Convert.FromHexString(string.Concat(groups));
        Assert.That(Convert.ToHexString(Encoded.Frame(1, method)[7..^1]), Is.EqualTo(Convert.ToHexString(payload)));
        // The decoded method is encoded again and its bytes are compared, because equal tables and arrays are different objects.
        var read = MethodArguments.Read<TMethod>(payload.AsSpan(4));
        Assert.That(Convert.ToHexString(Encoded.Arguments(read)), Is.EqualTo(Convert.ToHexString(payload.AsSpan(4))));
    }
}
