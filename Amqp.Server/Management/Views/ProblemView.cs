using System.Text.Json;
using Amqp.Server.Problems;

namespace Amqp.Server.Management.Views;

/// <summary>A problem of the broker as JSON.</summary>
internal static class ProblemView
{
    public static void Write(Utf8JsonWriter json, Problem problem)
    {
        json.WriteStartObject();
        json.WriteString("kind", problem.Kind);
        json.WriteString("severity", NameOf(problem.Severity));
        if (problem.Since is { } since)
            json.WriteNumber("since", since);
        else
            json.WriteNull("since");
        json.WriteString("vhost", problem.VirtualHost);
        json.WriteString("object", problem.ObjectType);
        json.WriteString("name", problem.Name);
        json.WriteString("text", problem.Text);
        json.WriteString("advice", problem.Advice);
        json.WriteNumber("count", problem.Count);
        if (problem.Consumer is { } consumer)
        {
            json.WriteString("queue", consumer.Queue);
            json.WriteString("channel", consumer.Channel);
            json.WriteString("connection", consumer.Connection);
        }
        json.WriteEndObject();
    }

    private static string NameOf(Severity severity) => severity switch
    {
        Severity.Critical => "critical",
        Severity.Warning => "warning",
        _ => "info",
    };
}
