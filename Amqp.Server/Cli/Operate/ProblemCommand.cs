using System.CommandLine;
using System.Text.Json;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Operate;

/// <summary>The command <c>amqpbroker problems</c>.</summary>
internal static class ProblemCommand
{
    private static readonly string[] _severities = ["critical", "warning", "info"]; // the worst first

    public static Command Create(CommandSet set)
    {
        var severity = new Option<string>("--severity")
        {
            HelpName = "severity",
            Description = "Show only problems that are at least so severe: critical, warning or info.",
            DefaultValueFactory = _ => _severities[^1],
        };
        severity.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var given }] && !_severities.Contains(given))
                result.AddError($"--severity: expected {string.Join(", ", _severities[..^1])} or {_severities[^1]}, not '{given}'");
        });
        var command = new Command(
            "problems", "Show what is wrong in the broker, the worst first. The exit code is 69 if a problem is critical or a warning.");
        set.Act(command, async context =>
        {
            string path = context.VirtualHostOrAll is { } host ? $"problems?vhost={ApiPath.Of(host)}" : "problems";
            JsonElement all = await context.Client.GetAsync(path, $"virtual host '{context.VirtualHost}'", context.Cancellation);
            int least = Array.IndexOf(_severities, context.Get(severity));
            JsonElement[] shown = [.. all.EnumerateArray().Where(problem => Rank(problem) <= least)];
            if (context.Get(CommonOptions.Json))
                context.Print(shown.ToElement());
            else
                Print(context, shown);
            return shown.Any(problem => Rank(problem) < _severities.Length - 1) ? ExitCode.Unavailable : ExitCode.Ok;
        }, severity, CommonOptions.VirtualHost, CommonOptions.Json);
        return command;
    }

    private static int Rank(JsonElement problem) => Array.IndexOf(_severities, problem.GetProperty("severity").GetString());

    private static void Print(CommandContext context, JsonElement[] problems)
    {
        if (problems.Length == 0)
        {
            context.Say("No problems.");
            return;
        }
        var table = new OutputTable(null, "severity", "since", "vhost", "object", "name", "problem");
        foreach (JsonElement problem in problems)
            table.Add(
                Cell(problem, "severity"), Since(problem), Cell(problem, "vhost"), Cell(problem, "object"), Cell(problem, "name"),
                Cell(problem, "kind"));
        table.Print(context.Output, context.IsTerminal);
        context.Say("");
        foreach (JsonElement problem in problems)
        {
            context.Say(OutputTable.Clean($"- {Cell(problem, "severity")}: {problem.GetProperty("text").GetString()}"));
            context.Say(OutputTable.Clean($"  {problem.GetProperty("advice").GetString()}"));
        }
    }

    private static string Since(JsonElement problem) => problem.GetProperty("since") is { ValueKind: JsonValueKind.Number } since
        ? DateTimeOffset.FromUnixTimeMilliseconds(since.GetInt64()).ToString("u")
        : "-";

    private static string Cell(JsonElement problem, string field) =>
        problem.GetProperty(field) is { ValueKind: JsonValueKind.String } text ? ListColumn.Text(text) : "-";
}
