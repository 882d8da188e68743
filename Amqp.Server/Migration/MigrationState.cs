using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Migration;

/// <summary>The file with the totals of all runs, so that the report of the last run covers them all.</summary>
/// <remarks>
/// Replaced as a whole, by a rename. It contains no passwords. A killed run may have moved messages since the file was last written, so the
/// totals are lower bounds. Used by one task at a time.
/// </remarks>
internal sealed class MigrationState
{
    private readonly string _file;
    private readonly Dictionary<QueueKey, QueueTotals> _queues = [];
    private readonly string _source;
    private readonly string _target;
    private string _written = "";

    private MigrationState(string file, string source, string target, int run) =>
        (_file, _source, _target, Run) = (file, source, target, run);

    /// <summary>Number of this run, counted from 1.</summary>
    public int Run { get; }

    /// <summary>Reads the file, if there is one.</summary>
    /// <exception cref="CliException">The file cannot be read, or is that of another migration.</exception>
    public static MigrationState Open(string file, string source, string target) =>
        File.Exists(file) ? Read(file, source, target) : new MigrationState(file, source, target, 1);

    /// <summary>Returns the progress of a queue in earlier runs.</summary>
    public QueueTotals Of(QueueKey queue) => _queues.GetValueOrDefault(queue) ?? QueueTotals.None;

    /// <summary>Writes the totals, if they have changed.</summary>
    /// <exception cref="CliException">The file cannot be written.</exception>
    public void Save(IEnumerable<QueueProgress> queues)
    {
        foreach (QueueProgress queue in queues)
            _queues[queue.Queue.Key] = new QueueTotals(queue.Earlier + queue.Moved, queue.TargetBefore);
        string text = ToJson().ToJsonString();
        if (text == _written)
            return;
        try
        {
            File.WriteAllText($"{_file}.new", text);
            File.Move($"{_file}.new", _file, overwrite: true);
            _written = text;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"Cannot write {_file}: {error.Message} Name another file with --state");
        }
    }

    private static MigrationState Read(string file, string source, string target)
    {
        JsonElement json;
        try
        {
            json = JsonDocument.Parse(File.ReadAllBytes(file)).RootElement;
        }
        catch (JsonException)
        {
            json = default;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"Cannot read {file}: {error.Message}");
        }
        if (json.Text("source").Length == 0 || json.Text("target").Length == 0)
            throw new CliException(ExitCode.Refused, $"{file} is not the state of a migration. Name another file with --state");
        if (json.Text("source") != source || json.Text("target") != target)
            throw new CliException(
                ExitCode.Refused,
                $"{file} is the state of a migration from {json.Text("source")} to {json.Text("target")}, and not from {source} to "
                    + $"{target}. Name another file with --state");
        var state = new MigrationState(file, source, target, (int)json.Number("runs") + 1);
        foreach (JsonElement queue in json.List("queues"))
            state._queues[new QueueKey(queue.Text("vhost"), queue.Text("name"))] =
                new QueueTotals(queue.Number("moved"), queue.Find("target_before") is null ? null : queue.Number("target_before"));
        return state;
    }

    private JsonObject ToJson() => new()
    {
        ["source"] = _source,
        ["target"] = _target,
        ["runs"] = Run,
        ["queues"] = new JsonArray([.. _queues.Where(queue => queue.Value.Moved > 0 || queue.Value.TargetBefore is not null)
            .OrderBy(queue => queue.Key.ToString(), StringComparer.Ordinal)
            .Select(queue => ToJson(queue.Key, queue.Value))]),
    };

    private static JsonObject ToJson(QueueKey key, QueueTotals totals)
    {
        var json = new JsonObject { ["vhost"] = key.VirtualHost, ["name"] = key.Name, ["moved"] = totals.Moved };
        if (totals.TargetBefore is { } before)
            json["target_before"] = before;
        return json;
    }
}

/// <summary>Progress of a queue in all runs.</summary>
/// <param name="Moved">Number of moved messages.</param>
/// <param name="TargetBefore">Number of messages in the target's queue before the first run; null if unknown.</param>
internal sealed record QueueTotals(long Moved, long? TargetBefore)
{
    public static readonly QueueTotals None = new(0, null);
}
