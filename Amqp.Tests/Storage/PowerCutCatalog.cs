namespace Amqp.Tests.Storage;

/// <summary>A model of a catalog: the changes of each key, and the values that the key may have after a power cut.</summary>
/// <remarks>
/// The model records the position of the log's end at each change. The change is durable once the log is durable beyond this position.
/// </remarks>
internal sealed class PowerCutCatalog
{
    private readonly Dictionary<string, List<(string? Value, long At)>> _histories = [];

    public void Changed(string key, string? value, long position)
    {
        if (!_histories.TryGetValue(key, out List<(string?, long)>? history))
            _histories.Add(key, history = [(null, -1)]);
        history.Add((value, position));
    }

    /// <summary>
    /// Compares recovered entries with the model. Returns an error for each value that cannot result from a power cut, and for each unknown
    /// key.
    /// </summary>
    public IEnumerable<string> Judge(IReadOnlyDictionary<string, string> found, long durable)
    {
        foreach ((string key, List<(string? Value, long At)> history) in _histories)
        {
            int safe = history.FindLastIndex(change => change.At < durable);
            string? value = found.GetValueOrDefault(key);
            if (!history.Skip(Math.Max(safe, 0)).Any(change => change.Value == value))
                yield return $"catalog: {key} is {value?[..Math.Min(value.Length, 12)] ?? "not there"}, "
                    + $"of {history.Count} changes {safe} and later are possible";
        }
        foreach (string key in found.Keys.Where(key => !_histories.ContainsKey(key)))
            yield return $"catalog: nobody put {key} there";
    }

    /// <summary>Sets the model to the recovered values, which the start of the store has made durable.</summary>
    public void GoOn(IReadOnlyDictionary<string, string> found)
    {
        foreach ((string key, List<(string? Value, long At)> history) in _histories)
        {
            history.Clear();
            history.Add((found.GetValueOrDefault(key), -1));
        }
    }
}
