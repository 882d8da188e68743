using System.Collections.Concurrent;

namespace Amqp.Tests.Fuzz;

/// <summary>An account of which value was given to what, and what became of it. Thread-safe.</summary>
internal sealed class InputCoverage
{
    private readonly ConcurrentDictionary<(string Place, string Name, string Value), string> _answers = [];

    /// <summary>Notes an answer: <c>taken</c>, or the code of a refusal.</summary>
    public void Note(InputCase input, string answer) => _answers[(input.Place, input.Name, input.Value.Name)] = answer;

    /// <summary>Those that have had no answer.</summary>
    public IEnumerable<InputCase> Missing(IEnumerable<InputCase> expected) =>
        expected.Where(input => !_answers.ContainsKey((input.Place, input.Name, input.Value.Name)));

    /// <summary>A line for each kind of place: how many names and values, and how often which answer.</summary>
    public override string ToString() =>
        string.Join('\n', _answers.GroupBy(entry => entry.Key.Place).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group =>
            $"  {group.Key}: {group.Select(entry => entry.Key.Name).Distinct().Count()} names, {group.Count()} values; "
            + string.Join(
                ", ",
                group.CountBy(entry => entry.Value)
                    .OrderByDescending(count => count.Value)
                    .Select(count => $"{count.Key} {count.Value}"))));
}

/// <summary>A value for something that the broker knows.</summary>
/// <param name="Place">Where it stands: <c>queue argument</c>.</param>
/// <param name="Name">What it is given to: <c>x-expires</c>.</param>
/// <param name="Value">The value.</param>
/// <param name="TryAsync">Gives it, uses what comes of it, and tells the answer.</param>
internal sealed record InputCase(string Place, string Name, HostileValue Value, Func<FuzzWorker, Task<string>> TryAsync);
