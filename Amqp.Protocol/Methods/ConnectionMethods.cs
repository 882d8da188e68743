namespace Amqp.Protocol;

/// <summary>connection.start: the server announces its properties and its login mechanisms.</summary>
public readonly record struct ConnectionStart(
    byte VersionMajor, byte VersionMinor, FieldTable ServerProperties, byte[] Mechanisms, byte[] Locales)
    : IMethod<ConnectionStart>
{
    public static MethodId Id => new(10, 10);

    public static ConnectionStart Read(ref WireReader reader) =>
        new(reader.ReadByte(), reader.ReadByte(), reader.ReadTable(), reader.ReadLongString().ToArray(), reader.ReadLongString().ToArray());

    public void Write(WireWriter writer)
    {
        writer.WriteByte(VersionMajor);
        writer.WriteByte(VersionMinor);
        writer.WriteTable(ServerProperties);
        writer.WriteLongString(Mechanisms);
        writer.WriteLongString(Locales);
    }
}

/// <summary>connection.start-ok: the client sends its properties and its login data.</summary>
public readonly record struct ConnectionStartOk(FieldTable ClientProperties, string Mechanism, byte[] Response, string Locale)
    : IMethod<ConnectionStartOk>
{
    public static MethodId Id => new(10, 11);

    public static ConnectionStartOk Read(ref WireReader reader) =>
        new(reader.ReadTable(), reader.ReadShortString(), reader.ReadLongString().ToArray(), reader.ReadShortString());

    public void Write(WireWriter writer)
    {
        writer.WriteTable(ClientProperties);
        writer.WriteShortString(Mechanism);
        writer.WriteLongString(Response);
        writer.WriteShortString(Locale);
    }
}

/// <summary>connection.secure: the server asks the client for another step of the login.</summary>
public readonly record struct ConnectionSecure(byte[] Challenge) : IMethod<ConnectionSecure>
{
    public static MethodId Id => new(10, 20);

    public static ConnectionSecure Read(ref WireReader reader) =>
        new(reader.ReadLongString().ToArray());

    public void Write(WireWriter writer)
    {
        writer.WriteLongString(Challenge);
    }
}

/// <summary>connection.secure-ok</summary>
public readonly record struct ConnectionSecureOk(byte[] Response) : IMethod<ConnectionSecureOk>
{
    public static MethodId Id => new(10, 21);

    public static ConnectionSecureOk Read(ref WireReader reader) =>
        new(reader.ReadLongString().ToArray());

    public void Write(WireWriter writer)
    {
        writer.WriteLongString(Response);
    }
}

/// <summary>connection.tune: the server proposes limits. Frame-max is in bytes, heartbeat in seconds. 0 means no limit.</summary>
public readonly record struct ConnectionTune(ushort ChannelMax, uint FrameMax, ushort Heartbeat) : IMethod<ConnectionTune>
{
    public static MethodId Id => new(10, 30);

    public static ConnectionTune Read(ref WireReader reader) =>
        new(reader.ReadUInt16(), reader.ReadUInt32(), reader.ReadUInt16());

    public void Write(WireWriter writer)
    {
        writer.WriteUInt16(ChannelMax);
        writer.WriteUInt32(FrameMax);
        writer.WriteUInt16(Heartbeat);
    }
}

/// <summary>connection.tune-ok: the client sends the negotiated limits, which must not exceed the proposed limits.</summary>
public readonly record struct ConnectionTuneOk(ushort ChannelMax, uint FrameMax, ushort Heartbeat) : IMethod<ConnectionTuneOk>
{
    public static MethodId Id => new(10, 31);

    public static ConnectionTuneOk Read(ref WireReader reader) =>
        new(reader.ReadUInt16(), reader.ReadUInt32(), reader.ReadUInt16());

    public void Write(WireWriter writer)
    {
        writer.WriteUInt16(ChannelMax);
        writer.WriteUInt32(FrameMax);
        writer.WriteUInt16(Heartbeat);
    }
}

