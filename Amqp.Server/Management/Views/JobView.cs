using System.Text.Json;
using Amqp.Server.Broker.Jobs;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Management.Views;

/// <summary>Writes a job as JSON. Times are in milliseconds since 1970-01-01 UTC.</summary>
internal static class JobView
{
    public static void Write(Utf8JsonWriter json, Job job)
    {
        var (plan, status) = (job.Plan, job.Status);
        json.WriteStartObject();
        json.WriteNumber("id", job.Id);
        json.WriteString("kind", plan.Kind.Name());
        json.WriteString("state", status.State.Name());
        if (status.Reason is { } reason)
            json.WriteString("reason", reason);
        if (job.WaitsFor is { } alarm)
            json.WriteString("waits_for", alarm);
        json.WriteString("vhost", plan.VirtualHost);
        json.WriteString("user", plan.User);
        json.WriteString("source", plan.Source);
        json.WriteString("destination", plan.Target);
        json.WriteStrings("filter", plan.Filter);
        if (plan.Limit is { } limit)
            json.WriteNumber("limit", limit);
        json.WriteBoolean("dry_run", plan.IsDryRun);
        json.WriteNumber("messages_total", job.Total);
        json.WriteNumber("messages_looked_at", job.Looked);
        json.WriteNumber("messages_matched", job.Matched);
        json.WriteNumber("messages_done", job.Done);
        json.WriteNumber("messages_skipped", job.SkippedCount);
        json.WriteStartObject("skipped");
        foreach (var (why, messages) in job.Skipped)
            json.WriteNumber(why, messages);
        json.WriteEndObject();
        json.WriteNumber("started_at", job.StartedAt);
        if (status.EndedAt is { } endedAt)
            json.WriteNumber("ended_at", endedAt);
        json.WriteEndObject();
    }
}
