using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Amqp.Tests.Interop;

/// <summary>
/// The integration tests that RabbitMQ's Go client brings along, from Debian's package of its sources: built once, and run as one program.
/// Its other tests are left out: nearly all of them need no broker, and some allow a millisecond for what takes longer on a busy machine.
/// </summary>
internal static partial class GoClient
{
    /// <summary>Stands for the program as a whole, which fails too when a test leaves something running.</summary>
    public const string Whole = "";

    private const string Package = "github.com/rabbitmq/amqp091-go";
    private const string Sources = "/usr/share/gocode";

    private static readonly Lazy<Task<string?>> _missing = new(BuildAsync);

    private static string Folder => Path.Combine(Sources, "src", Package);

    private static string Program => Path.Combine(AppContext.BaseDirectory, "interop-go", "integration-tests");

    /// <summary>What the tests lack to run, or null.</summary>
    public static Task<string?> WhatIsMissingAsync() => _missing.Value;

    /// <summary>The tests' names: those of the files that are built for integration tests only.</summary>
    public static IReadOnlyList<string> Tests() =>
    [
        .. Directory.GetFiles(Folder, "*_test.go")
            .Select(File.ReadAllText)
            .Where(source => source.Contains("//go:build integration", StringComparison.Ordinal))
            .SelectMany(source => TestFunction().Matches(source))
            .Select(function => function.Groups["name"].Value)
    ];

    /// <summary>Runs tests and returns how each ended, <c>pass</c>, <c>fail</c> or <c>skip</c>, and what all printed.</summary>
    public static async Task<(IReadOnlyDictionary<string, string> Outcomes, string Output)> RunAsync(Uri broker, IEnumerable<string> tests)
    {
        CommandResult run = await Command.RunAsync(
            "go",
            ["tool", "test2json", Program, "-test.v", "-test.timeout", "4m", "-test.run", $"^({string.Join('|', tests)})$"],
            Folder,
            Environment(broker));
        var outcomes = new Dictionary<string, string>();
        var output = new StringBuilder();
        foreach (string line in run.Output.Split('\n').Where(line => line.StartsWith('{')))
        {
            JsonElement happened = JsonDocument.Parse(line).RootElement;
            string action = happened.GetProperty("Action").GetString()!;
            if (action is "output")
                output.Append(happened.GetProperty("Output").GetString());
            else if (action is "pass" or "fail" or "skip")
                outcomes[happened.TryGetProperty("Test", out JsonElement test) ? test.GetString()! : Whole] = action;
        }

        return (outcomes, output.ToString());
    }

    private static async Task<string?> BuildAsync()
    {
        if (!Directory.Exists(Folder) || !(await Command.RunAsync("go", ["version"])).Succeeded)
        {
            CommandResult apt = await DebianPackages.InstallAsync("golang-go", "golang-github-rabbitmq-amqp091-go-dev");
            if (!apt.Succeeded)
                return $"No Go with the sources of {Package} here. apt-get: {apt.LastLine}";
        }

        CommandResult build = await Command.RunAsync(
            "go", ["test", "-tags", "integration", "-c", "-o", Program, Package], environment: Environment(new Uri("amqp://unused")));
        return build.Succeeded ? null : $"go test failed: {build.Output}";
    }

    [GeneratedRegex(@"^func (?<name>Test\w+)\(t ", RegexOptions.Multiline)]
    private static partial Regex TestFunction();

    /// <summary>No modules, hence no network: everything is among Debian's sources.</summary>
    private static Dictionary<string, string> Environment(Uri broker) => new()
    {
        ["GO111MODULE"] = "off",
        ["GOPATH"] = Sources,
        ["GOFLAGS"] = "",
        ["AMQP_URL"] = broker.OriginalString,
    };
}
