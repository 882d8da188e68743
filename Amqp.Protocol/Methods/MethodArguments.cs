namespace Amqp.Protocol;

/// <summary>Reads all arguments of a method. Rejects the method if bytes follow the last argument.</summary>
public static class MethodArguments
{
    /// <summary>Reads the method's arguments, which follow its id.</summary>
    /// <param name="arguments">The encoded arguments.</param>
    /// <param name="maxTableDepth">Maximum nesting of tables and arrays.</param>
    /// <exception cref="AmqpException">501, with RabbitMQ's text: the bytes are not exactly the arguments of this method.</exception>
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

    /// <summary>Returns the exception for malformed arguments of a method.</summary>
    public static AmqpException CannotDecode(MethodId id, ReadOnlySpan<byte> arguments) =>
        new(ReplyCode.FrameError, $"cannot decode {Octets.List(arguments)}", id);
}