/// <summary>connection.open</summary>
public readonly record struct ConnectionOpen(string VirtualHost) : IMethod<ConnectionOpen>
{
    public static MethodId Id => new(10, 40);

    public static ConnectionOpen Read(ref WireReader reader)
    {
        string virtualHost = reader.ReadShortString();
        _ = reader.ReadShortString(); // reserved (capabilities)
        _ = reader.ReadBit(); // reserved (insist)
        return new(virtualHost);
    }

    public void Write(WireWriter writer)
    {
        writer.WriteShortString(VirtualHost);
        writer.WriteShortString("");
        writer.WriteBits(false);
    }
}

/// <summary>connection.open-ok</summary>
public readonly record struct ConnectionOpenOk : IMethod<ConnectionOpenOk>
{
    public static MethodId Id => new(10, 41);

    public static ConnectionOpenOk Read(ref WireReader reader)
    {
        _ = reader.ReadShortString(); // reserved (knownHosts)
        return default;
    }

    public void Write(WireWriter writer)
    {
        writer.WriteShortString("");
    }
}

/// <summary>
/// connection.close: the peer gives the reason, and the class and method id of the method that failed. Both ids are 0 if no method failed.
/// </summary>
public readonly record struct ConnectionClose(ushort ReplyCode, string ReplyText, ushort FailingClass, ushort FailingMethod)
    : IMethod<ConnectionClose>
{
    public static MethodId Id => new(10, 50);

    public static ConnectionClose Read(ref WireReader reader) =>
        new(reader.ReadUInt16(), reader.ReadShortString(), reader.ReadUInt16(), reader.ReadUInt16());

    public void Write(WireWriter writer)
    {
        writer.WriteUInt16(ReplyCode);
        writer.WriteShortString(ReplyText);
        writer.WriteUInt16(FailingClass);
        writer.WriteUInt16(FailingMethod);
    }
}

/// <summary>connection.close-ok</summary>
public readonly record struct ConnectionCloseOk : IMethod<ConnectionCloseOk>
{
    public static MethodId Id => new(10, 51);

    public static ConnectionCloseOk Read(ref WireReader reader) => default;

    public void Write(WireWriter writer)
    {
    }
}

/// <summary>
/// connection.blocked: tells a client that the server accepts no publishes until connection.unblocked. An extension of RabbitMQ.
/// </summary>
public readonly record struct ConnectionBlocked(string Reason) : IMethod<ConnectionBlocked>
{
    public static MethodId Id => new(10, 60);

    public static ConnectionBlocked Read(ref WireReader reader) =>
        new(reader.ReadShortString());

    public void Write(WireWriter writer)
    {
        writer.WriteShortString(Reason);
    }
}

/// <summary>connection.unblocked</summary>
public readonly record struct ConnectionUnblocked : IMethod<ConnectionUnblocked>
{
    public static MethodId Id => new(10, 61);

    public static ConnectionUnblocked Read(ref WireReader reader) => default;

    public void Write(WireWriter writer)
    {
    }
}

/// <summary>connection.update-secret: the client sends a new credential on an open connection. An extension of RabbitMQ.</summary>
public readonly record struct ConnectionUpdateSecret(byte[] NewSecret, string Reason) : IMethod<ConnectionUpdateSecret>
{
    public static MethodId Id => new(10, 70);

    public static ConnectionUpdateSecret Read(ref WireReader reader) =>
        new(reader.ReadLongString().ToArray(), reader.ReadShortString());

    public void Write(WireWriter writer)
    {
        writer.WriteLongString(NewSecret);
        writer.WriteShortString(Reason);
    }
}

/// <summary>connection.update-secret-ok</summary>
public readonly record struct ConnectionUpdateSecretOk : IMethod<ConnectionUpdateSecretOk>
{
    public static MethodId Id => new(10, 71);

    public static ConnectionUpdateSecretOk Read(ref WireReader reader) => default;

    public void Write(WireWriter writer)
    {
    }
}
