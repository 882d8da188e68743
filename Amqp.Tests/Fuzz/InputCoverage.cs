using System.Collections.Concurrent;

namespace Amqp.Tests.Fuzz;

/// <summary>Records which values the fuzzer has tried for each input, and how the broker has answered. Thread-safe.</summary>
internal sealed class InputCoverage
{
    private readonly ConcurrentDictionary<(string Place, string Name, string Value), string> _answers = [];

    /// <summary>Records an answer to an input. The answer is <c>taken</c>, or the code of a refusal.</summary>
    public void Note(InputCase input, string answer) => _answers[(input.Place, input.Name, input.Value.Name)] = answer;

    /// <summary>Returns the expected inputs that have no answer.</summary>
    public IEnumerable<InputCase> Missing(IEnumerable<InputCase> expected) =>
        expected.Where(input => !_answers.ContainsKey((input.Place, input.Name, input.Value.Name)));

    /// <summary>Returns a line for each kind of place: the number of names, the number of values, and how often each answer came.</summary>
    public override string ToString() =>
        string.Join('\n', _answers.GroupBy(entry => entry.Key.Place).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group =>
            $"  {group.Key}: {group.Select(entry => entry.Key.Name).Distinct().Count()} names, {group.Count()} values; "
            + string.Join(
                ", ",
                group.CountBy(entry => entry.Value)
                    .OrderByDescending(count => count.Value)
                    .Select(count => $"{count.Key} {count.Value}"))));
}

/// <summary>A value for an input that the broker supports, such as an argument.</summary>
/// <param name="Place">Kind of place of the input, such as <c>queue argument</c>.</param>
/// <param name="Name">Name of the input, such as <c>x-expires</c>.</param>
/// <param name="Value">The value that the input gets.</param>
/// <param name="TryAsync">Sends the value, uses the object that has the value, and returns the answer.</param>
internal sealed record InputCase(string Place, string Name, HostileValue Value, Func<FuzzWorker, Task<string>> TryAsync);
