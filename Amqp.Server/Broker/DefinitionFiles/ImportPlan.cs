namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>
/// Collects the changes of one import, after all definitions were checked. Then either applies the changes, or describes them.
/// </summary>
internal sealed class ImportPlan
{
    private readonly List<Action> _changes = [];
    private readonly List<(DefinitionName What, Func<DefinitionComparison> Compare)> _comparisons = [];
    private readonly List<(DefinitionName What, string Reason)> _leftOut = [];
    private readonly List<(DefinitionName What, string Reason)> _skipped = [];
    private int _imported;
    private int _existing;

    /// <summary>Counts a definition that was checked, and adds its change to the plan.</summary>
    /// <param name="what">The object of the definition.</param>
    /// <param name="compare">Compares the definition with the object that exists now.</param>
    /// <param name="change">Applies the definition. Fails if a client has changed objects since the check.</param>
    public void Take(DefinitionName what, Func<DefinitionComparison> compare, Action change)
    {
        CountIncluded(what, compare);
        _changes.Add(change);
    }

    /// <summary>Counts a definition that needs no change of its own, because another change in the plan includes it.</summary>
    public void CountIncluded(DefinitionName what, Func<DefinitionComparison> compare)
    {
        _imported++;
        Imply(what, compare);
    }

    /// <summary>Notes an object that another change in the plan creates or changes, though there is no definition of it.</summary>
    public void Imply(DefinitionName what, Func<DefinitionComparison> compare) => _comparisons.Add((what, compare));

    /// <summary>Counts a definition of an object that already exists with the same properties.</summary>
    public void CountExisting()
    {
        _imported++;
        _existing++;
    }

    /// <summary>Reports a definition that this broker does not support.</summary>
    public void LeaveOut(DefinitionName what, string reason) => _leftOut.Add((what, reason));

    /// <summary>Reports a definition that neither this broker nor RabbitMQ imports.</summary>
    public void Skip(DefinitionName what, string reason) => _skipped.Add((what, reason));

    /// <summary>Reports a definition whose change could not be applied. The change was already in the plan.</summary>
    public void LeaveOutFailed(DefinitionName what, string reason)
    {
        _imported--;
        _leftOut.Add((what, reason));
    }

    /// <summary>Applies all changes, in the order in which they were added.</summary>
    public ImportReport Run()
    {
        foreach (var change in _changes)
            change();
        return new ImportReport(_imported, [.. _leftOut.Select(entry => entry.Reason)], [.. _skipped.Select(entry => entry.Reason)]);
    }

    /// <summary>Describes all changes. Changes nothing.</summary>
    public ImportPreview Preview()
    {
        // If there are several definitions of an object, the last one applies.
        var compared = new OrderedDictionary<DefinitionName, Func<DefinitionComparison>>();
        foreach (var (what, compare) in _comparisons)
            compared[what] = compare;
        List<DefinitionName> added = [];
        List<(DefinitionName, DefinitionComparison)> changed = [];
        int same = _existing;
        foreach (var (what, compare) in compared)
        {
            var comparison = compare();
            if (comparison.IsSame)
                same++;
            else if (comparison.Before is null)
                added.Add(what);
            else
                changed.Add((what, comparison));
        }
        return new ImportPreview(added, changed, same, [.. _leftOut, .. _skipped]);
    }
}
