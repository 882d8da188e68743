namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>What an import will do once all of it has been checked, and what it will not. Used by one import.</summary>
internal sealed class ImportPlan
{
    private readonly List<Action> _changes = [];
    private readonly List<string> _leftOut = [];
    private readonly List<string> _skipped = [];
    private int _imported;

    /// <summary>A definition that was checked.</summary>
    /// <param name="change">What it changes; it may still be left out then, when somebody else has changed something meanwhile.</param>
    public void Take(Action change)
    {
        _imported++;
        _changes.Add(change);
    }

    /// <summary>A definition that a change which was taken already brings along.</summary>
    public void TakeAlong() => _imported++;

    /// <summary>A definition of something that is there as it says.</summary>
    public void TakeAsItIs() => _imported++;

    /// <summary>A definition that this broker cannot take.</summary>
    public void LeaveOut(string what) => _leftOut.Add(what);

    /// <summary>A definition that nobody takes.</summary>
    public void Skip(string what) => _skipped.Add(what);

    /// <summary>A definition that was taken already, and now turns out not to be possible.</summary>
    public void LeaveOutAfterAll(string what)
    {
        _imported--;
        _leftOut.Add(what);
    }

    /// <summary>Does everything, in the order in which it was taken.</summary>
    public ImportReport Run()
    {
        foreach (var change in _changes)
            change();
        return new ImportReport(_imported, _leftOut, _skipped);
    }
}
