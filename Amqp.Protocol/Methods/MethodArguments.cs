namespace Amqp.Protocol;

/// <summary>A method's arguments from first to last byte.</summary>
public static class MethodArguments
{
    /// <summary>Reads the arguments, behind the id, and demands that nothing is left over.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="maxTableDepth">How deep the values of tables among them may nest.</param>
    /// <exception cref="AmqpException">501 in RabbitMQ's words: too few bytes, too many, or not what the method takes.</exception>
    public static TMethod Read<TMethod>(ReadOnlySpan<byte> arguments, int maxTableDepth = FieldTableCodec.DefaultMaxDepth)
        where TMethod : struct, IMethod<TMethod>
    {
        var reader = new WireReader(arguments, maxTableDepth);
        TMethod method;
        try
        {
            method = TMethod.Read(ref reader);
        }
        catch (AmqpException error) when (error.Code == ReplyCode.SyntaxError)
        {
            throw CannotDecode(TMethod.Id, arguments);
        }
        return reader.IsAtEnd ? method : throw CannotDecode(TMethod.Id, arguments);
    }

    /// <summary>What a method is answered with whose arguments are not what they should be.</summary>
    public static AmqpException CannotDecode(MethodId id, ReadOnlySpan<byte> arguments) =>
        new(ReplyCode.FrameError, $"cannot decode {Octets.List(arguments)}", id);
}
