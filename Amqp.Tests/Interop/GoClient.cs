using System.Text;
using System.Text.Json;

namespace Amqp.Tests.Interop;

/// <summary>
/// The integration tests that RabbitMQ's Go client brings along, from Debian's package of its sources: built once, and run as one program.
/// </summary>
internal static class GoClient
{
    /// <summary>Stands for the program as a whole, which fails too when a test leaves something running.</summary>
    public const string Whole = "";

    private const string Package = "github.com/rabbitmq/amqp091-go";
    private const string Sources = "/usr/share/gocode";

    private static readonly Lazy<Task<string?>> _missing = new(BuildAsync);

    private static string Program => Path.Combine(AppContext.BaseDirectory, "interop-go", "integration-tests");

    /// <summary>What the tests lack to run, or null.</summary>
    public static Task<string?> WhatIsMissingAsync() => _missing.Value;

    /// <summary>The names of all tests.</summary>
    public static async Task<IReadOnlyList<string>> ListAsync()
    {
        CommandResult list = await Command.RunAsync(Program, ["-test.list", "."], environment: Environment(new Uri("amqp://unused")));
        return [.. list.Output.Split('\n').Where(line => line.StartsWith("Test", StringComparison.Ordinal))];
    }

    /// <summary>Runs all tests and returns how each ended, <c>pass</c>, <c>fail</c> or <c>skip</c>, and what all printed.</summary>
    public static async Task<(IReadOnlyDictionary<string, string> Outcomes, string Output)> RunAsync(Uri broker)
    {
        CommandResult run = await Command.RunAsync(
            "go", ["tool", "test2json", Program, "-test.v", "-test.timeout", "4m"], Path.Combine(Sources, "src", Package), Environment(broker));
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
        if (!Directory.Exists(Path.Combine(Sources, "src", Package)) || !(await Command.RunAsync("go", ["version"])).Succeeded)
        {
            CommandResult apt = await DebianPackages.InstallAsync("golang-go", "golang-github-rabbitmq-amqp091-go-dev");
            if (!apt.Succeeded)
                return $"No Go with the sources of {Package} here. apt-get: {apt.LastLine}";
        }

        CommandResult build = await Command.RunAsync(
            "go", ["test", "-tags", "integration", "-c", "-o", Program, Package], environment: Environment(new Uri("amqp://unused")));
        return build.Succeeded ? null : $"go test failed: {build.Output}";
    }

    /// <summary>No modules, hence no network: everything is among Debian's sources.</summary>
    private static Dictionary<string, string> Environment(Uri broker) => new()
    {
        ["GO111MODULE"] = "off",
        ["GOPATH"] = Sources,
        ["GOFLAGS"] = "",
        ["AMQP_URL"] = broker.OriginalString,
    };
}
