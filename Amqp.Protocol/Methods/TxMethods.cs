namespace Amqp.Protocol;

/// <summary>tx.select</summary>
public readonly record struct TxSelect : IMethod<TxSelect>
{
    public static MethodId Id => new(90, 10);

    public static TxSelect Read(ref WireReader reader) => default;

    public void Write(WireWriter writer)
    {
    }
}

/// <summary>tx.select-ok</summary>
public readonly record struct TxSelectOk : IMethod<TxSelectOk>
{
    public static MethodId Id => new(90, 11);

    public static TxSelectOk Read(ref WireReader reader) => default;

    public void Write(WireWriter writer)
    {
    }
}

/// <summary>tx.commit</summary>
public readonly record struct TxCommit : IMethod<TxCommit>
{
    public static MethodId Id => new(90, 20);

    public static TxCommit Read(ref WireReader reader) => default;

    public void Write(WireWriter writer)
    {
    }
}

/// <summary>tx.commit-ok</summary>
public readonly record struct TxCommitOk : IMethod<TxCommitOk>
{
    public static MethodId Id => new(90, 21);

    public static TxCommitOk Read(ref WireReader reader) => default;

    public void Write(WireWriter writer)
    {
    }
}

/// <summary>tx.rollback</summary>
public readonly record struct TxRollback : IMethod<TxRollback>
{
    public static MethodId Id => new(90, 30);

    public static TxRollback Read(ref WireReader reader) => default;

    public void Write(WireWriter writer)
    {
    }
}

/// <summary>tx.rollback-ok</summary>
public readonly record struct TxRollbackOk : IMethod<TxRollbackOk>
{
    public static MethodId Id => new(90, 31);

    public static TxRollbackOk Read(ref WireReader reader) => default;

    public void Write(WireWriter writer)
    {
    }
}
