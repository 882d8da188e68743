using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Tests.Architecture;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour.Management.Recorded;

/// <summary>
/// Makes the calls in the <c>*.calls</c> files, and compares the responses with those of RabbitMQ 3.10.8 in the <c>*.answers</c> files.
/// </summary>
public class RecordedApiTests : ApiTests
{
    public const string RecordVariable = "AMQPBROKER_RECORD_API";

    /// <summary>Duration of a pause. It is long enough for RabbitMQ to show every change.</summary>
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(6);

    private static readonly JsonSerializerOptions _indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
    };

    private static readonly string _folder = Path.Combine(SourceTree.Root, "Amqp.Tests/Behaviour/Management/Recorded");

    private static IEnumerable<string> Names =>
        Directory.GetFiles(_folder, "*.calls").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Names))]
    public async Task Calls_are_answered_as_by_RabbitMQ(string name)
    {
        string recording = Path.Combine(_folder, $"{name}.answers");
        var answers = await RunAsync(RecordedCall.ReadFile(Path.Combine(_folder, $"{name}.calls")));
        if (Environment.GetEnvironmentVariable(RecordVariable) == "1")
        {
            Assert.That(await BrokerTarget.IsRabbitMqAsync, "Only RabbitMQ's answers are worth recording.");
            await File.WriteAllTextAsync(recording, new JsonArray([.. answers]).ToJsonString(_indented) + "\n");
            Assert.Pass("recorded");
        }
        await SkipOnRabbitMqAsync("Every version of RabbitMQ answers a little differently.");

        var expected = JsonNode.Parse(await File.ReadAllTextAsync(recording))!.AsArray();
        Assert.That(
            answers.Select(answer => answer["call"]!.GetValue<string>()),
            Is.EqualTo(expected.Select(answer => answer!["call"]!.GetValue<string>())),
            "the recording has other calls");
        Assert.That(
            string.Join('\n', expected.Zip(answers).SelectMany(pair => AnswerComparison.Differences(pair.First!.AsObject(), pair.Second))),
            Is.Empty);
    }

    private static async Task<List<JsonObject>> RunAsync(IEnumerable<RecordedCall> calls)
    {
        bool isRabbitMq = await BrokerTarget.IsRabbitMqAsync;
        var names = new RecordedNames((await GetAsync("/overview")).Json.GetProperty("node").GetString()!);
        var answers = new List<JsonObject>();
        try
        {
            foreach (var call in calls)
            {
                if (!call.IsPause)
                {
                    object? body = call.Body is null ? null : names.Insert(call.Body);
                    var answer = await SendAsync(
                        new HttpMethod(call.Method), names.Insert(call.Path), body, call.Login == ":" ? "" : names.Insert(call.Login));
                    answers.Add(RecordedAnswer.Of(call, answer, names));
                }
                else if (isRabbitMq)
                {
                    await Task.Delay(_pause);
                }
            }
        }
        finally
        {
            foreach (string path in RecordedNames.Leftovers)
                await DeleteAsync(names.Insert(path));
        }
        return answers;
    }
}
