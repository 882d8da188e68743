namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>
/// Collects the changes of an import, which are applied after all definitions were checked, and the definitions that are skipped. Used by
/// one import.
/// </summary>
internal sealed class ImportPlan
{
    private readonly List<Action> _changes = [];
    private readonly List<string> _leftOut = [];
    private readonly List<string> _skipped = [];
    private int _imported;

    /// <summary>Adds the change for a definition that was checked.</summary>
    /// <param name="change">Applies the definition. The change can still fail, if a client has changed objects since the check.</param>
    public void Take(Action change)
    {
        _imported++;
        _changes.Add(change);
    }

    /// <summary>Counts a definition that is part of a change that was added before.</summary>
    public void CountIncluded() => _imported++;

    /// <summary>Counts a definition of an object that already exists with the same properties.</summary>
    public void CountExisting() => _imported++;

    /// <summary>Reports a definition that this broker does not support.</summary>
    public void LeaveOut(string what) => _leftOut.Add(what);

    /// <summary>Reports a definition that RabbitMQ does not import either.</summary>
    public void Skip(string what) => _skipped.Add(what);

    /// <summary>Reports a definition whose change was added but failed.</summary>
    public void LeaveOutFailed(string what)
    {
        _imported--;
        _leftOut.Add(what);
    }

    /// <summary>Applies all changes, in the order in which they were added.</summary>
    public ImportReport Run()
    {
        foreach (var change in _changes)
            change();
        return new ImportReport(_imported, _leftOut, _skipped);
    }
}
