using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;
using Amqp.Server.Migration;

namespace Amqp.Server.Cli.Operate;

/// <summary>Prints the plan and the report of a migration, as text or as one JSON document.</summary>
/// <param name="context">Output and options.</param>
/// <param name="settings">The brokers.</param>
/// <param name="plan">The plan.</param>
internal sealed class MigrateOutput(CommandContext context, MigrationSettings settings, MigrationPlan plan)
{
    private const int MostNames = 5;

    private readonly bool _isJson = context.Get(CommonOptions.Json);
    private readonly JsonObject _json = new()
    {
        ["source"] = settings.From.Endpoint,
        ["source_product"] = plan.Source,
        ["target"] = settings.To.Endpoint,
        ["target_product"] = plan.Target,
    };

    public void PrintPlan(bool withMessages)
    {
        _json["plan"] = new JsonObject
        {
            ["definitions"] = plan.Definitions is { } definitions ? MigrateJson.Counts(definitions) : null,
            ["queues"] = withMessages ? plan.Queues.Select(MigrateJson.Of).ToNode() : null,
            ["notes"] = plan.Notes.Select(MigrateJson.Of).ToNode(),
        };
        if (_isJson)
            return;
        context.Say($"From {settings.From.Endpoint} ({plan.Source}) to {settings.To.Endpoint} ({plan.Target}).");
        if (plan.Definitions is { } selected)
            context.Say($"Definitions: {DefinitionUpload.Describe(selected)}.");
        if (withMessages)
            PrintQueues();
        if (plan.Notes.Count > 0)
            context.Say("");
        foreach (PlanNote note in plan.Notes)
            context.Say($"- {note.Text} ({Named(note.Names)}).");
        context.Say("");
    }

    public void PrintImported(JsonObject definitions, IReadOnlyList<string> leftOut)
    {
        _json["definitions"] = new JsonObject
        {
            ["imported"] = MigrateJson.Counts(definitions),
            ["left_out"] = leftOut.ToNode(),
        };
        if (_isJson)
            return;
        context.Say(
            $"Imported {DefinitionUpload.Describe(definitions)}{(leftOut.Count == 0 ? "." : $", except {leftOut.Count} left out:")}");
        foreach (string what in leftOut)
            context.Say($"  {what}");
    }

    /// <param name="reports">The result of each queue.</param>
    /// <param name="run">Number of this run.</param>
    public void PrintReport(IReadOnlyList<QueueReport> reports, int run)
    {
        bool isComplete = reports.All(report => report.IsComplete);
        _json["report"] = new JsonObject
        {
            ["runs"] = run,
            ["complete"] = isComplete,
            ["moved"] = reports.Sum(report => report.Moved),
            ["moved_in_all"] = reports.Sum(report => report.MovedInAll),
            ["queues"] = reports.Select(MigrateJson.Of).ToNode(),
        };
        if (_isJson)
            return;
        string done = settings.Copies ? "copied" : "moved";
        var table = new OutputTable(
            "result", "queue", $" {done}", " in-all-runs", " left-ready", " left-unacked", " at-target", "comparison");
        foreach (QueueReport report in reports)
            table.Add(
                report.Queue, report.Moved, report.MovedInAll, report.Ready, report.Unacknowledged,
                report.AtTarget is { } count ? count : "-", report.Result);
        table.Print(context.Output, context.IsTerminal);
        context.Say("");
        long refused = reports.Sum(report => report.Refused), expiring = reports.Sum(report => report.Expiring);
        if (refused > 0)
            context.Say($"{QueueNotes.Counted(refused, "message")} refused by the target. They are still at the source.");
        if (expiring > 0)
            context.Say(
                $"{QueueNotes.Counted(expiring, "message")} with an expiration of their own. Their time begins anew at the target.");
        string moved = QueueNotes.Counted(reports.Sum(report => report.Moved), "message");
        string all = run > 1 ? $", {QueueNotes.Counted(reports.Sum(report => report.MovedInAll), "message")} in all {run} runs" : "";
        context.Say($"{(done == "moved" ? "Moved" : "Copied")} {moved}{all}.");
        if (!isComplete)
            context.Say(
                $"Not complete: {QueueNotes.Counted(reports.Count(report => !report.IsComplete), "queue")} left. "
                    + (settings.Copies ? "A copy cannot be resumed." : "When the reasons are gone, run the same command again."));
    }

    /// <summary>Prints the JSON document, if it is wanted, and returns the exit code.</summary>
    public int Finish(int exitCode)
    {
        if (_isJson)
            context.Print(_json.ToElement());
        return exitCode;
    }

    private void PrintQueues()
    {
        var table = new OutputTable("queues", "vhost", "queue", "type", "durable", " ready", " unacked", " bytes");
        foreach (QueueFacts queue in plan.Queues)
            table.Add(
                queue.Key.VirtualHost, queue.Key.Name, queue.Type, queue.IsDurable ? "yes" : "no", queue.Ready, queue.Unacknowledged,
                queue.Bytes);
        table.Print(context.Output, context.IsTerminal);
        context.Say("");
        context.Say(
            $"In all: {QueueNotes.Counted(plan.Queues.Count, "queue")}, "
                + $"{QueueNotes.Counted(plan.Queues.Sum(queue => queue.Ready), "ready message")}.");
    }

    private static string Named(IReadOnlyList<string> names)
    {
        string first = OutputTable.Clean(string.Join(", ", names.Take(MostNames)));
        return names.Count <= MostNames ? first : $"{first}, and {names.Count - MostNames} more";
    }
}
