namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>Collects the changes of one import, and applies them after all definitions were checked.</summary>
internal sealed class ImportPlan
{
    private readonly List<Action> _changes = [];
    private readonly List<string> _leftOut = [];
    private readonly List<string> _skipped = [];
    private int _imported;

    /// <summary>Counts a definition that was checked, and adds its change to the plan.</summary>
    /// <param name="change">Applies the definition. Fails if a client has changed objects since the check.</param>
    public void Take(Action change)
    {
        _imported++;
        _changes.Add(change);
    }

    /// <summary>Counts a definition that needs no change of its own, because another change in the plan includes it.</summary>
    public void CountIncluded() => _imported++;

    /// <summary>Counts a definition of an object that already exists with the same properties.</summary>
    public void CountExisting() => _imported++;

    /// <summary>Reports a definition that this broker does not support.</summary>
    public void LeaveOut(string what) => _leftOut.Add(what);

    /// <summary>Reports a definition that neither this broker nor RabbitMQ imports.</summary>
    public void Skip(string what) => _skipped.Add(what);

    /// <summary>Reports a definition whose change could not be applied. The change was already in the plan.</summary>
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
