using System.Collections.Concurrent;

namespace Amqp.Tests.Fuzz;

/// <summary>Records how the broker has answered each value of each input. Thread-safe.</summary>
internal sealed class InputCoverage
{
    private readonly ConcurrentDictionary<(string Place, string Name, string Value), string> _answers = [];

    /// <summary>Records an answer to an input. The answer is <c>taken</c>, or the code of a refusal.</summary>
    public void Note(InputCase input, string answer) => _answers[(input.Place, input.Name, input.Value.Name)] = answer;

    /// <summary>Returns the expected inputs that have no answer.</summary>
    public IEnumerable<InputCase> Missing(IEnumerable<InputCase> expected) =>
        expected.Where(input => !_answers.ContainsKey((input.Place, input.Name, input.Value.Name)));

    /// <summary>Returns a line for each kind of input: the number of names, the number of values, and the count of each answer.</summary>
    public override string ToString() =>
        string.Join('\n', _answers.GroupBy(entry => entry.Key.Place).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group =>
            $"  {group.Key}: {group.Select(entry => entry.Key.Name).Distinct().Count()} names, {group.Count()} values; "
            + string.Join(
                ", ",
                group.CountBy(entry => entry.Value)
                    .OrderByDescending(count => count.Value)
                    .Select(count => $"{count.Key} {count.Value}"))));
}

/// <summary>A test that gives one value to one input of the broker, such as an argument.</summary>
/// <param name="Place">Kind of the input, such as <c>queue argument</c>.</param>
/// <param name="Name">Name of the input, such as <c>x-expires</c>.</param>
/// <param name="Value">The value that the input gets.</param>
/// <param name="TryAsync">Sends the value, uses the object that has the value, and returns the broker's answer.</param>
internal sealed record InputCase(string Place, string Name, HostileValue Value, Func<FuzzWorker, Task<string>> TryAsync);
