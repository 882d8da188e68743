using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Amqp.Tests.Behaviour.Management.Recorded;

/// <summary>
/// Finds differences between this broker's and RabbitMQ's responses, except those that <see cref="AllowedDifferences"/> lists.
/// </summary>
internal static class AnswerComparison
{
    private const int InternalServerError = 500;

    public static IEnumerable<string> Differences(JsonObject expected, JsonObject actual)
    {
        string call = expected["call"]!.GetValue<string>();
        // For a request that RabbitMQ has answered with an internal error (500), this broker may return any 4xx.
        if (expected["status"]!.GetValue<int>() == InternalServerError
            && actual["status"]!.GetValue<int>() is >= 400 and < InternalServerError)
            return [];
        return Compare(expected, actual, "").Where(difference => !AllowedDifferences.Contains(call, difference.Path))
            .Select(difference => $"{call}\n    {difference.Path}: {difference.Text}");
    }

    private static IEnumerable<(string Path, string Text)> Compare(JsonNode? expected, JsonNode? actual, string path)
    {
        switch (expected, actual)
        {
            case (JsonObject theirs, JsonObject ours):
                return theirs.Select(field => field.Key).Union(ours.Select(field => field.Key)).SelectMany(name =>
                {
                    string inner = path.Length == 0 ? name : $"{path}.{name}";
                    return !ours.ContainsKey(name) ? [(inner, $"missing, RabbitMQ has {Text(theirs[name])}")]
                        : !theirs.ContainsKey(name) ? [(inner, $"RabbitMQ has no such field, here it is {Text(ours[name])}")]
                        : Compare(theirs[name], ours[name], inner);
                });
            case (JsonArray theirs, JsonArray ours) when theirs.Count == ours.Count:
                return theirs.Zip(ours).SelectMany(pair => Compare(pair.First, pair.Second, $"{path}[]"));
            default:
                return IsSame(expected, actual) ? [] : [(path, $"RabbitMQ has {Text(expected)}, here it is {Text(actual)}")];
        }
    }

    private static bool IsSame(JsonNode? expected, JsonNode? actual)
    {
        if (expected is null || actual is null || expected.GetValueKind() != actual.GetValueKind())
            return Text(expected) == Text(actual);
        return expected.GetValueKind() switch
        {
            JsonValueKind.Number => Number(expected).Equals(Number(actual)),
            JsonValueKind.String => AllowedDifferences.Modern(expected.GetValue<string>()) == actual.GetValue<string>(),
            _ => Text(expected) == Text(actual),
        };
    }

    /// <summary>Converts a JSON number to a double, so that 1 and 1.0 are equal.</summary>
    private static double Number(JsonNode node) => double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture);

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "null";
}
