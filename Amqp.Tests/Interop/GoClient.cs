using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Amqp.Tests.Interop;

/// <summary>
/// Builds and runs the tests of RabbitMQ's Go client, whose sources are in a Debian package. All tests are compiled into one program.
/// </summary>
internal static partial class GoClient
{
    /// <summary>
    /// Key for the outcome of the whole program. The program also fails if a test leaves a connection or a goroutine behind.
    /// </summary>
    public const string Whole = "";

    private const string Package = "github.com/rabbitmq/amqp091-go";
    private const string Sources = "/usr/share/gocode";

    private static readonly Lazy<Task<string?>> _missing = new(BuildAsync);

    private static readonly Uri _nobody = new("amqp://unused");

    private static string Folder => Path.Combine(Sources, "src", Package);

    private static string Program => Path.Combine(AppContext.BaseDirectory, "interop-go", "integration-tests");

    /// <summary>Returns the name of software that the tests need but this machine lacks; null if nothing is missing.</summary>
    public static Task<string?> WhatIsMissingAsync() => _missing.Value;

    /// <summary>Returns the names of the integration tests, which need a broker. A build tag marks their files.</summary>
    public static IReadOnlyList<string> IntegrationTests() =>
    [
        .. Directory.GetFiles(Folder, "*_test.go")
            .Select(File.ReadAllText)
            .Where(source => source.Contains("//go:build integration", StringComparison.Ordinal))
            .SelectMany(source => TestFunction().Matches(source))
            .Select(function => function.Groups["name"].Value)
    ];

    /// <summary>Returns the names of all other tests, and of the examples that run as tests. Few of them need a broker.</summary>
    public static async Task<IReadOnlyList<string>> OtherTestsAsync()
    {
        CommandResult list = await Command.RunAsync(Program, ["-test.list", "^(Test|Example)"], Folder, Environment(_nobody));
        return [.. list.Output.Split('\n').Where(line => TestName().IsMatch(line)).Except(IntegrationTests())];
    }

    /// <summary>
    /// Runs tests. Returns the outcome of each test (<c>pass</c>, <c>fail</c> or <c>skip</c>), and the output of all tests.
    /// </summary>
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
            "go", ["test", "-tags", "integration", "-c", "-o", Program, Package], environment: Environment(_nobody));
        return build.Succeeded ? null : $"go test failed: {build.Output}";
    }

    [GeneratedRegex(@"^func (?<name>Test\w+)\(t ", RegexOptions.Multiline)]
    private static partial Regex TestFunction();

    [GeneratedRegex(@"^(Test|Example)\w+$")]
    private static partial Regex TestName();

    /// <summary>Returns environment variables that turn Go modules off, so that Go takes all sources from Debian packages.</summary>
    private static Dictionary<string, string> Environment(Uri broker) => new()
    {
        ["GO111MODULE"] = "off",
        ["GOPATH"] = Sources,
        ["GOFLAGS"] = "",
        ["AMQP_URL"] = broker.OriginalString,
    };
}
