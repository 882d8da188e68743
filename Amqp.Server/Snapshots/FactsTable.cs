namespace Amqp.Server.Snapshots;

/// <summary>A snapshot whose rows have facts, which are written again only after objects came or went, and counts.</summary>
/// <typeparam name="TFacts">The properties of an object that do not change.</typeparam>
internal abstract class FactsTable<TFacts> : SnapshotTable
{
    private TFacts[] _facts = [];

    /// <summary>Returns the facts of a row.</summary>
    protected TFacts FactsOf(int row) => _facts[row];

    /// <summary>Reads all objects.</summary>
    /// <param name="facts">The facts of all objects: the same array as last time if no object came or went.</param>
    protected void Fill(TFacts[] facts)
    {
        bool isSame = ReferenceEquals(facts, _facts);
        (_facts, Count) = (facts, facts.Length);
        foreach (var column in Columns)
            column.Reserve(Count);
        for (int row = 0; row < Count; row++)
        {
            if (!isSame)
                FillFacts(row, facts[row]);
            FillCounts(row, facts[row]);
        }
    }

    /// <summary>Writes the columns that do not change.</summary>
    protected abstract void FillFacts(int row, TFacts facts);

    /// <summary>Writes all other columns.</summary>
    protected abstract void FillCounts(int row, TFacts facts);
}
