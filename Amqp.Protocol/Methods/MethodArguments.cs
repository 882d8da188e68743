namespace Amqp.Protocol;

/// <summary>Reads all arguments of a method, and checks that no bytes are left.</summary>
public static class MethodArguments
{
    /// <summary>Reads the arguments that follow the id. Bytes after the last argument are an error.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="maxTableDepth">Maximum nesting of tables and arrays.</param>
    /// <exception cref="AmqpException">
    /// 501 in RabbitMQ's words: bytes are missing or left over, or do not encode arguments of the method.
    /// </exception>
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

    /// <summary>Returns the exception for arguments that do not fit the method.</summary>
    public static AmqpException CannotDecode(MethodId id, ReadOnlySpan<byte> arguments) =>
        new(ReplyCode.FrameError, $"cannot decode {Octets.List(arguments)}", id);
}
